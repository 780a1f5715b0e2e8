// The list of messages: each once, in the order of their times, and the end in
// sight while the reader is at the end.
import { el } from './dom.js'

const near = 40 // pixels from the end that count as the end

export class Log {
  constructor(box) {
    this.box = box
    this.shown = new Map() // message id -> item
    this.fresh = null // ids that were shown while the list is read
    this.follow = true
    // Only the reader moves up; the end itself only moves down.
    let last = 0
    box.addEventListener('scroll', () => {
      if (box.scrollHeight - box.scrollTop - box.clientHeight < near) this.follow = true
      else if (box.scrollTop < last - 1) this.follow = false
      last = box.scrollTop
    }, { passive: true })
    // The end moves when a picture has come, a font has changed, or the box has
    // another size.
    this.sizes = new ResizeObserver(() => this.settle())
    this.sizes.observe(box)
  }

  toEnd() {
    this.follow = true
    this.settle()
  }

  settle() { if (this.follow) this.box.scrollTop = this.box.scrollHeight }

  // add puts an item where its time belongs: messages may arrive late.
  add(item, time) {
    item.dataset.time = time
    let after = this.box.lastElementChild
    while (after && (after.id === 'dots' || after.dataset.time > time)) after = after.previousElementSibling
    if (after) after.after(item)
    else this.box.prepend(item)
    this.sizes.observe(item)
    this.day(item)
    this.day(item.nextElementSibling)
    this.settle()
  }

  remove(item) {
    const next = item.nextElementSibling
    item.remove()
    this.sizes.unobserve(item)
    this.day(next)
  }

  // day marks the first item of a day.
  day(item) {
    if (!item?.dataset.day) return
    let before = item.previousElementSibling
    while (before && !before.dataset.day) before = before.previousElementSibling
    const mark = item.querySelector(':scope > .day')
    if (before?.dataset.day === item.dataset.day) return mark?.remove()
    if (!mark) item.prepend(el('span', { className: 'day', textContent: dayName(item.dataset.day) }))
  }

  forget(id) {
    const item = this.shown.get(id)
    if (item) this.remove(item)
    this.shown.delete(id)
  }

  // only removes the messages that are not in a list of ids, except for those
  // that were shown since the list was asked for.
  only(ids) {
    for (const id of this.shown.keys()) if (!ids.has(id) && !this.fresh?.has(id)) this.forget(id)
  }

  clear() {
    this.shown.clear()
    this.box.replaceChildren()
    this.follow = true
  }

  // keeping runs fn, which adds items at the front, and leaves what is in sight
  // where it is.
  async keeping(fn) {
    const first = this.box.firstElementChild
    const top = first?.getBoundingClientRect().top
    this.follow = false
    this.box.style.overflowAnchor = 'none'
    try {
      await fn()
      if (first) this.box.scrollTop += first.getBoundingClientRect().top - top
    } finally {
      this.box.style.overflowAnchor = ''
    }
  }
}

const two = (n) => String(n).padStart(2, '0')

// dayOf names the day of a time as the reader's clock has it.
export function dayOf(time) {
  const at = new Date(time)
  return Number.isNaN(+at) ? '' : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

function dayName(day) {
  const now = new Date()
  if (day === dayOf(now)) return 'Today'
  if (day === dayOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) return 'Yesterday'
  return new Date(day + 'T12:00').toLocaleDateString(undefined, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
}

// clock is a time in short, with the whole of it for those who ask.
export function clock(time) {
  const at = new Date(time)
  if (Number.isNaN(+at)) return ''
  return el('time', { dateTime: at.toISOString(), title: at.toLocaleString(),
    textContent: at.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' }) })
}

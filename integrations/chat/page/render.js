// What each type of message looks like. A payload comes from anybody, and its
// schema may not have been checked: a member may be of any type or missing.
import { el, link, safe, words } from './dom.js'
import { markdown } from './markdown.js'

const mostOptions = 100
const mostCards = 50
const mostItems = 100
const deepest = 4

const auto = { dir: 'auto' }

// said is a bubble with the text of a bot, which may hold Markdown.
const said = (text) => markdown(text, el('div', { className: 'bubble', ...auto }))

// plain is a bubble with a text as it is.
export const plain = (text) => el('div', { className: 'bubble plain', textContent: words(text), ...auto })

const note = (...children) => el('div', { className: 'bubble soft', ...auto }, ...children)

// list returns the objects of a list, so many at the most.
const list = (value, most) => Array.isArray(value) ? value.filter((v) => v && typeof v === 'object').slice(0, most) : []

function picture(url, title) {
  const src = safe(url, true)
  const gone = () => note('This picture cannot be shown. ', safe(url) ? link(url, words(title) || 'Open it') : words(title))
  if (!src) return gone()
  const img = el('img', { src, alt: words(title) || 'Picture', loading: 'lazy' })
  img.onerror = () => img.replaceWith(gone())
  return img
}

function media(tag, url, title) {
  const src = safe(url, true)
  const what = { audio: 'recording', video: 'video' }[tag]
  if (!src) return note(`This ${what} cannot be shown.`)
  const player = el(tag, { src, controls: true, preload: 'metadata', title: words(title) || what })
  player.onerror = () => player.replaceWith(note(`This ${what} cannot be played. `, safe(url) ? link(url, words(title) || 'Open it') : ''))
  return player
}

const captioned = (node, title) => words(title)
  ? el('figure', {}, node, el('figcaption', { textContent: words(title), ...auto })) : node

function file(p) {
  return el('div', { className: 'bubble', ...auto }, el('span', { ariaHidden: 'true', textContent: '↓ ' }), link(p.fileUrl, p.title || 'File'))
}

function place(p) {
  const latitude = Number(p.latitude), longitude = Number(p.longitude)
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return note(words(p.title) || 'A place without coordinates')
  const at = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`
  return el('div', { className: 'card', ...auto }, el('strong', { textContent: words(p.title) || 'Place' }),
    ...(p.address ? [el('p', { textContent: words(p.address), ...auto })] : []), link(map, `Map: ${at}`))
}

const labelOf = (o) => words(o.label) || words(o.value) || '…'

function choices(p, say) {
  const box = el('div', { className: 'options', role: 'group', ariaLabel: 'Choices' })
  for (const o of list(p.options, mostOptions)) {
    box.append(el('button', { type: 'button', textContent: labelOf(o), ...auto, onclick: () => {
      for (const b of box.children) b.disabled = true
      say(words(o.value), labelOf(o))
    } }))
  }
  return box
}

function dropdown(p, say) {
  const select = el('select', { ariaLabel: words(p.text) || 'Choose', ...auto },
    el('option', { value: '', textContent: 'Choose…', disabled: true, selected: true }))
  for (const o of list(p.options, mostOptions)) select.append(el('option', { value: words(o.value), textContent: labelOf(o) }))
  const button = el('button', { type: 'submit', textContent: 'Send', disabled: true })
  select.onchange = () => { button.disabled = !select.value }
  const form = el('form', { className: 'dropdown' }, select, button)
  form.onsubmit = (e) => {
    e.preventDefault()
    if (!select.value) return
    select.disabled = button.disabled = true
    say(select.value, select.selectedOptions[0].textContent)
  }
  return form
}

function card(p, say) {
  const node = el('div', { className: 'card', ...auto })
  if (p.imageUrl) node.append(picture(p.imageUrl, p.title))
  node.append(el('strong', { textContent: words(p.title), ...auto }))
  if (p.subtitle) node.append(el('p', { textContent: words(p.subtitle), ...auto }))
  const box = el('div', { className: 'options' })
  for (const a of list(p.actions, mostOptions)) {
    box.append(a.action === 'url' ? link(a.value, labelOf(a), 'button')
      : el('button', { type: 'button', textContent: labelOf(a), ...auto, onclick: () => say(words(a.value), labelOf(a)) }))
  }
  if (box.children.length) node.append(box)
  return node
}

function carousel(p, say) {
  const items = list(p.items, mostCards)
  return el('div', { className: 'row', role: 'group', tabIndex: 0, ariaLabel: `${items.length} cards` }, ...items.map((c) => card(c, say)))
}

// nodes returns the nodes of a payload.
function nodes(p, say, depth) {
  switch (p?.type) {
    case 'text': return [said(p.text)]
    case 'markdown': return [said(p.markdown)]
    case 'image': return [captioned(picture(p.imageUrl, p.title), p.title)]
    case 'audio': return [captioned(media('audio', p.audioUrl, p.title), p.title)]
    case 'video': return [captioned(media('video', p.videoUrl, p.title), p.title)]
    case 'file': return [file(p)]
    case 'location': return [place(p)]
    case 'choice': return [said(p.text), choices(p, say)]
    case 'dropdown': return [said(p.text), dropdown(p, say)]
    case 'card': return [card(p, say)]
    case 'carousel': return [carousel(p, say)]
    case 'bloc': if (depth < deepest) return list(p.items, mostItems).flatMap((item) => attempt(item, say, depth + 1))
  }
  return [note(`This page cannot show a message of the type ${words(p?.type) || 'that it has'}.`)]
}

// attempt shows as text what cannot be rendered.
function attempt(p, say, depth) {
  try {
    const made = nodes(p, say, depth)
    if (made.length) return made
  } catch (err) {
    console.warn('a message cannot be rendered', err)
  }
  return [plain(words(p?.text) || words(p) || 'An empty message.')]
}

// render returns the nodes of a payload, whatever it holds; say is called with
// the value and the label of what a person picks.
export const render = (payload, say) => attempt(payload, say, 0)

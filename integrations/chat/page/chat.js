import { Chat, Refusal } from './api.js'
import { el } from './dom.js'
import { plain, render } from './render.js'

const address = document.body.dataset.api
const chat = new Chat(address)
const $ = (id) => document.getElementById(id)
const log = $('log')
const shown = new Map() // message id -> list item
const store = 'bellhop-chat:' + address
let me = null // { user, key, conversation }
let entering = null // settles when there are a user and a conversation
let stop = () => {}
let wake = () => {} // ends the pause before the next try to connect
let earlier = '' // token of the page before the oldest message that is shown
let dotsTimer = 0

const load = () => { try { return JSON.parse(localStorage.getItem(store)) } catch { return null } }
const save = () => { try { localStorage.setItem(store, JSON.stringify(me)) } catch { /* private mode */ } }
const pause = (ms) => new Promise((done) => { const timer = setTimeout(done, ms); wake = () => { clearTimeout(timer); done() } })
const path = () => '/conversations/' + encodeURIComponent(me.conversation)
const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80
const toEnd = () => { log.scrollTop = log.scrollHeight }

function status(name, text) {
  $('status').textContent = text
  document.body.dataset.status = name
  $('fresh').disabled = name !== 'online'
}

function fault(text) {
  $('fault').textContent = text
  $('fault').hidden = !text
}

const explain = (err) => err instanceof Refusal ? err.message : 'The server cannot be reached. Trying again…'

function dots(on) {
  clearTimeout(dotsTimer)
  $('dots')?.remove()
  if (!on) return
  log.append(el('li', { id: 'dots' }, el('div', { className: 'bubble dots', role: 'img', ariaLabel: 'Waiting for an answer' }, el('i'), el('i'), el('i'))))
  dotsTimer = setTimeout(() => dots(false), 30000)
}

// place puts an item where its time belongs: messages may arrive late.
function place(item, time) {
  item.dataset.time = time
  let after = log.lastElementChild
  while (after && (after.id === 'dots' || after.dataset.time > time)) after = after.previousElementSibling
  if (after) after.after(item)
  else log.prepend(item)
}

// show puts a message into the log, or changes the one that is there; item is
// where it was shown before it had an id.
function show(m, item) {
  const mine = m.userId === me.user
  const follow = mine || atEnd()
  const known = shown.get(m.id)
  if (known && item && known !== item) item.remove()
  item = known ?? item ?? el('li')
  item.className = mine ? 'mine' : ''
  item.title = new Date(m.createdAt).toLocaleString()
  if (mine && m.payload.type === 'text') item.replaceChildren(plain(m.metadata?.label || m.payload.text))
  else item.replaceChildren(...render(m.payload, pick))
  if (mine) item.append(el('span', { className: 'state', textContent: 'Delivered' }))
  if (!known) place(item, m.createdAt)
  shown.set(m.id, item)
  if (!mine && !known) dots(false)
  if (follow) toEnd()
}

// pick sends what a person chose with a button or a list.
function pick(value, label) {
  $('text').focus()
  return send(value, label)
}

async function send(text, label = text) {
  const state = el('span', { className: 'state', textContent: 'Sending…' })
  const item = el('li', { className: 'mine' }, plain(label), state)
  item.dataset.time = '9' // after everything that has a time
  log.append(item)
  dots(true)
  toEnd()
  try {
    await entering
    const body = { conversationId: me.conversation, payload: { type: 'text', text } }
    if (label !== text) body.metadata = { label }
    const { message } = await chat.call('POST', '/messages', body)
    show(message, item) // the stream may already have shown it
  } catch (err) {
    dots(false)
    item.classList.add('failed')
    state.replaceChildren('Not sent. ', el('button', { type: 'button', textContent: 'Try again', onclick: () => { item.remove(); pick(text, label) } }))
    if (err instanceof Refusal) fault(err.message)
  }
}

function told(signal) {
  if (signal.type === 'message_created' || signal.type === 'message_updated') show(signal.data)
  if (signal.type === 'message_deleted') { shown.get(signal.data.id)?.remove(); shown.delete(signal.data.id) }
}

// refresh shows the newest messages, back to one that is known.
async function refresh() {
  let token = '', pages = 0
  const first = shown.size === 0
  for (;;) {
    const { messages, meta } = await chat.call('GET', path() + '/messages' + (token && '?nextToken=' + encodeURIComponent(token)))
    const met = messages.some((m) => shown.has(m.id))
    for (const m of messages.reverse()) show(m)
    token = meta?.nextToken ?? ''
    if (first) earlier = token
    if (first || met || !token || ++pages === 10) break
  }
  $('earlier').hidden = !earlier
}

$('earlier').onclick = async () => {
  const height = log.scrollHeight
  try {
    const { messages, meta } = await chat.call('GET', path() + '/messages?nextToken=' + encodeURIComponent(earlier))
    for (const m of messages.reverse()) show(m)
    earlier = meta?.nextToken ?? ''
    $('earlier').hidden = !earlier
    log.scrollTop += log.scrollHeight - height
  } catch (err) {
    fault(explain(err))
  }
}

// another asks whether this browser is to forget its user for another one.
function another() {
  $('ask').hidden = false
  $('stay').focus()
  return new Promise((answer) => {
    const end = (yes) => { $('ask').hidden = true; $('text').focus(); answer(yes) }
    $('stay').onclick = () => end(false)
    $('become').onclick = () => end(true)
  })
}

// enter makes sure that there are a user and a conversation: those of this
// browser, or of the key that the address brings.
async function enter() {
  me = load()
  const given = new URLSearchParams(location.hash.slice(1)).get('userKey')
  try {
    if (given) {
      const { user } = await chat.call('POST', '/users/get-or-create', {}, given)
      if (me && me.user !== user.id && !await another()) {
        history.replaceState(null, '', location.pathname + location.search) // it was asked once
      } else {
        if (me?.user !== user.id) me = { user: user.id }
        me.key = given
      }
    } else if (me) await chat.call('GET', '/users/me', undefined, me.key)
  } catch (err) {
    if (given || !(err instanceof Refusal) || err.status !== 401) throw err
    me = null // the server forgot this user
  }
  if (!me) {
    const { user, key } = await chat.call('POST', '/users', {}, '')
    me = { user: user.id, key }
  }
  chat.key = me.key
  if (!me.conversation) me.conversation = (await chat.call('POST', '/conversations', {})).conversation.id
  save()
}

async function run() {
  const control = new AbortController()
  stop = () => { control.abort(); wake() }
  const last = {}
  let entered = false
  for (let tries = 0; !control.signal.aborted; tries++) {
    let missing = false // whether there is no such chat, or none now
    try {
      if (!entered) await (entering = enter())
      entered = true
      await chat.listen(me.conversation, { last, told, end: control.signal, open: async () => {
        await refresh()
        status('online', 'Online')
        fault('')
        tries = 0
      } })
    } catch (err) {
      if (control.signal.aborted) return
      if (err instanceof Refusal && [401, 403, 404].includes(err.status)) {
        missing = !entered && err.status === 404
        entered = false
        if (err.status !== 401 && me?.conversation) {
          delete me.conversation // it was deleted
          save()
        }
      }
      if (err.name !== 'AbortError') fault(explain(err))
    }
    if (control.signal.aborted) return
    status('offline', missing ? 'Not available' : 'Reconnecting…')
    await pause(Math.min(15000, 500 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random() / 2))
  }
}

window.addEventListener('online', () => wake())

let shift = false
$('text').onkeydown = (e) => { shift = e.shiftKey }
// A line break is what Enter would do, also on keyboards of phones, and never
// what ends a composition.
$('text').onbeforeinput = (e) => {
  if (shift || !['insertLineBreak', 'insertParagraph'].includes(e.inputType)) return
  e.preventDefault()
  $('form').requestSubmit()
}
$('form').onsubmit = (e) => {
  e.preventDefault()
  const text = $('text').value.trim()
  if (!text) return
  $('text').value = ''
  send(text)
}
$('fresh').onclick = () => {
  stop()
  delete me.conversation
  save()
  shown.clear()
  earlier = ''
  dots(false)
  log.replaceChildren()
  $('earlier').hidden = true
  $('text').focus()
  status('connecting', 'Connecting…')
  run()
}

if (address) run()
else {
  status('offline', 'Offline')
  $('text').disabled = true
  fault('This address names no chat. Check the link.')
}

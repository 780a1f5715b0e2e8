import { Chat, Refusal } from './api.js'
import { attachChats } from './chats.js'
import { attachFiles } from './files.js'
import { el } from './dom.js'
import { clock, dayOf, Log } from './log.js'
import { dress } from './look.js'
import { Outbox } from './outbox.js'
import { plain, render } from './render.js'
import { Storage } from './storage.js'

const address = document.body.dataset.api
const settings = JSON.parse(document.body.dataset.settings || '{}') ?? {}
const chat = new Chat(address)
const $ = (id) => document.getElementById(id)
const log = new Log($('log'))
const storage = new Storage(address)
const outbox = new Outbox({ chat, storage, sent, changed })
let me = null // { user, key, conversation }
let stop = () => {}
let wake = () => {} // ends the pause before the next try to connect
let earlier = '' // token of the page before the oldest message that is shown
let dotsTimer = 0
let early = false // whether a text was sent before there was a conversation

const mostPages = 10
const save = () => storage.set('', me)
const pause = (ms) => new Promise((done) => { const timer = setTimeout(done, ms); wake = () => { clearTimeout(timer); done() } })
const path = () => '/conversations/' + encodeURIComponent(me.conversation)
const tellFrame = (type) => { if (parent !== window) parent.postMessage({ type }, '*') }

function status(name, text) {
  $('status').textContent = text
  document.body.dataset.status = name
  $('fresh').disabled = $('chats').disabled = name !== 'online'
}

function fault(text) {
  $('fault').textContent = text
  $('fault').hidden = !text
}

// usable lets a person write, or not where nobody would read it.
function usable(yes) {
  for (const id of ['text', 'send', 'attach']) $(id).disabled = !yes
}

const explain = (err) => err instanceof Refusal ? err.message : 'The server cannot be reached. Trying again…'

function dots(on) {
  clearTimeout(dotsTimer)
  $('dots')?.remove()
  if (!on) return
  log.box.append(el('li', { id: 'dots' }, el('div', { className: 'bubble dots', role: 'img', ariaLabel: 'Waiting for an answer' }, el('i'), el('i'), el('i'))))
  dotsTimer = setTimeout(() => dots(false), 30000)
  log.settle()
}

const shape = (m) => JSON.stringify([m.payload, m.metadata?.label, m.createdAt])

// show puts a message into the log, or changes the one that is there; item is
// where it was shown before it had an id.
function show(m, item) {
  if (typeof m?.id !== 'string' || !m.id) return
  const mine = m.userId === me.user
  const known = log.shown.get(m.id)
  if (known && item && known !== item) log.remove(item)
  item = known ?? item ?? el('li')
  log.fresh?.add(m.id)
  if (known && item.shape === shape(m)) return
  item.shape = shape(m)
  item.className = mine ? 'mine' : ''
  item.dataset.day = dayOf(m.createdAt)
  const body = mine && m.payload?.type === 'text' ? [plain(m.metadata?.label || m.payload.text)] : render(m.payload, pick)
  item.replaceChildren(...body, el('span', { className: 'state' }, mine ? 'Delivered · ' : '', clock(m.createdAt)))
  log.shown.set(m.id, item)
  if (known) log.day(item)
  else log.add(item, String(m.createdAt))
  if (!mine && !known) {
    dots(false)
    answered()
  }
  if (mine && m.payload?.type === 'text') storage.title(me.conversation, m.metadata?.label || m.payload.text)
}

// pick sends what a person chose with a button or a list.
function pick(value, label) {
  $('text').focus()
  send({ type: 'text', text: value }, label === value ? undefined : { label })
}

function send(payload, metadata) {
  const entry = outbox.add(me.conversation, payload, metadata)
  pending(entry)
  dots(true)
  log.toEnd()
  outbox.flush()
}

// pending shows a message that is not sent yet.
function pending(entry) {
  const { payload, metadata } = entry
  entry.item = el('li', { className: 'mine' },
    ...(payload.type === 'text' ? [plain(metadata?.label || payload.text)] : render(payload, pick)), el('span', { className: 'state' }))
  log.add(entry.item, '9') // after everything that has a time
  changed(entry, entry.error ? 'failed' : 'waiting')
}

// changed shows how far a message is.
function changed(entry, state) {
  if (!entry.item) return // of another conversation
  const place = entry.item.querySelector('.state')
  entry.item.classList.toggle('failed', state === 'failed')
  if (state !== 'failed') {
    place.textContent = state === 'sending' ? 'Sending…' : 'Waiting for the connection…'
    return
  }
  dots(false)
  place.replaceChildren(`Not sent: ${entry.error} `,
    el('button', { type: 'button', textContent: 'Try again', onclick: () => outbox.retry(entry) }), ' ',
    el('button', { type: 'button', textContent: 'Remove', onclick: () => { outbox.remove(entry); log.remove(entry.item) } }))
}

function sent(entry, message) {
  if (entry.conversation === me?.conversation) show(message, entry.item)
}

// undelivered says at a message that the bot did not get it, or not yet.
function undelivered({ id, outcome }) {
  const item = log.shown.get(id)
  if (!item) return
  dots(false)
  item.classList.add('undelivered')
  item.classList.toggle('later', outcome === 'waiting')
  const place = item.querySelector('.state')
  place.dataset.sent ??= place.textContent
  place.textContent = outcome === 'waiting'
    ? 'The assistant is not available right now. It gets your message later.'
    : 'Not delivered: the assistant could not take this message.'
}

// answered takes that back where the bot speaks again.
function answered() {
  for (const item of document.querySelectorAll('.undelivered.later')) {
    const place = item.querySelector('.state')
    item.classList.remove('undelivered', 'later')
    place.textContent = place.dataset.sent
  }
}

function told(signal) {
  const { type, data } = signal
  if (type === 'message_created' || type === 'message_updated') {
    const entry = data.idempotencyKey && outbox.find(data.idempotencyKey)
    if (entry) outbox.remove(entry) // its answer was lost
    show(data, entry?.item)
    if (type === 'message_created' && data.userId !== me.user) tellFrame('bellhop:message')
  }
  if (type === 'message_deleted') log.forget(data.id)
  if (type === 'message_failed') undelivered(data)
  if (type === 'reset') refresh().catch((err) => fault(explain(err)))
}

const listPage = (token) => chat.call('GET', path() + '/messages' + (token && '?nextToken=' + encodeURIComponent(token)))

// refresh shows exactly what the list has: its newest messages, as many as are
// shown now.
async function refresh() {
  log.fresh = new Set()
  try {
    const wanted = log.shown.size
    const ids = new Set()
    let token = '', pages = 0
    do {
      const { messages, meta } = await listPage(token)
      for (const m of messages) ids.add(m.id)
      for (const m of messages.reverse()) show(m)
      token = meta?.nextToken ?? ''
    } while (token && ids.size < wanted && ++pages < mostPages)
    for (const id of ids) log.fresh.delete(id)
    log.only(ids)
    earlier = token
  } finally {
    log.fresh = null
  }
  $('earlier').hidden = !earlier
  greet()
  if (log.follow) log.toEnd()
}

// greet begins a conversation as the operator wants it to begin.
function greet() {
  $('greeting')?.remove()
  if (!settings.greeting || earlier) return
  const item = el('li', { id: 'greeting' }, ...render({ type: 'text', text: settings.greeting }, pick))
  log.add(item, '')
}

$('earlier').onclick = async () => {
  try {
    const { messages, meta } = await listPage(earlier)
    await log.keeping(() => {
      for (const m of messages.reverse()) show(m)
      earlier = meta?.nextToken ?? ''
      $('earlier').hidden = !earlier
      greet()
    })
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
  me = storage.get()
  const given = new URLSearchParams(location.hash.slice(1)).get('userKey')
  try {
    if (given) {
      const { user } = await chat.call('POST', '/users/get-or-create', {}, { key: given })
      if (me && me.user !== user.id && !await another()) {
        history.replaceState(null, '', location.pathname + location.search) // it was asked once
      } else {
        if (me?.user !== user.id) me = { user: user.id }
        me.key = given
      }
    } else if (me) await chat.call('GET', '/users/me', undefined, { key: me.key })
  } catch (err) {
    if (given || !(err instanceof Refusal) || err.status !== 401) throw err
    me = null // the server forgot this user
  }
  if (!me) {
    const { user, key } = await chat.call('POST', '/users', {}, { key: '' })
    me = { user: user.id, key }
  }
  chat.key = me.key
  if (!me.conversation) me.conversation = (await chat.call('POST', '/conversations', {})).conversation.id
  save()
  usable(true)
  if (!$('text').value) $('text').value = storage.get(':draft:' + me.conversation) ?? ''
  for (const entry of outbox.entries) if (entry.conversation === me.conversation && !entry.item?.isConnected) pending(entry)
  if (early) $('form').requestSubmit()
}

async function run() {
  const control = new AbortController()
  stop = () => { control.abort(); wake() }
  let entered = false
  for (let tries = 0; !control.signal.aborted; tries++) {
    let missing = false // whether there is no such chat, or none now
    try {
      if (!entered) await enter()
      entered = true
      if (control.signal.aborted) return
      await chat.listen(me.conversation, { told, end: control.signal, open: async () => {
        await outbox.flush() // what got there without an answer is then in the list
        await refresh()
        status('online', 'Online')
        tellFrame('bellhop:ready')
        fault('')
        tries = 0
      } })
    } catch (err) {
      if (control.signal.aborted) return
      if (err instanceof Refusal && [401, 403, 404].includes(err.status)) {
        missing = !entered && [401, 404].includes(err.status)
        entered = false
        if (err.status !== 401 && me?.conversation) {
          delete me.conversation // it was deleted
          save()
        }
      }
      if (missing) usable(false)
      if (err.name !== 'AbortError') fault(explain(err))
    }
    if (control.signal.aborted) return
    status('offline', missing ? 'Not available' : 'Reconnecting…')
    await pause(Math.min(15000, 500 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random() / 2))
  }
}

// change shows another conversation; none means a new one.
function change(conversation) {
  stop()
  me.conversation = conversation
  save()
  log.clear()
  earlier = ''
  dots(false)
  for (const entry of outbox.entries) delete entry.item
  $('earlier').hidden = true
  $('text').value = ''
  $('text').focus()
  status('connecting', 'Connecting…')
  run()
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
const draft = (text) => { if (me?.conversation) storage.set(':draft:' + me.conversation, text || null) }
$('text').oninput = () => draft($('text').value)
$('form').onsubmit = (e) => {
  e.preventDefault()
  const text = $('text').value.trim()
  early = !me?.conversation
  if (!text || early) return
  $('text').value = ''
  draft('')
  send({ type: 'text', text })
}

dress(settings)
const closeList = attachChats({
  chat, storage, current: () => me?.conversation, choose: (id) => { if (id !== me.conversation) change(id) }, fault: (err) => fault(explain(err)),
})
$('fresh').onclick = () => { closeList(); change(undefined) }
attachFiles({ chat, log, limit: settings.maxFile, conversation: () => me?.conversation, send, fault })
if (parent !== window && new URLSearchParams(location.search).has('embed')) {
  $('close').hidden = false
  window.addEventListener('focus', () => { if (document.activeElement === document.body) $('text').focus() })
  $('close').onclick = () => tellFrame('bellhop:close')
  window.addEventListener('keydown', (e) => { if (e.key === 'Escape' && $('list').hidden) tellFrame('bellhop:close') })
}

const knownHere = () => storage.get() || new URLSearchParams(location.hash.slice(1)).has('userKey')
if (!address) {
  usable(false)
  status('offline', 'Offline')
  fault('This address names no chat. Check the link.')
} else if (settings.needsKey && !knownHere()) {
  usable(false)
  status('offline', 'Not available')
  fault('This chat opens from the page of its owner: this address has no key of yours.')
} else run()

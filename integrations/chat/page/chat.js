'use strict'
const api = document.body.dataset.api
const $ = (id) => document.getElementById(id)
const log = $('log')
const shown = new Map()
const store = 'bellhop-chat:' + api
let me = null
let stop = null
let waitTimer = 0

class Refusal extends Error {
  constructor(status, message) { super(message); this.status = status }
}

const load = () => { try { return JSON.parse(localStorage.getItem(store)) } catch { return null } }
const save = () => { try { localStorage.setItem(store, JSON.stringify(me)) } catch { /* private mode */ } }
const pause = (ms) => new Promise((done) => setTimeout(done, ms))

async function call(method, path, body, key = me && me.key) {
  const headers = {}
  if (key) headers['x-user-key'] = key
  if (body) headers['content-type'] = 'application/json'
  const res = await fetch(api + path, { method, headers, body: body && JSON.stringify(body), credentials: 'omit' })
  const out = await res.json().catch(() => ({}))
  if (!res.ok || out.code >= 400) throw new Refusal(out.code || res.status, out.message || 'The server answered ' + res.status)
  return out
}

function el(tag, props = {}, ...children) {
  const node = Object.assign(document.createElement(tag), props)
  node.append(...children)
  return node
}

// Only addresses that cannot run anything are followed or shown.
function safe(url, picture) {
  try {
    const u = new URL(url, location.href)
    if (['http:', 'https:'].includes(u.protocol)) return u.href
    if (!picture && ['mailto:', 'tel:'].includes(u.protocol)) return u.href
    if (picture && /^data:(image|audio|video)\//i.test(url)) return url
  } catch { /* not an address */ }
  return ''
}

function link(url, label, cls = '') {
  const href = safe(url)
  return href ? el('a', { href, className: cls, target: '_blank', rel: 'noopener noreferrer', textContent: label }) : el('span', { textContent: label })
}

// A small part of Markdown, made of nodes and never of HTML.
function rich(text) {
  const out = el('div', { className: 'bubble' })
  const pattern = /\*\*([^*\n]+)\*\*|\*([^*\n]+)\*|`([^`\n]+)`|\[([^\]\n]+)\]\(([^)\s]+)\)|(https?:\/\/[^\s<>"]+)/g
  let at = 0
  for (const m of String(text ?? '').matchAll(pattern)) {
    out.append(text.slice(at, m.index))
    if (m[1]) out.append(el('strong', { textContent: m[1] }))
    else if (m[2]) out.append(el('em', { textContent: m[2] }))
    else if (m[3]) out.append(el('code', { textContent: m[3] }))
    else if (m[4]) out.append(link(m[5], m[4]))
    else out.append(link(m[6], m[6]))
    at = m.index + m[0].length
  }
  out.append(String(text ?? '').slice(at))
  return out
}

function options(list) {
  const box = el('div', { className: 'options' })
  for (const o of list ?? []) {
    box.append(el('button', { type: 'button', textContent: o.label, onclick: () => {
      for (const b of box.children) b.disabled = true
      send(o.value, o.label)
    } }))
  }
  return box
}

function card(p) {
  const node = el('div', { className: 'card' })
  if (p.imageUrl) node.append(el('img', { src: safe(p.imageUrl, true), alt: '' }))
  node.append(el('strong', { textContent: p.title }))
  if (p.subtitle) node.append(el('p', { textContent: p.subtitle }))
  const box = el('div', { className: 'options' })
  for (const a of p.actions ?? []) {
    box.append(a.action === 'url' ? link(a.value, a.label, 'button')
      : el('button', { type: 'button', textContent: a.label, onclick: () => send(a.value, a.label) }))
  }
  if (box.children.length) node.append(box)
  return node
}

function render(p) {
  switch (p.type) {
    case 'text': return [rich(p.text)]
    case 'markdown': return [rich(p.markdown)]
    case 'image': return [el('img', { src: safe(p.imageUrl, true), alt: p.title || 'Picture' })]
    case 'audio': return [el('audio', { src: safe(p.audioUrl, true), controls: true })]
    case 'video': return [el('video', { src: safe(p.videoUrl, true), controls: true })]
    case 'file': return [el('div', { className: 'bubble' }, '📄 ', link(p.fileUrl, p.title || 'File'))]
    case 'location': return [el('div', { className: 'bubble' }, '📍 ',
      link(`https://www.openstreetmap.org/?mlat=${Number(p.latitude)}&mlon=${Number(p.longitude)}`, p.title || p.address || 'Place'))]
    case 'choice': case 'dropdown': return [rich(p.text), options(p.options)]
    case 'card': return [card(p)]
    case 'carousel': return [el('div', { className: 'row' }, ...(p.items ?? []).map(card))]
    case 'bloc': return (p.items ?? []).flatMap(render)
  }
  return [el('div', { className: 'bubble', textContent: 'This page cannot show a message of the type ' + p.type })]
}

function waiting(on) {
  clearTimeout(waitTimer)
  $('dots')?.remove()
  if (!on) return
  log.append(el('li', { id: 'dots', ariaLabel: 'Waiting for an answer' },
    el('div', { className: 'bubble dots' }, el('i'), el('i'), el('i'))))
  waitTimer = setTimeout(() => waiting(false), 30000)
  log.scrollTop = log.scrollHeight
}

function show(m, item) {
  const mine = m.userId === me.user
  if (shown.has(m.id)) item?.remove()
  item = shown.get(m.id) ?? item ?? el('li')
  item.className = mine ? 'mine' : ''
  item.replaceChildren(...render(m.payload))
  if (mine) item.append(el('span', { className: 'state', textContent: 'Delivered' }))
  if (!item.isConnected) log.append(item)
  shown.set(m.id, item)
  if (!mine) waiting(false)
  log.scrollTop = log.scrollHeight
}

function fault(text) {
  $('fault').textContent = text
  $('fault').hidden = !text
}

const plain = (err) => err instanceof Refusal ? err.message : 'The server cannot be reached. Is it running?'

async function send(text, label = text) {
  if (!me || !text) return
  const state = el('span', { className: 'state', textContent: 'Sending…' })
  const item = el('li', { className: 'mine' }, rich(label), state)
  log.append(item)
  waiting(true)
  try {
    const out = await call('POST', '/messages', { conversationId: me.conversation, payload: { type: 'text', text } })
    fault('')
    // The stream may already have shown it.
    show(out.message, item)
    if ($('dots')) log.append($('dots'))
  } catch (err) {
    waiting(false)
    item.classList.add('failed')
    state.replaceChildren('Not sent. ', el('button', { type: 'button', textContent: 'Try again', onclick: () => { item.remove(); send(text, label) } }))
    fault(plain(err))
  }
}

function signal(text) {
  let s
  try { s = JSON.parse(text) } catch { return }
  if (!s || !s.data) return
  if (s.type === 'message_created' || s.type === 'message_updated') show(s.data)
  if (s.type === 'message_deleted') { shown.get(s.data.id)?.remove(); shown.delete(s.data.id) }
}

async function listen(last, end) {
  const headers = { 'x-user-key': me.key, accept: 'text/event-stream' }
  if (last.id) headers['last-event-id'] = last.id
  const res = await fetch(`${api}/conversations/${encodeURIComponent(me.conversation)}/listen`, { headers, signal: end, credentials: 'omit' })
  if (!res.ok) throw new Refusal(res.status, (await res.json().catch(() => ({}))).message || 'Listening was refused')
  await refresh()
  $('status').textContent = 'Online'
  fault('')
  const reader = res.body.pipeThrough(new TextDecoderStream()).getReader()
  for (let rest = ''; ;) {
    const { value, done } = await reader.read()
    if (done) return
    const parts = (rest + value).split('\n\n')
    rest = parts.pop()
    for (const part of parts) {
      let data = ''
      for (const line of part.split('\n')) {
        if (line.startsWith('data: ')) data += line.slice(6)
        if (line.startsWith('id: ')) last.id = line.slice(4)
      }
      if (data) signal(data)
    }
  }
}

async function refresh() {
  const { messages } = await call('GET', `/conversations/${encodeURIComponent(me.conversation)}/messages`)
  for (const m of messages.reverse()) show(m)
}

async function enter() {
  me = load()
  const given = new URLSearchParams(location.hash.slice(1)).get('userKey')
  try {
    if (given) {
      const { user } = await call('POST', '/users/get-or-create', {}, given)
      if (me?.user !== user.id) me = { user: user.id }
      me.key = given
    } else if (me) await call('GET', '/users/me')
  } catch (err) {
    if (given || !(err instanceof Refusal) || err.status !== 401) throw err
    me = null // the server forgot this user
  }
  if (!me) {
    const { user, key } = await call('POST', '/users', {}, null)
    me = { user: user.id, key }
  }
  if (!me.conversation) me.conversation = (await call('POST', '/conversations', {})).conversation.id
  save()
}

async function run() {
  const control = new AbortController()
  stop = () => control.abort()
  const last = {}
  for (let tries = 0; !control.signal.aborted; tries++) {
    try {
      if (!me) await enter()
      const since = Date.now()
      await listen(last, control.signal)
      if (Date.now() - since > 5000) tries = 0
    } catch (err) {
      if (control.signal.aborted) return
      if (err instanceof Refusal && [403, 404].includes(err.status) && me?.conversation) {
        delete me.conversation // it was deleted
        save()
        me = null
      } else if (err instanceof Refusal && err.status === 401) me = null
      fault(plain(err))
    }
    $('status').textContent = 'Reconnecting…'
    await pause(Math.min(15000, 500 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random() / 2))
  }
}

$('form').onsubmit = (e) => {
  e.preventDefault()
  const text = $('text').value.trim()
  if (!me || !text) return
  $('text').value = ''
  send(text)
}
$('text').onkeydown = (e) => {
  if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); $('form').requestSubmit() }
}
$('fresh').onclick = () => {
  if (!me) return
  stop()
  delete me.conversation
  save()
  me = null
  shown.clear()
  log.replaceChildren()
  run()
}
if (api) run()
else {
  $('status').textContent = 'Offline'
  fault('This address names no chat. Use /chat/ followed by the webhook id of a chat integration.')
}

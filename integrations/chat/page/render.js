// What each type of message looks like.
import { el, link, safe } from './dom.js'
import { markdown } from './markdown.js'

// said is a bubble with the words of a bot, which may hold Markdown.
const said = (text) => markdown(text, el('div', { className: 'bubble' }))

// plain is a bubble with a text as it is.
export const plain = (text) => el('div', { className: 'bubble plain', textContent: text })

function picture(url, title) {
  const src = safe(url, true)
  const gone = () => el('div', { className: 'bubble soft' }, 'This picture cannot be shown. ', safe(url) ? link(url, title || 'Open it') : title || '')
  if (!src) return gone()
  const img = el('img', { src, alt: title || 'Picture', loading: 'lazy' })
  img.onerror = () => img.replaceWith(gone())
  return img
}

function media(tag, url, title) {
  const src = safe(url, true)
  const what = { audio: 'recording', video: 'video' }[tag]
  if (!src) return el('div', { className: 'bubble soft', textContent: `This ${what} cannot be shown.` })
  const player = el(tag, { src, controls: true, preload: 'metadata', title: title || what })
  player.onerror = () => player.replaceWith(el('div', { className: 'bubble soft' }, `This ${what} cannot be played. `, safe(url) ? link(url, title || 'Open it') : ''))
  return player
}

const captioned = (node, title) => title ? el('figure', {}, node, el('figcaption', { textContent: title })) : node

function file(p) {
  return el('div', { className: 'bubble' }, el('span', { ariaHidden: 'true', textContent: '↓ ' }), link(p.fileUrl, p.title || 'File'))
}

function place(p) {
  const latitude = Number(p.latitude), longitude = Number(p.longitude)
  const at = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`
  const map = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`
  return el('div', { className: 'card' }, el('strong', { textContent: p.title || 'Place' }),
    ...(p.address ? [el('p', { textContent: p.address })] : []), link(map, `Map: ${at}`))
}

function choices(p, say) {
  const box = el('div', { className: 'options', role: 'group', ariaLabel: 'Choices' })
  for (const o of p.options ?? []) {
    box.append(el('button', { type: 'button', textContent: o.label, onclick: () => {
      for (const b of box.children) b.disabled = true
      say(o.value, o.label)
    } }))
  }
  return box
}

function dropdown(p, say) {
  const list = el('select', { ariaLabel: p.text || 'Choose' }, el('option', { value: '', textContent: 'Choose…', disabled: true, selected: true }))
  for (const o of p.options ?? []) list.append(el('option', { value: o.value, textContent: o.label }))
  const button = el('button', { type: 'submit', textContent: 'Send', disabled: true })
  list.onchange = () => { button.disabled = !list.value }
  const form = el('form', { className: 'dropdown' }, list, button)
  form.onsubmit = (e) => {
    e.preventDefault()
    if (!list.value) return
    list.disabled = button.disabled = true
    say(list.value, list.selectedOptions[0].textContent)
  }
  return form
}

function card(p, say) {
  const node = el('div', { className: 'card' })
  if (p.imageUrl) node.append(picture(p.imageUrl, p.title))
  node.append(el('strong', { textContent: p.title }))
  if (p.subtitle) node.append(el('p', { textContent: p.subtitle }))
  const box = el('div', { className: 'options' })
  for (const a of p.actions ?? []) {
    box.append(a.action === 'url' ? link(a.value, a.label, 'button')
      : el('button', { type: 'button', textContent: a.label, onclick: () => say(a.value, a.label) }))
  }
  if (box.children.length) node.append(box)
  return node
}

function carousel(p, say) {
  const items = p.items ?? []
  return el('div', { className: 'row', role: 'group', tabIndex: 0, ariaLabel: `${items.length} cards` }, ...items.map((c) => card(c, say)))
}

// render returns the nodes of a payload; say is called with the value and the
// label of what a person picks.
export function render(p, say) {
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
    case 'bloc': return (p.items ?? []).flatMap((item) => render(item, say))
  }
  return [el('div', { className: 'bubble soft', textContent: `This page cannot show a message of the type ${p?.type}.` })]
}

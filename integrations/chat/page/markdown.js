// The part of Markdown that people write in chats.
import { el, link } from './dom.js'

const inline = new RegExp([
  '`([^`\\n]+)`',
  '\\*\\*(?=\\S)([^\\n]+?)(?<=\\S)\\*\\*',
  '\\*(?=[^\\s*])([^*\\n]+?)(?<=\\S)\\*',
  '(?<!\\w)_(?=\\S)([^_\\n]+?)(?<=\\S)_(?!\\w)',
  '~~(?=\\S)([^~\\n]+?)(?<=\\S)~~',
  '!?\\[([^\\]\\n]+)\\]\\(\\s*([^()\\s]+(?:\\([^()\\s]*\\)[^()\\s]*)*)[^)\\n]*\\)',
  '(https?:\\/\\/[^\\s<>"]*[^\\s<>"\'.,;:!?)\\]}*_~])',
].join('|'), 'g')

function appendInline(node, text) {
  let at = 0
  for (const m of text.matchAll(inline)) {
    node.append(text.slice(at, m.index))
    const [all, code, strong, em, em2, del, label, href, url] = m
    if (code) node.append(el('code', { textContent: code }))
    else if (strong) node.append(appendInline(el('strong'), strong))
    else if (em ?? em2) node.append(appendInline(el('em'), em ?? em2))
    else if (del) node.append(appendInline(el('del'), del))
    else if (label) node.append(link(href, label))
    else node.append(link(url, url))
    at = m.index + all.length
  }
  node.append(text.slice(at))
  return node
}

// Each kind of block: the lines that belong to it, and what they become.
const blocks = [
  { starts: /^```/, read(lines, out) {
    lines.shift()
    const end = lines.findIndex((l) => l.startsWith('```'))
    const code = lines.splice(0, end < 0 ? lines.length : end)
    lines.shift()
    out.append(el('pre', { tabIndex: 0 }, el('code', { textContent: code.join('\n') })))
  } },
  { starts: /^#{1,6}\s/, read(lines, out) {
    out.append(appendInline(el('strong', { className: 'heading' }), lines.shift().replace(/^#+\s+/, '')))
  } },
  { starts: /^>/, read(lines, out) {
    out.append(markdown(take(lines, /^>/).map((l) => l.replace(/^>\s?/, '')).join('\n'), el('blockquote')))
  } },
  { starts: /^\s*[-*+]\s/, read(lines, out) {
    out.append(el('ul', {}, ...take(lines, /^\s*[-*+]\s/).map((l) => appendInline(el('li'), l.replace(/^\s*[-*+]\s+/, '')))))
  } },
  { starts: /^\s*\d{1,9}[.)]\s/, read(lines, out) {
    const start = parseInt(lines[0], 10)
    out.append(el('ol', { start }, ...take(lines, /^\s*\d{1,9}[.)]\s/).map((l) => appendInline(el('li'), l.replace(/^\s*\d+[.)]\s+/, '')))))
  } },
]

function take(lines, pattern) {
  const end = lines.findIndex((l) => !pattern.test(l))
  return lines.splice(0, end < 0 ? lines.length : end)
}

// markdown appends the text's blocks to out and returns it.
export function markdown(text, out) {
  const lines = String(text ?? '').replace(/\r\n?/g, '\n').split('\n')
  while (lines.length) {
    const block = blocks.find((b) => b.starts.test(lines[0]))
    if (block) block.read(lines, out)
    else if (!lines[0].trim()) lines.shift()
    else {
      const paragraph = [lines.shift()]
      while (lines.length && lines[0].trim() && !blocks.some((b) => b.starts.test(lines[0]))) paragraph.push(lines.shift())
      out.append(appendInline(el('p'), paragraph.join('\n')))
    }
  }
  return out
}

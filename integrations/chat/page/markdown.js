// The part of Markdown that people write in chats. The time and the nesting
// are bounded: what is over a bound is shown as it is.
import { el, link, words } from './dom.js'

const longestText = 20000
const mostLines = 2000
const longestLine = 2000 // that is searched for marks
const deepestQuote = 8
const deepestMark = 5

const inline = new RegExp([
  '`([^`\\n]+)`',
  '\\*\\*(?=\\S)([^\\n]+?)(?<=\\S)\\*\\*',
  '\\*(?=[^\\s*])([^*\\n]+?)(?<=\\S)\\*',
  '(?<!\\w)_(?=\\S)([^_\\n]+?)(?<=\\S)_(?!\\w)',
  '~~(?=\\S)([^~\\n]+?)(?<=\\S)~~',
  '!?\\[([^\\]\\n]+)\\]\\(\\s*([^()\\s]+(?:\\([^()\\s]*\\)[^()\\s]*)*)[^)\\n]*\\)',
  '(https?:\\/\\/[^\\s<>"]*[^\\s<>"\'.,;:!?)\\]}*_~])',
].join('|'), 'g')

// appendInline appends the text of lines to a node. No mark goes over the end
// of a line.
function appendInline(node, text, depth = 0) {
  text.split('\n').forEach((line, i) => {
    if (i > 0) node.append('\n')
    if (line.length > longestLine || depth > deepestMark) node.append(line)
    else appendLine(node, line, depth)
  })
  return node
}

function appendLine(node, text, depth) {
  let at = 0
  for (const m of text.matchAll(inline)) {
    node.append(text.slice(at, m.index))
    const [all, code, strong, em, em2, del, label, href, url] = m
    if (code) node.append(el('code', { textContent: code }))
    else if (strong) node.append(appendInline(el('strong'), strong, depth + 1))
    else if (em ?? em2) node.append(appendInline(el('em'), em ?? em2, depth + 1))
    else if (del) node.append(appendInline(el('del'), del, depth + 1))
    else if (label) node.append(link(href, label))
    else node.append(link(url, url))
    at = m.index + all.length
  }
  node.append(text.slice(at))
}

const auto = { dir: 'auto' }

// Each kind of block: the lines that belong to it, and what they become.
const blocks = [
  { starts: /^```/, read(lines, out) {
    lines.shift()
    const end = lines.findIndex((l) => l.startsWith('```'))
    const code = lines.splice(0, end < 0 ? lines.length : end)
    lines.shift()
    out.append(el('pre', { tabIndex: 0, dir: 'ltr' }, el('code', { textContent: code.join('\n') })))
  } },
  { starts: /^#{1,6}\s/, read(lines, out) {
    out.append(appendInline(el('strong', { className: 'heading', ...auto }), lines.shift().replace(/^#+\s+/, '')))
  } },
  { starts: /^>/, read(lines, out, depth) {
    const quoted = take(lines, /^>/)
    if (depth >= deepestQuote) return out.append(el('p', { textContent: quoted.join('\n'), ...auto }))
    out.append(append(quoted.map((l) => l.replace(/^>\s?/, '')), el('blockquote', auto), depth + 1))
  } },
  { starts: /^\s*[-*+]\s/, read(lines, out) {
    out.append(el('ul', auto, ...take(lines, /^\s*[-*+]\s/).map((l) => appendInline(el('li'), l.replace(/^\s*[-*+]\s+/, '')))))
  } },
  { starts: /^\s*\d{1,9}[.)]\s/, read(lines, out) {
    const start = parseInt(lines[0], 10)
    out.append(el('ol', { start, ...auto },
      ...take(lines, /^\s*\d{1,9}[.)]\s/).map((l) => appendInline(el('li'), l.replace(/^\s*\d+[.)]\s+/, '')))))
  } },
]

function take(lines, pattern) {
  const end = lines.findIndex((l) => !pattern.test(l))
  return lines.splice(0, end < 0 ? lines.length : end)
}

function append(lines, out, depth) {
  while (lines.length) {
    const block = blocks.find((b) => b.starts.test(lines[0]))
    if (block) block.read(lines, out, depth)
    else if (!lines[0].trim()) lines.shift()
    else {
      const paragraph = [lines.shift()]
      while (lines.length && lines[0].trim() && !blocks.some((b) => b.starts.test(lines[0]))) paragraph.push(lines.shift())
      out.append(appendInline(el('p', auto), paragraph.join('\n')))
    }
  }
  return out
}

// markdown appends the text's blocks to out and returns it.
export function markdown(value, out) {
  const text = words(value).replace(/\r\n?/g, '\n')
  const lines = text.split('\n')
  if (text.length > longestText || lines.length > mostLines) out.append(el('p', { textContent: text, ...auto }))
  else append(lines, out, 0)
  return out
}

// What messages are made of: nodes, never HTML text.

export function el(tag, props = {}, ...children) {
  const node = Object.assign(document.createElement(tag), props)
  node.append(...children)
  return node
}

// words returns what a person can read of any value.
export function words(value) {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return String(value)
  try { return JSON.stringify(value).slice(0, 2000) } catch { return '' }
}

// Only addresses that cannot run anything are followed; only those and data
// are shown as media.
export function safe(url, media = false) {
  if (typeof url !== 'string') return ''
  let u
  try { u = new URL(url) } catch { return '' }
  if (['http:', 'https:'].includes(u.protocol)) return u.href
  if (!media) return ['mailto:', 'tel:'].includes(u.protocol) ? u.href : ''
  return /^data:(image|audio|video)\//i.test(url) ? url : ''
}

export function link(url, label, className = '') {
  const href = safe(url)
  const textContent = words(label) || href
  if (!href) return el('span', { textContent })
  return el('a', { href, className, dir: 'auto', target: '_blank', rel: 'noopener noreferrer', textContent })
}

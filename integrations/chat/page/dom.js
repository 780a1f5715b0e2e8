// What messages are made of: nodes, never HTML text.

export function el(tag, props = {}, ...children) {
  const node = Object.assign(document.createElement(tag), props)
  node.append(...children)
  return node
}

// Only addresses that cannot run anything are followed; only those and data
// are shown as media.
export function safe(url, media = false) {
  let u
  try { u = new URL(url) } catch { return '' }
  if (['http:', 'https:'].includes(u.protocol)) return u.href
  if (!media) return ['mailto:', 'tel:'].includes(u.protocol) ? u.href : ''
  return /^data:(image|audio|video)\//i.test(url) ? url : ''
}

export function link(url, label, className = '') {
  const href = safe(url)
  if (!href) return el('span', { textContent: label })
  return el('a', { href, className, target: '_blank', rel: 'noopener noreferrer', textContent: label })
}

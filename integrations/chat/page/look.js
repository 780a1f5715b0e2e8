// The look of the page as the operator chose it.
import { el, safe } from './dom.js'

// inkOn returns the colour of text, black or white, that is read best on a
// colour.
function inkOn(color) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16) / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff'
}

export function dress({ title, avatarUrl, color }) {
  const $ = (id) => document.getElementById(id)
  if (/^#[0-9a-f]{6}$/i.test(color ?? '')) {
    const style = document.documentElement.style
    style.setProperty('--mine', color)
    style.setProperty('--mine-ink', inkOn(color))
  }
  const src = safe(avatarUrl, true)
  if (src) {
    const img = el('img', { src, alt: '' })
    const initial = $('logo').textContent
    img.onerror = () => $('logo').replaceChildren(initial)
    $('logo').replaceChildren(img)
  }
  if (title) document.title = title
}

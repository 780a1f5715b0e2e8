// Puts a button into a page that opens the chat:
//   <script src="https://bots.example.com/chat/embed.js" data-chat="ID" async></script>
// It loads nothing but the chat page, and that when it is first opened.
(() => {
  const script = document.currentScript
  const options = script.dataset
  const address = new URL((options.chat || '') + '?embed', script.src.replace(/embed\.js.*$/, ''))
  if (!options.chat) return console.error('Bellhop: the script tag has no data-chat, the id at the end of the chat page\'s address')
  const label = options.label || 'Chat'
  const color = /^#[0-9a-f]{6}$/i.test(options.color || '') ? options.color : '#3056d3'
  const side = options.position === 'left' ? 'left' : 'right'
  const light = [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16) / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  const ink = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2] > 0.179 ? '#000' : '#fff'

  // A shadow tree: neither page changes the look of the other.
  const host = document.createElement('div')
  const root = host.attachShadow({ mode: 'open' })
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(`
    :host { all: initial }
    button { position: fixed; bottom: 1.25rem; ${side}: 1.25rem; z-index: 2147483000; display: flex; align-items: center; gap: .5rem;
      font: 600 16px/1 system-ui, sans-serif; color: ${ink}; background: ${color}; border: 0; border-radius: 1.6rem; padding: 1rem 1.25rem;
      cursor: pointer; box-shadow: 0 4px 16px #0004 }
    button:focus-visible { outline: 3px solid ${color}; outline-offset: 3px }
    svg { width: 1.25rem; height: 1.25rem; fill: currentColor }
    .new::after { content: ''; position: absolute; top: 0; right: 0; width: .8rem; height: .8rem; border-radius: 50%;
      background: #d3302f; border: 2px solid #fff }
    iframe { position: fixed; bottom: 5.25rem; ${side}: 1.25rem; z-index: 2147483001; width: 24rem; height: min(40rem, 100vh - 6.5rem);
      border: 0; border-radius: 16px; box-shadow: 0 8px 40px #0005; background: Canvas; color-scheme: light dark }
    [hidden] { display: none !important }
    @media (max-width: 480px) { iframe { inset: 0; width: 100%; height: 100%; border-radius: 0 } }`)
  root.adoptedStyleSheets = [sheet]

  const button = document.createElement('button')
  button.type = 'button'
  button.ariaExpanded = 'false'
  button.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z"/></svg>'
  button.append(label)
  root.append(button)
  let frame = null

  function toggle(open) {
    if (open && !frame) {
      frame = document.createElement('iframe')
      frame.title = label
      if (options.userKey) address.hash = 'userKey=' + encodeURIComponent(options.userKey)
      frame.src = address.href
      root.append(frame)
    }
    if (!frame) return
    frame.hidden = !open
    button.ariaExpanded = String(open)
    button.classList.remove('new')
    if (open) frame.focus()
    else button.focus()
  }
  button.onclick = () => toggle(!frame || frame.hidden)
  window.addEventListener('message', (e) => {
    if (!frame || e.source !== frame.contentWindow || e.origin !== address.origin) return
    if (e.data?.type === 'bellhop:ready' && !frame.hidden) frame.contentWindow.focus()
    if (e.data?.type === 'bellhop:close') toggle(false)
    if (e.data?.type === 'bellhop:message' && frame.hidden) button.classList.add('new')
  })
  const start = () => {
    document.body.append(host)
    if ('open' in options) toggle(true)
  }
  if (document.body) start()
  else document.addEventListener('DOMContentLoaded', start)
})()

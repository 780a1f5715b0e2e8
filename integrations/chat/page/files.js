// Files that a person sends: picked, dropped or pasted.
import { el } from './dom.js'

const $ = (id) => document.getElementById(id)
const mega = 1 << 20

// attachFiles lets a person send files of at most limit bytes; 0 allows none.
export function attachFiles({ chat, log, limit, conversation, send, fault }) {
  if (!limit) return
  $('attach').hidden = false
  const take = (files) => {
    for (const file of files) upload(file)
  }

  async function upload(file) {
    const where = conversation()
    if (!where || $('text').disabled) return
    if (file.size > limit) return fault(`${file.name} is too large: a file may have at most ${limit / mega} MB here.`)
    if (!file.size) return fault(`${file.name} is empty.`)
    fault('')
    const bar = el('progress', { max: 1, value: 0, ariaLabel: 'Sent of ' + file.name })
    const state = el('span', { className: 'state', textContent: 'Sending…' })
    const item = el('li', { className: 'mine' }, el('div', { className: 'bubble plain', dir: 'auto' }, file.name, bar), state)
    log.add(item, '9')
    log.toEnd()
    try {
      const payload = await chat.upload(where, file, (share) => { bar.value = share })
      log.remove(item)
      if (where === conversation()) send(payload)
    } catch (err) {
      bar.remove()
      item.classList.add('failed')
      state.replaceChildren(`Not sent: ${err.message} `,
        el('button', { type: 'button', textContent: 'Try again', onclick: () => { log.remove(item); upload(file) } }), ' ',
        el('button', { type: 'button', textContent: 'Remove', onclick: () => log.remove(item) }))
    }
  }

  $('attach').onclick = () => $('file').click()
  $('file').onchange = () => {
    take($('file').files)
    $('file').value = ''
  }
  $('text').addEventListener('paste', (e) => {
    if (!e.clipboardData?.files.length) return
    e.preventDefault()
    take(e.clipboardData.files)
  })
  const over = (e) => [...(e.dataTransfer?.types ?? [])].includes('Files')
  document.addEventListener('dragover', (e) => {
    if (!over(e)) return
    e.preventDefault()
    document.body.classList.add('dropping')
  })
  document.addEventListener('dragleave', (e) => { if (!e.relatedTarget) document.body.classList.remove('dropping') })
  document.addEventListener('drop', (e) => {
    document.body.classList.remove('dropping')
    if (!over(e)) return
    e.preventDefault()
    take(e.dataTransfer.files)
  })
}

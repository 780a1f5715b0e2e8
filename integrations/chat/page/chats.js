// The list of a person's conversations.
import { el } from './dom.js'

const $ = (id) => document.getElementById(id)
const most = 10 // pages of the list

// attachChats lets the button open the list; current returns the conversation
// that is shown, and choose is called with the one that is picked.
export function attachChats({ chat, storage, current, choose, fault }) {
  const close = () => {
    $('list').hidden = true
    $('chats').ariaExpanded = 'false'
  }
  $('list').onkeydown = (e) => {
    if (e.key !== 'Escape') return
    close()
    $('chats').focus()
  }
  $('chats').onclick = async () => {
    if (!$('list').hidden) return close()
    try {
      const found = []
      for (let token = '', page = 0; page < most; page++) {
        const { conversations, meta } = await chat.call('GET', '/conversations' + (token && '?nextToken=' + encodeURIComponent(token)))
        found.push(...conversations)
        token = meta?.nextToken
        if (!token) break
      }
      const titles = storage.titles()
      found.sort((a, b) => a.updatedAt < b.updatedAt ? 1 : -1)
      $('list').replaceChildren(...found.map((c) => el('button', {
        type: 'button', ariaCurrent: c.id === current() ? 'true' : null,
        onclick: () => { close(); choose(c.id) },
      }, el('span', { textContent: titles[c.id] || 'Chat', dir: 'auto' }),
      el('time', { textContent: new Date(c.updatedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' }) }))))
      $('list').hidden = false
      $('chats').ariaExpanded = 'true'
      $('list').querySelector('button')?.focus()
    } catch (err) {
      fault(err)
    }
  }
  return close
}

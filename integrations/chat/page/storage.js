// What this browser keeps of a chat: its user, drafts, titles of conversations
// and messages that are not sent yet. Without storage (a private window, a
// frame that may not store) all of it lives as long as the page.

const mostTitles = 50

export class Storage {
  constructor(address) {
    this.name = 'bellhop-chat:' + address
    this.memory = new Map()
  }

  get(part = '') {
    try { return JSON.parse(localStorage.getItem(this.name + part)) } catch { return this.memory.get(part) ?? null }
  }

  set(part, value) {
    this.memory.set(part, value)
    try {
      if (value === null) localStorage.removeItem(this.name + part)
      else localStorage.setItem(this.name + part, JSON.stringify(value))
    } catch { /* not allowed, or full */ }
  }

  titles() { return this.get(':titles') ?? {} }

  // title keeps the first text of a conversation as its title.
  title(conversation, text) {
    const titles = this.titles()
    if (titles[conversation] || !text) return
    const kept = Object.entries(titles).slice(1 - mostTitles)
    this.set(':titles', { ...Object.fromEntries(kept), [conversation]: String(text).slice(0, 80) })
  }
}

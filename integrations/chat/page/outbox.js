// Messages on their way. Each has a key of its own, with which it is sent until
// the server has it: sent twice it is still one message. What is not sent yet
// outlives the page.
import { lasting } from './api.js'

const most = 100 // messages that wait
const shortest = 1000, longest = 30000 // pauses between attempts

const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('')

export class Outbox {
  // sent is called with an entry and its message, changed with an entry whose
  // state changed: waiting, sending or failed.
  constructor({ chat, storage, sent, changed }) {
    Object.assign(this, { chat, storage, sent, changed, running: null, pause: shortest, timer: 0 })
    this.entries = (storage.get(':outbox') ?? []).filter((e) => e?.key && e.conversation && e.payload)
  }

  save() {
    this.storage.set(':outbox', this.entries.map(({ key, conversation, payload, metadata, error }) =>
      ({ key, conversation, payload, metadata, error })))
  }

  add(conversation, payload, metadata) {
    const entry = { key: newKey(), conversation, payload, metadata }
    this.entries.push(entry)
    if (this.entries.length > most) this.entries.shift()
    this.save()
    return entry
  }

  find(key) { return this.entries.find((e) => e.key === key) }

  remove(entry) {
    this.entries = this.entries.filter((e) => e !== entry)
    this.save()
  }

  retry(entry) {
    delete entry.error
    this.save()
    return this.flush()
  }

  // flush sends what waits, in order; the first that cannot be sent now holds
  // the others back. It is called again when there is a connection.
  flush() {
    clearTimeout(this.timer)
    return this.running ??= this.run().finally(() => { this.running = null })
  }

  async run() {
    for (let entry; (entry = this.entries.find((e) => !e.error));) {
      this.changed(entry, 'sending')
      try {
        const { message } = await this.chat.call('POST', '/messages',
          { conversationId: entry.conversation, payload: entry.payload, metadata: entry.metadata }, { once: entry.key })
        this.pause = shortest
        this.remove(entry)
        this.sent(entry, message)
      } catch (err) {
        if (!this.entries.includes(entry)) continue // its message came with the stream
        if (!lasting(err)) {
          this.changed(entry, 'waiting')
          this.timer = setTimeout(() => this.flush(), this.pause * (0.5 + Math.random() / 2))
          this.pause = Math.min(longest, this.pause * 2)
          return
        }
        entry.error = err.message
        this.save()
        this.changed(entry, 'failed')
      }
    }
  }
}

// Calls to the chat, and its stream of what happens.

export class Refusal extends Error {
  constructor(status, message) { super(message); this.status = status }
}

// silence is how long a stream may say nothing: the server beats every 20 s.
const silence = 60000

export class Chat {
  constructor(address) { this.address = address; this.key = '' }

  async call(method, path, body, key = this.key) {
    const headers = {}
    if (key) headers['x-user-key'] = key
    if (body) headers['content-type'] = 'application/json'
    const res = await fetch(this.address + path, { method, headers, body: body && JSON.stringify(body), credentials: 'omit' })
    const out = await res.json().catch(() => ({}))
    if (!res.ok || out.code >= 400) throw new Refusal(out.code || res.status, out.message || 'The server answered ' + res.status)
    return out
  }

  // listen calls told with each signal until the stream ends; open is called
  // when nothing is missed any more.
  async listen(conversation, { last, end, open, told }) {
    if (end.aborted) return
    const control = new AbortController()
    const stop = () => control.abort()
    end.addEventListener('abort', stop)
    let watch = setTimeout(stop, silence)
    try {
      const headers = { 'x-user-key': this.key, accept: 'text/event-stream' }
      if (last.id) headers['last-event-id'] = last.id
      const res = await fetch(`${this.address}/conversations/${encodeURIComponent(conversation)}/listen`,
        { headers, signal: control.signal, credentials: 'omit' })
      if (!res.ok) throw new Refusal(res.status, (await res.json().catch(() => ({}))).message || 'Listening was refused')
      await open()
      const reader = res.body.pipeThrough(new TextDecoderStream()).getReader()
      for (let rest = ''; ;) {
        const { value, done } = await reader.read()
        if (done) return
        clearTimeout(watch)
        watch = setTimeout(stop, silence)
        const parts = (rest + value).split('\n\n')
        rest = parts.pop()
        for (const part of parts) dispatch(part, last, told)
      }
    } finally {
      clearTimeout(watch)
      end.removeEventListener('abort', stop)
    }
  }
}

function dispatch(part, last, told) {
  let data = ''
  for (const line of part.split('\n')) {
    if (line.startsWith('data: ')) data += line.slice(6)
    if (line.startsWith('id: ')) last.id = line.slice(4)
  }
  let signal
  try { signal = JSON.parse(data) } catch { return } // a beat
  if (signal?.data) told(signal)
}

// Calls to the chat, and its stream of what happens.

export class Refusal extends Error {
  constructor(status, message) { super(message); this.status = status }
}

// lasting reports whether a call would be refused again.
export const lasting = (err) => err instanceof Refusal && err.status < 500 && ![408, 425, 429].includes(err.status)

// silence is how long a stream may say nothing: the server beats every 20 s.
const silence = 60000
// patience is how long a call may take.
const patience = 30000

export class Chat {
  constructor(address) { this.address = address; this.key = '' }

  // call makes a call. With once, a key of the caller's choice, it can be made
  // again and has one effect.
  async call(method, path, body, { key = this.key, once } = {}) {
    const headers = {}
    if (key) headers['x-user-key'] = key
    if (once) headers['idempotency-key'] = once
    if (body) headers['content-type'] = 'application/json'
    const res = await fetch(this.address + path,
      { method, headers, body: body && JSON.stringify(body), credentials: 'omit', signal: AbortSignal.timeout(patience) })
    const out = await res.json().catch(() => ({}))
    if (!res.ok || out.code >= 400) throw new Refusal(out.code || res.status, out.message || 'The server answered ' + res.status)
    return out
  }

  // listen calls told with each signal until the stream ends; open is called
  // when nothing is missed any more.
  async listen(conversation, { end, open, told }) {
    if (end.aborted) return
    const control = new AbortController()
    const stop = () => control.abort()
    end.addEventListener('abort', stop)
    let watch = setTimeout(stop, silence)
    try {
      const headers = { 'x-user-key': this.key, accept: 'text/event-stream' }
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
        for (const part of parts) dispatch(part, told)
      }
    } finally {
      clearTimeout(watch)
      control.abort()
      end.removeEventListener('abort', stop)
    }
  }

  // upload keeps a file and returns the payload of the message that sends it.
  // progress is called with the share that has gone, from 0 to 1.
  async upload(conversation, file, progress) {
    const { uploadUrl, payload } = await this.call('POST', '/files',
      { conversationId: conversation, name: file.name || 'file', contentType: file.type, size: file.size })
    const target = new URL(uploadUrl, location.href)
    await put(target.pathname + target.search, file, progress) // this server, also where it has several names
    return payload
  }
}

function put(address, file, progress) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest() // fetch does not report progress
    request.open('PUT', address)
    if (file.type) request.setRequestHeader('content-type', file.type)
    request.upload.onprogress = (e) => { if (e.lengthComputable) progress(e.loaded / e.total) }
    request.onload = () => {
      if (request.status < 300) return done()
      let message = ''
      try { message = JSON.parse(request.responseText).message } catch { /* not ours */ }
      failed(new Refusal(request.status, message || 'The server answered ' + request.status))
    }
    request.onerror = request.onabort = () => failed(new TypeError('The connection was lost'))
    request.send(file)
  })
}

function dispatch(part, told) {
  let data = ''
  for (const line of part.split('\n')) if (line.startsWith('data: ')) data += line.slice(6)
  let signal
  try { signal = JSON.parse(data) } catch { return } // a beat
  if (signal?.data) told(signal)
}

'use strict'
// The host of a bundle: it gets the code and then calls over descriptor 3, as
// frames of length (4 bytes), kind (1) and number (4), big endian, and answers
// there. What the bundle prints goes to descriptors 1 and 2, apart from frames.
{
  const net = require('net')
  const Module = require('module')
  const kinds = { load: 1, call: 2, ping: 3, ready: 4, answer: 5, pong: 6, preload: 7 }
  const headSize = 9
  const socket = new net.Socket({ fd: 3, readable: true, writable: true })
  const { parse, stringify } = JSON
  for (const set of ['PWD', 'OLDPWD', 'SHLVL', '_']) delete process.env[set] // by the shell
  let handler

  const send = (kind, id, head, body) => {
    const text = Buffer.from(head)
    const frame = Buffer.allocUnsafe(headSize + 4 + text.length + body.length)
    frame.writeUInt32BE(4 + text.length + body.length, 0)
    frame[4] = kind
    frame.writeUInt32BE(id, 5)
    frame.writeUInt32BE(text.length, headSize)
    text.copy(frame, headSize + 4)
    frame.set(body, headSize + 4 + text.length)
    socket.write(frame)
  }

  // fail ends the process without the source line that Node would print, which
  // is all of a minified bundle.
  const fail = (err) => {
    console.error(err?.stack ?? err)
    process.exit(1)
  }

  // evaluate runs a CommonJS module and returns what it exports.
  const evaluate = (name, source) => {
    const module = new Module(name)
    module.filename = name
    module.paths = []
    module._compile(source, name)
    return module.exports
  }

  const load = (source) => {
    const exports = evaluate('/bundle.cjs', source)
    const code = exports?.default ?? exports
    if (typeof code?.handler !== 'function') {
      throw new Error('the code exports no handler; its default export must be an Integration or a Bot of the SDK')
    }
    handler = (req) => code.handler(req)
    if (process.listenerCount('uncaughtException') === 0) process.on('uncaughtException', fail)
  }

  const bytes = (body) => {
    if (body instanceof Uint8Array) return body
    return Buffer.from(typeof body === 'string' ? body : stringify(body ?? {}))
  }

  const call = async (id, payload) => {
    const at = 4 + payload.readUInt32BE(0)
    let status = 500
    let headers = {}
    let body
    try {
      const reply = await handler({
        method: 'POST', path: '/', query: '',
        headers: parse(payload.toString('utf8', 4, at)), body: payload.toString('utf8', at),
      })
      body = bytes(reply?.body)
      status = reply?.status ?? 200
      for (const [key, value] of Object.entries(reply?.headers ?? {})) {
        if (value !== undefined && value !== null) headers[key] = [value].flat().map(String)
      }
    } catch (err) {
      headers = {}
      body = bytes({ error: String(err?.message ?? err) })
    }
    send(kinds.answer, id, stringify({ status, headers }), body)
  }

  const take = (kind, id, payload) => {
    switch (kind) {
      case kinds.preload:
        try {
          evaluate('/preload.cjs', payload.toString())
        } catch (err) {
          return fail(err)
        }
        return
      case kinds.load:
        try {
          load(payload.toString())
        } catch (err) {
          return fail(err)
        }
        return send(kinds.ready, id, '', [])
      case kinds.call:
        return void call(id, payload)
      case kinds.ping:
        return send(kinds.pong, id, '', [])
    }
  }

  let chunks = []
  let have = 0
  let need = headSize
  socket.on('data', (chunk) => {
    chunks.push(chunk)
    have += chunk.length
    if (have < need) return
    const all = chunks.length === 1 ? chunk : Buffer.concat(chunks, have)
    let at = 0
    for (;;) {
      need = headSize
      if (all.length - at < need) break
      need += all.readUInt32BE(at)
      if (all.length - at < need) break
      take(all[at + 4], all.readUInt32BE(at + 5), all.subarray(at + headSize, at + need))
      at += need
    }
    have = all.length - at
    chunks = have > 0 ? [all.subarray(at)] : []
  })
  const leave = () => process.exit(0) // the server has gone, or wants it to end
  socket.on('end', leave)
  socket.on('error', leave)
}

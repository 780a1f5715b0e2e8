// Stands where all vendors are: it hands each call to what plays the vendor of
// its Host, and keeps them, for a case to wait for one.
import { once } from 'node:events'
import { createServer } from 'node:http'

const waitLimit = 20_000

/**
 * startSwitchboard returns {port, calls, next, route, stop}. route gives a host
 * to a player: an address that the call is passed on to, or a function of the
 * call {host, method, path, headers, body} that returns {status, body}. A host
 * that nobody plays is answered 404 and is in calls with played: false.
 */
export async function startSwitchboard() {
  const players = new Map()
  const calls = []
  const waiting = new Set()
  const server = createServer(async (req, res) => {
    const parts = []
    for await (const part of req) parts.push(part)
    const raw = Buffer.concat(parts)
    const call = { host: req.headers.host, method: req.method, path: req.url, headers: req.headers, body: raw.toString() }
    const player = players.get(call.host)
    call.played = Boolean(player)
    let answer
    try {
      answer = await (typeof player === 'function' ? player(call, raw) : player ? passOn(player, call, raw) : { status: 404, body: { error: 'nobody plays this host' } })
    } catch (err) {
      answer = { status: 500, body: { error: err.message } }
    }
    call.status = answer.status ?? 200
    call.answer = answer.body
    calls.push(call)
    for (const look of waiting) look(call)
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {})
    res.writeHead(call.status, { 'content-type': 'application/json', ...answer.headers }).end(text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  /** next returns the first call that fits, made already or within a while. */
  function next(what, fits) {
    const found = calls.find(fits)
    if (found) return found
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => end(reject, new Error(`the vendor was not called: ${what}; calls were ${told(calls)}`)), waitLimit)
      const look = (call) => fits(call) && end(resolve, call)
      const end = (settle, value) => {
        clearTimeout(timer)
        waiting.delete(look)
        settle(value)
      }
      waiting.add(look)
    })
  }

  return {
    port: server.address().port,
    calls,
    next,
    route: (host, player) => players.set(host, player),
    stop: () => (server.close(), server.closeAllConnections()),
  }
}

/** passOn makes the call to a stand-in that listens at an address. */
export async function passOn(address, call, raw) {
  const headers = { ...call.headers }
  for (const name of ['host', 'connection', 'content-length', 'accept-encoding', 'transfer-encoding', 'keep-alive']) delete headers[name]
  const reply = await fetch(address + call.path, { method: call.method, headers, body: raw.length ? raw : undefined })
  const type = reply.headers.get('content-type') ?? 'application/json'
  return { status: reply.status, headers: { 'content-type': type }, body: await reply.text() }
}

const told = (calls) => calls.slice(-8).map((call) => `${call.method} ${call.host}${call.path.split('?')[0]} ${call.status}`).join(', ') || 'none'

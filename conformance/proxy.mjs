// An HTTP proxy on the loopback that hands every call to a server and holds
// each reply of an official operation against the contract.
import http from 'node:http'
import { once } from 'node:events'
import { matchOperation, validateReply } from './contract.mjs'

const perConnection = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer'])

/**
 * startProxy returns {url, faults, called, stop()}. faults has a line for each
 * difference between a reply and the contract; called has the name of each
 * operation that was answered with success.
 */
export async function startProxy(target) {
  const faults = []
  const called = new Set()
  const agent = new http.Agent({ keepAlive: true })
  const server = http.createServer((req, res) => {
    const up = http.request(new URL(req.url, target), { method: req.method, headers: req.headers, agent }, (reply) => {
      res.writeHead(reply.statusCode, passed(reply.rawHeaders))
      const op = operationOf(req)
      if (!op) return reply.pipe(res)
      const parts = []
      reply.on('data', (part) => parts.push(part))
      reply.on('end', () => {
        const body = Buffer.concat(parts)
        const line = (f) => `${op.name} (${req.method} ${req.url} -> ${reply.statusCode}) ${f.path || '/'}: ${f.message}`
        faults.push(...check(op, reply, body).map(line))
        if (reply.statusCode < 300) called.add(op.name)
        res.end(body)
      })
    })
    up.on('error', (err) => (res.headersSent ? res.destroy(err) : res.writeHead(502).end(err.message)))
    res.on('close', () => res.writableFinished || up.destroy())
    req.pipe(up)
  })
  // A client must not find a connection that was closed while it was idle.
  server.keepAliveTimeout = 120_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async () => {
    agent.destroy()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${server.address().port}`, faults, called, stop }
}

function operationOf(req) {
  const path = req.url.split('?')[0]
  if (path.startsWith('/v1/chat/')) return matchOperation(req.method, path, 'runtime')
  if (path.startsWith('/v1/admin/')) return matchOperation(req.method, path, 'admin')
  if (/^\/v1\/files(\/|$)/.test(path)) return matchOperation(req.method, path, 'files')
  if (/^\/v1\/tables(\/|$)/.test(path)) return matchOperation(req.method, path, 'tables')
}

function check(op, reply, body) {
  const type = reply.headers['content-type'] ?? ''
  const wrong = type.startsWith('application/json') ? [] : [{ message: `content-type ${type || 'absent'}` }]
  try {
    return [...wrong, ...validateReply(op.name, reply.statusCode, JSON.parse(body), op.part)]
  } catch (err) {
    return [...wrong, { message: `not JSON: ${err.message}` }]
  }
}

function passed(raw) {
  const kept = []
  for (let i = 0; i < raw.length; i += 2) if (!perConnection.has(raw[i].toLowerCase())) kept.push(raw[i], raw[i + 1])
  return kept
}

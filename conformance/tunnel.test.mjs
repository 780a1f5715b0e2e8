// The official tunnel client against the server's tunnels: who may open one,
// what goes through it, and how it is closed.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import tunnels from '@bpinternal/tunnel'
import { call, startServer } from './server.mjs'

const { TunnelTail, errors } = tunnels
const codes = errors.CLOSE_CODES
let server, host

before(async () => {
  server = await startServer()
  host = server.url.replace(/^http/, 'ws') + '/tunnel'
})

after(() => server?.stop())

const closed = (tail) => new Promise((resolve) => tail.events.once('close', resolve))
const bot = async (tunnelId) => {
  const body = { dev: true, url: `${server.url}/${tunnelId}`, actions: { greet: { input: {}, output: {} } } }
  return (await call(server, 'POST', '/v1/admin/bots', body)).bot
}
const greet = async ({ id }, name) => {
  const reply = await fetch(`${server.url}/v1/chat/actions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'x-bot-id': id, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'greet', input: { name } }),
  })
  return { status: reply.status, body: await reply.json() }
}

test('requests and answers', async () => {
  const tunnelId = randomUUID()
  const tail = await TunnelTail.new(host, tunnelId)
  const seen = []
  tail.events.on('request', (request) => {
    seen.push(request)
    const { input } = JSON.parse(request.body)
    const body = JSON.stringify({ output: { greeting: `hi ${input.name}` } })
    // The first answer comes last.
    setTimeout(() => tail.send({ requestId: request.id, status: 200, headers: { 'x-a': 'b' }, body }), input.name === 'first' ? 100 : 0)
  })
  tail.hello()
  const made = await bot(tunnelId)
  const replies = await Promise.all(['first', 'sécond ✓', '"third"'].map((name) => greet(made, name)))
  assert.deepEqual(replies.map(({ body }) => body.output?.greeting), ['hi first', 'hi sécond ✓', 'hi "third"'])
  assert.equal(seen[0].method, 'POST')
  assert.equal(seen[0].path, '/')
  assert.equal(seen[0].headers['x-bot-id'], made.id)
  assert.equal(seen[0].headers['x-bp-operation'], 'action_triggered')
  tail.close()
  const away = await greet(made, 'anybody')
  assert.ok(away.status >= 400, `status ${away.status}`)
  assert.match(away.body.message, /tunnel/)
})

test('the server says hello', async () => {
  const tail = await TunnelTail.new(host, randomUUID())
  await new Promise((resolve) => tail.events.once('hello', resolve))
  tail.close()
})

test('one client at a time', async () => {
  const tunnelId = randomUUID()
  const first = await TunnelTail.new(host, tunnelId)
  const second = await TunnelTail.new(host, tunnelId)
  // Which of two that come at once has the tunnel is not said: one is told.
  const { code } = await Promise.race([closed(first), closed(second)])
  assert.equal(code, codes.TUNNEL_ID_CONFLICT)
})

test('ids', async () => {
  assert.equal((await closed(await TunnelTail.new(host, 'not.an.id'))).code, codes.INVALID_TUNNEL_ID)
  await assert.rejects(TunnelTail.new(host, 'guessable'), ({ message }) => /401/.test(message))
  await assert.rejects(TunnelTail.new(`${host}/bp_pat_unknown`, 'guessable'), ({ message }) => /401/.test(message))
  const tail = await TunnelTail.new(`${host}/${server.token}`, 'guessable')
  tail.close()
})

test('an answer that is none ends the tunnel', async () => {
  const tunnelId = randomUUID()
  const tail = await TunnelTail.new(host, tunnelId)
  tail.send({ status: 'fine' })
  assert.equal((await closed(tail)).code, codes.INVALID_RESPONSE_PAYLOAD)
})

// An integration and a bot written with the official SDK run on the server:
// both flows, actions, states, and what happens when their code refuses.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { Client } from '@botpress/client'
import { assertContract, install, startWorld, until } from './fixtures/setup.mjs'
import { startCode } from './fixtures/process.mjs'
import { startListener } from './fixtures/target.mjs'

let world, sink, integrationCode, botCode, bot, integration, asBot, asIntegration, installation
let sent = 0
let botEnv

before(async () => {
  world = await startWorld()
  sink = await startListener(() => ({ body: { id: `sent-${++sent}` } }))
  // The code gets its token when it starts, as with a hosted bundle; a token
  // needs the thing that it stands for, so the things are made first.
  const made = await install(world, { botUrl: 'http://127.0.0.1:9', integrationUrl: 'http://127.0.0.1:9', sinkUrl: sink.url })
  const env = (token) => ({ BP_API_URL: world.proxy.url, BP_TOKEN: token, BP_LOG_FORMAT: 'json' })
  integrationCode = await startCode('relay.mjs', { ...env(made.integrationToken), SECRET_RELAY_KEY: 'x' })
  botEnv = env(made.botToken)
  botCode = await startCode('clerk.mjs', botEnv)
  await world.admin.updateIntegration({ id: made.integration.id, url: integrationCode.url })
  await world.admin.updateBot({ id: made.bot.id, url: botCode.url })
  ;({ installation } = await made.configure())
  ;({ bot, integration, asBot, asIntegration } = made)
})

after(async () => {
  await world?.stop()
  await integrationCode?.stop()
  await botCode?.stop()
  await sink?.stop()
})

const hook = (body, path = '') =>
  fetch(installation.webhookUrl + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
const say = (text, id, thread = 't1') => hook({ kind: 'message', from: 'ada', thread, id, text })

test('it is registered, with what its code did', async () => {
  const got = await until('registered', async () => {
    const reply = await world.call('GET', `/v1/bellhop/bots/${bot.id}/installations/relay`)
    return reply.installation.status === 'registered' && reply.installation
  })
  assert.equal(got.identifier, `relay-${got.webhookId}`)
  const { state } = await asIntegration.getState({ type: 'integration', id: integration.id, name: 'session' })
  assert.equal(state.payload.webhookUrl, installation.webhookUrl)
})

test('the answer to a webhook is the code\'s own', async () => {
  const reply = await fetch(`${installation.webhookUrl}/a/b?x=1&y=%20`)
  assert.equal(reply.status, 200)
  assert.deepEqual(await reply.json(), { path: '/a/b', query: 'x=1&y=%20' })
  const broken = await hook({}, '/broken')
  assert.ok(broken.status >= 400, `status ${broken.status}`)
  assert.match(await broken.text(), /this path is broken/)
})

test('a message goes from the webhook to the bot and its answer to the sink', async () => {
  const reply = await say('hello', 'in-1')
  assert.equal(reply.status, 202)
  assert.equal(reply.headers.get('x-relay'), 'taken')
  const messageId = await reply.text()
  const { body } = await sink.next((call) => call.body.text === '1: hello')
  assert.equal(body.thread, 't1')
  assert.equal(body.user, bot.id)
  const acked = await until('the ack is kept', async () => {
    const { message } = await asIntegration.getMessage({ id: body.message })
    return message.tags.externalId && message
  })
  assert.match(acked.tags.externalId, /^sent-/)
  const { message } = await asBot.getMessage({ id: messageId })
  assert.equal(message.tags['relay:externalId'], 'in-1')
  const draft = { type: 'conversation', id: message.conversationId, name: 'draft' }
  assert.deepEqual((await asBot.getState(draft)).state.payload, { text: 'hello' })
  const cursor = { type: 'conversation', id: message.conversationId, name: 'cursor' }
  assert.deepEqual((await asIntegration.getState(cursor)).state.payload, { last: 'in-1' })
  const { user } = await asBot.getUser({ id: message.userId })
  assert.deepEqual(user.tags, { 'relay:externalId': 'ada', nickname: 'pal' })
})

test('a repeated webhook makes no second message', async () => {
  assert.equal(await (await say('hello', 'in-1')).text(), await (await say('hello', 'in-1')).text())
})

test('messages of one conversation are answered in order', async () => {
  for (let i = 0; i < 5; i++) await say(`line ${i}`, `order-${i}`)
  await sink.next((call) => call.body.text?.endsWith(': line 4'))
  const lines = sink.calls.map((call) => call.body.text).filter((text) => /: line \d$/.test(text))
  assert.deepEqual(lines.map((line) => line.split(': ')[1]), [0, 1, 2, 3, 4].map((i) => `line ${i}`))
})

test('an event goes from the webhook to the bot', async () => {
  const reply = await hook({ kind: 'issue', title: 'a leak', thread: 't1' })
  assert.equal(reply.status, 200)
  await sink.next((call) => call.body.text === 'issue: a leak')
  const { events } = await asBot.listEvents({ type: 'relay:issueOpened' })
  assert.equal(events[0].payload.title, 'a leak')
  await until('processed', async () => (await asBot.getEvent({ id: events[0].id })).event.status === 'processed')
})

test('actions', async () => {
  const { output } = await asBot.callAction({ type: 'relay:add', input: { a: 20, b: 22 } })
  assert.deepEqual(output, { sum: 42 })
  const own = await asBot.callAction({ type: 'greet', input: { name: 'Ada' } })
  assert.deepEqual(own.output, { greeting: 'Hello, Ada!' })
})

test('a RuntimeError of an action reaches the bot', async () => {
  const refused = asBot.callAction({ type: 'relay:refuse', input: {} })
  await assert.rejects(refused, { type: 'Runtime', code: 400, message: 'adding is closed today' })
  await say('refuse', 'in-refuse')
  await sink.next((call) => call.body.text === 'Runtime: adding is closed today')
})

test('a message that the integration refuses is a dead letter', async () => {
  await say('lock', 'in-lock', 't-locked')
  const dead = await until('a dead letter', async () => {
    const { deliveries } = await world.call('GET', `/v1/bellhop/deliveries?botId=${bot.id}&state=dead`)
    return deliveries[0]
  })
  assert.match(dead.lastError, /the thread is locked/)
  assert.equal(dead.alias, 'relay')
  assert.equal(dead.operation, 'message_created')
  assert.equal(dead.attempts, 1, 'a refusal is final')
  await say('still here?', 'in-after', 't-locked')
  await sink.next((call) => call.body.text?.endsWith(': still here?'))

  const { delivery } = await world.call('POST', `/v1/bellhop/deliveries/${dead.id}/replay`, {})
  assert.equal(delivery.id, dead.id)
  const again = await until('dead again', async () => {
    const got = (await world.call('GET', `/v1/bellhop/deliveries/${dead.id}`)).delivery
    return got.state === 'dead' && got.log.length === 2 && got
  })
  assert.match(again.log[1].error, /the thread is locked/)
})

test('a bot that was away is told everything, in order', async () => {
  await botCode.stop()
  for (let i = 0; i < 3; i++) assert.equal((await say(`away ${i}`, `away-${i}`)).status, 202)
  await until('a failed attempt', async () => {
    const { deliveries } = await world.call('GET', `/v1/bellhop/deliveries?botId=${bot.id}&state=pending`)
    return deliveries.some((delivery) => delivery.attempts > 0)
  })
  botCode = await startCode('clerk.mjs', botEnv)
  await world.admin.updateBot({ id: bot.id, url: botCode.url })
  await sink.next((call) => call.body.text?.endsWith(': away 2'), 20_000)
  const lines = sink.calls.map((call) => call.body.text).filter((text) => /: away \d$/.test(text))
  assert.deepEqual(lines.map((line) => line.split(': ')[1]), ['away 0', 'away 1', 'away 2'])
})

test('a bot is told that a state expired', async () => {
  const { conversations } = await asBot.listConversations({ tags: { 'relay:threadId': 't1' } })
  const draft = { type: 'conversation', id: conversations[0].id, name: 'draft' }
  await asBot.setState({ ...draft, payload: { text: 'unsent' }, expiry: 200 })
  await until('the bot has noted it', async () => {
    const { state } = await asBot.getState({ type: 'bot', id: bot.id, name: 'memory' })
    return state.payload.note === 'draft expired: unsent'
  })
  await assert.rejects(asBot.getState(draft), { type: 'ResourceNotFound' })
})

test('a registration that the code refuses tells why', async () => {
  const path = `/v1/bellhop/bots/${bot.id}/installations/other`
  const body = { integration: integration.id, configuration: { sinkUrl: 'http://refused.test/' } }
  await world.call('PUT', path, body).catch((err) => assert.match(err.message, /the sink is not ours/))
  const failed = await until('registration failed', async () => {
    const { installation: got } = await world.call('GET', path)
    return got.status === 'registration_failed' && got
  })
  assert.match(failed.statusReason, /the sink is not ours/)
  await world.call('DELETE', `${path}?force=true`)
})

test('the code is told when it is removed', async () => {
  await world.call('DELETE', `/v1/bellhop/bots/${bot.id}/installations/relay`)
  await sink.next((call) => call.body.unregistered === 'relay')
  assert.equal((await say('anybody?', 'in-gone')).status, 404)
  const props = { apiUrl: world.proxy.url, token: world.server.token, botId: bot.id }
  await assert.rejects(new Client(props).callAction({ type: 'relay:add', input: { a: 1, b: 1 } }), { type: 'ResourceNotFound' })
})

test('every call of the official SDK is answered by the contract', () => assertContract(world.proxy))

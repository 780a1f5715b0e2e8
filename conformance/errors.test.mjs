// What the official client is told when a call is wrong: the contract's type,
// and a message that names what is wrong.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { Client, isApiError } from '@botpress/client'
import { assertContract, install, startWorld } from './fixtures/setup.mjs'
import { startListener } from './fixtures/target.mjs'

let world, code, bot, asBot, asIntegration, user, conversation
const missing = 'user_01J00000000000000000000000'

function answer({ headers, body }) {
  if (headers['x-bp-operation'] !== 'action_triggered') return {}
  if (body.type === 'add') return { body: { output: {} } } // lacks sum
  return { status: 400, body: { id: 'err_1', code: 400, type: 'Runtime', message: 'the thread is closed' } }
}

before(async () => {
  world = await startWorld()
  code = await startListener(answer)
  const installed = await install(world, { botUrl: code.url, integrationUrl: code.url, sinkUrl: code.url })
  await installed.configure()
  ;({ bot, asBot, asIntegration } = installed)
  user = (await asIntegration.createUser({ tags: { externalId: 'e1' } })).user
  conversation = (await asIntegration.createConversation({ channel: 'thread', tags: { threadId: 'e1' } })).conversation
})

after(async () => {
  await world?.stop()
  await code?.stop()
})

// told fails unless the call is refused with the type and a message naming all names.
async function told(call, type, ...names) {
  const err = await call.then(
    (reply) => assert.fail(`accepted: ${JSON.stringify(reply)}`),
    (err) => err
  )
  assert.ok(isApiError(err), String(err))
  assert.deepEqual({ type: err.type, message: err.message }, { type, message: err.message })
  for (const name of names) assert.ok(err.message.includes(name), `"${err.message}" does not name ${name}`)
  assert.match(err.id, /^err_/)
}

const message = (more) => ({
  conversationId: conversation.id,
  userId: user.id,
  type: 'text',
  payload: { text: 'x' },
  tags: {},
  ...more,
})

test('tags that are not declared', async () => {
  await told(asIntegration.createUser({ tags: { shoeSize: '9' } }), 'InvalidPayload', 'shoeSize')
  await told(asIntegration.getOrCreateUser({ tags: { shoeSize: '9' } }), 'InvalidPayload', 'shoeSize')
  await told(asIntegration.updateUser({ id: user.id, tags: { shoeSize: '9' } }), 'InvalidPayload', 'shoeSize')
  await told(asBot.updateUser({ id: user.id, tags: { shoeSize: '9' } }), 'InvalidPayload', 'shoeSize')
  await told(asIntegration.createConversation({ channel: 'thread', tags: { mood: 'x' } }), 'InvalidPayload', 'mood')
  await told(asIntegration.createMessage(message({ tags: { mood: 'x' } })), 'InvalidPayload', 'mood')
  await told(asBot.updateConversation({ id: conversation.id, tags: { 'relay:mood': 'x' } }), 'InvalidPayload', 'mood')
})

test('payloads that do not fit', async () => {
  await told(asBot.createMessage(message({ userId: bot.id, payload: { text: 7 } })), 'InvalidDataFormat', 'text')
  await told(asBot.createMessage(message({ userId: bot.id, payload: {} })), 'InvalidDataFormat', 'text')
  await told(asBot.createMessage(message({ userId: bot.id, type: 'hologram' })), 'InvalidPayload', 'hologram')
  await told(asIntegration.createEvent({ type: 'issueOpened', payload: { title: 7 } }), 'InvalidDataFormat', 'title')
  await told(asBot.callAction({ type: 'relay:add', input: { a: 1, b: 'two' } }), 'InvalidDataFormat', 'b')
  const state = { type: 'bot', id: bot.id, name: 'memory' }
  await told(asBot.setState({ ...state, payload: { count: 'many' } }), 'InvalidDataFormat', 'count')
})

test('names that are not declared', async () => {
  await told(asIntegration.createConversation({ channel: 'radio', tags: {} }), 'InvalidPayload', 'radio')
  await told(asIntegration.createEvent({ type: 'shipSank', payload: {} }), 'InvalidPayload', 'shipSank')
  await told(asBot.createEvent({ type: 'tock', payload: {} }), 'InvalidPayload', 'tock')
  await told(asBot.setState({ type: 'bot', id: bot.id, name: 'dreams', payload: {} }), 'InvalidPayload', 'dreams')
  await told(asBot.callAction({ type: 'relay:fly', input: {} }), 'ResourceNotFound', 'fly')
  await told(asBot.callAction({ type: 'nobody:fly', input: {} }), 'ResourceNotFound', 'nobody')
})

test('things that are not there', async () => {
  await told(asBot.getUser({ id: missing }), 'ResourceNotFound', missing, 'not found')
  await told(asBot.getConversation({ id: 'conv_nope' }), 'ResourceNotFound', 'conv_nope')
  await told(asBot.getMessage({ id: 'msg_nope' }), 'ResourceNotFound', 'msg_nope')
  await told(asBot.getEvent({ id: 'evt_nope' }), 'ResourceNotFound', 'evt_nope')
  await told(asBot.getState({ type: 'bot', id: bot.id, name: 'memory' }), 'ResourceNotFound', 'memory', 'not found')
  await told(asBot.deleteMessage({ id: 'msg_nope' }), 'ResourceNotFound', 'msg_nope')
  await told(asIntegration.getParticipant({ id: conversation.id, userId: missing }), 'ResourceNotFound', missing)
  await told(asBot.cancelScheduledEvent({ id: 'evt_nope' }), 'ResourceNotFound', 'evt_nope')
  await told(asIntegration.createMessage(message({ userId: missing })), 'ReferenceNotFound', missing)
  await told(asIntegration.createMessage(message({ conversationId: 'conv_nope' })), 'ReferenceNotFound', 'conv_nope')
  await told(asIntegration.addParticipant({ id: conversation.id, userId: missing }), 'ReferenceNotFound', missing)
  const event = { type: 'issueOpened', payload: { title: 'x' } }
  await told(asIntegration.createEvent({ ...event, userId: missing }), 'ReferenceNotFound', missing)
})

test('fields that are missing or wrong', async () => {
  await told(asIntegration.createMessage(message({ conversationId: undefined })), 'InvalidPayload', 'conversationId')
  await told(asIntegration.createMessage(message({ userId: undefined })), 'InvalidPayload', 'userId')
  await told(asIntegration.createMessage(message({ type: undefined })), 'InvalidPayload', 'type')
  await told(asIntegration.createMessage(message({ payload: undefined })), 'InvalidPayload', 'payload')
  await told(asIntegration.createMessage(message({ tags: { externalId: 7 } })), 'InvalidPayload', 'externalId')
  await told(asIntegration.createConversation({ tags: {} }), 'InvalidPayload', 'channel')
  await told(asIntegration.createUser({ tags: 'x' }), 'InvalidPayload', 'tags')
  await told(asIntegration.createUser({ tags: { externalId: 'x'.repeat(501) } }), 'InvalidPayload', 'externalId')
  await told(asBot.callAction({ input: {} }), 'InvalidPayload', 'type')
  const state = { id: bot.id, name: 'memory', payload: {} }
  await told(asBot.setState({ ...state, type: 'planet' }), 'InvalidPayload', 'planet')
  await told(asBot.setState({ ...state, type: 'bot', expiry: -1 }), 'InvalidPayload', 'expiry')
})

test('queries that are wrong', async () => {
  await told(asBot.listUsers({ afterDate: 'yesterday' }), 'InvalidQuery', 'afterDate')
  await told(asBot.listUsers({ nextToken: 'nonsense' }), 'InvalidQuery', 'nextToken')
  await told(asBot.listUsers({ sortField: 'shoeSize' }), 'InvalidQuery', 'sortField')
  await told(asBot.listTagValues({ key: 'externalId' }), 'InvalidQuery', 'type')
  await told(asBot.listTagValues({ key: 'externalId', type: 'planet' }), 'InvalidQuery', 'type')
})

test('callers who may not', async () => {
  const props = { apiUrl: world.proxy.url, botId: bot.id }
  await told(new Client({ ...props, token: 'nonsense' }).listUsers({}), 'Unauthorized')
  await told(asBot.configureIntegration({ identifier: 'x' }), 'Forbidden')
  await told(asBot.listBots({}), 'Forbidden')
  const other = (await world.admin.createBot({ name: 'other' })).bot
  const asOther = new Client({ ...props, botId: other.id, token: world.server.token })
  await told(asOther.getUser({ id: user.id }), 'ResourceNotFound', user.id)
  const { value } = await world.call('POST', '/v1/bellhop/tokens', { kind: 'bot', botId: other.id })
  await told(new Client({ ...props, token: value }).getUser({ id: user.id }), 'Forbidden')
})

test('an action that fails tells why', async () => {
  await told(asBot.callAction({ type: 'relay:refuse', input: {} }), 'Runtime', 'the thread is closed')
  await told(asBot.callAction({ type: 'relay:add', input: { a: 1, b: 2 } }), 'Runtime', 'sum')
})

test('a route that is not there', async () => {
  const reply = await fetch(`${world.proxy.url}/v1/chat/nowhere`, {
    headers: { authorization: `Bearer ${world.server.token}`, 'x-bot-id': bot.id },
  })
  const body = await reply.json()
  assert.deepEqual([reply.status, body.code, body.type], [405, 405, 'MethodNotFound'])
})

test('every error keeps to the contract', () => assertContract(world.proxy))

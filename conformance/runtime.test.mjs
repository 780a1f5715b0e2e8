// Every runtime operation of the server, called with the official client as a
// bot and as an integration; each reply is held against the contract.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { assertContract, install, startWorld, until } from './fixtures/setup.mjs'
import { startListener } from './fixtures/target.mjs'

let world, code, bot, integration, asBot, asIntegration, botToken

// The integration's and the bot's code in one: only the answers matter here.
function answer({ headers, body }) {
  if (headers['x-bp-operation'] !== 'action_triggered') return {}
  if (body.type === 'add') return { body: { output: { sum: body.input.a + body.input.b }, meta: { cost: 0 } } }
  if (body.type === 'greet') return { body: { output: { greeting: `Hello, ${body.input.name}!` } } }
}

before(async () => {
  world = await startWorld()
  code = await startListener(answer)
  const installed = await install(world, { botUrl: code.url, integrationUrl: code.url, sinkUrl: code.url })
  await installed.configure()
  ;({ bot, integration, asBot, asIntegration, botToken } = installed)
})

after(async () => {
  await world?.stop()
  await code?.stop()
})

const person = (id) => asIntegration.getOrCreateUser({ tags: { externalId: id }, name: `Person ${id}` }).then((r) => r.user)
const thread = (id) =>
  asIntegration.getOrCreateConversation({ channel: 'thread', tags: { threadId: id } }).then((r) => r.conversation)
const text = (conversation, user, words, more = {}) => ({
  conversationId: conversation.id,
  userId: user.id,
  type: 'text',
  payload: { text: words },
  tags: {},
  ...more,
})
const ids = (things) => things.map((thing) => thing.id)

// all reads every page of a list through the client's own iterator.
const all = (collection) => collection.collect()

test('users', async () => {
  const { user } = await asIntegration.createUser({ tags: { externalId: 'u1' }, name: 'Ada', pictureUrl: 'https://x.test/a.png' })
  assert.deepEqual(user.tags, { externalId: 'u1' })
  assert.equal(user.name, 'Ada')
  assert.equal((await asIntegration.getUser({ id: user.id })).user.pictureUrl, 'https://x.test/a.png')

  const again = await asIntegration.getOrCreateUser({ tags: { externalId: 'u1' }, name: 'Ada L' })
  assert.equal(again.user.id, user.id)
  assert.equal(again.user.name, 'Ada L')
  const other = await asIntegration.getOrCreateUser({ tags: { externalId: 'u2' }, discriminateByTags: ['externalId'] })
  assert.notEqual(other.user.id, user.id)

  const seen = (await asBot.getUser({ id: user.id })).user
  assert.deepEqual(seen.tags, { 'relay:externalId': 'u1' }, 'a bot sees tags of an integration under its alias')
  const named = (await asBot.updateUser({ id: user.id, tags: { nickname: 'countess' } })).user
  assert.deepEqual(named.tags, { 'relay:externalId': 'u1', nickname: 'countess' }, 'tags merge')
  const own = (await asIntegration.updateUser({ id: user.id, name: 'Lady Ada', pictureUrl: null })).user
  assert.deepEqual(own.tags, { externalId: 'u1' }, 'an integration sees its own tags only')
  assert.equal(own.name, 'Lady Ada')
  assert.equal(own.pictureUrl, undefined)
  const cleared = (await asBot.updateUser({ id: user.id, tags: { nickname: '' } })).user
  assert.deepEqual(cleared.tags, { 'relay:externalId': 'u1' }, 'an empty value removes a tag')

  assert.deepEqual(ids(await all(asIntegration.list.users({ tags: { externalId: 'u1' } }))), [user.id])
  assert.deepEqual(ids(await all(asBot.list.users({ tags: { 'relay:externalId': 'u1' } }))), [user.id])
  const listed = ids(await all(asBot.list.users({})))
  assert.ok(listed.includes(user.id) && listed.includes(other.user.id))
  assert.deepEqual(await all(asBot.list.users({ afterDate: '2199-01-01T00:00:00.000Z' })), [])
  const oldest = await all(asBot.list.users({ sortField: 'createdAt', sortDirection: 'asc' }))
  assert.deepEqual(ids(oldest), [...ids(oldest)].sort((a, b) => sortKey(oldest, a, b)), 'sorted by time of creation')
  assert.ok((await asBot.getUser({ id: bot.id })).user, 'the bot is a user itself')

  assert.deepEqual(await asBot.deleteUser({ id: other.user.id }), {})
  await assert.rejects(asBot.getUser({ id: other.user.id }), { type: 'ResourceNotFound' })
})

const sortKey = (things, a, b) => {
  const at = (id) => things.find((thing) => thing.id === id).createdAt
  return at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0
}

test('conversations and participants', async () => {
  const ada = await person('c-ada')
  const bob = await person('c-bob')
  const { conversation } = await asIntegration.createConversation({ channel: 'thread', tags: { threadId: 'c1' } })
  assert.equal(conversation.channel, 'thread')
  assert.equal(conversation.integration, 'relay')
  assert.deepEqual(conversation.tags, { threadId: 'c1' })
  const again = await asIntegration.getOrCreateConversation({
    channel: 'thread',
    tags: { threadId: 'c1', topic: 'ships' },
    discriminateByTags: ['threadId'],
  })
  assert.equal(again.conversation.id, conversation.id)
  assert.deepEqual(again.conversation.tags, { threadId: 'c1', topic: 'ships' })
  const seen = (await asBot.updateConversation({ id: conversation.id, tags: { priority: 'high' } })).conversation
  assert.deepEqual(seen.tags, { 'relay:threadId': 'c1', 'relay:topic': 'ships', priority: 'high' })
  assert.deepEqual((await asIntegration.getConversation({ id: conversation.id })).conversation.tags, again.conversation.tags)

  const id = conversation.id
  assert.equal((await asIntegration.addParticipant({ id, userId: ada.id })).participant.id, ada.id)
  await asIntegration.addParticipant({ id, userId: ada.id })
  await asBot.addParticipant({ id, userId: bob.id })
  assert.deepEqual(ids(await all(asIntegration.list.participants({ id }))), [ada.id, bob.id])
  assert.equal((await asIntegration.getParticipant({ id, userId: bob.id })).participant.name, 'Person c-bob')
  assert.deepEqual(ids(await all(asBot.list.users({ conversationId: id }))).sort(), [ada.id, bob.id].sort())
  assert.deepEqual(ids(await all(asBot.list.conversations({ participantIds: [ada.id, bob.id] }))), [id])
  assert.deepEqual(await asIntegration.removeParticipant({ id, userId: bob.id }), {})
  await assert.rejects(asIntegration.getParticipant({ id, userId: bob.id }), { type: 'ResourceNotFound' })
  assert.deepEqual(ids(await all(asIntegration.list.participants({ id }))), [ada.id])

  assert.deepEqual(ids(await all(asIntegration.list.conversations({ tags: { threadId: 'c1' } }))), [id])
  assert.deepEqual(ids(await all(asBot.list.conversations({ tags: { priority: 'high' }, channel: 'thread' }))), [id])
  assert.deepEqual(ids(await all(asBot.list.conversations({ integrationName: 'relay', tags: { 'relay:topic': 'ships' } }))), [id])
  assert.deepEqual(await all(asBot.list.conversations({ channel: 'nowhere' })), [])
  assert.deepEqual(await all(asBot.list.conversations({ beforeDate: '2001-01-01T00:00:00.000Z' })), [])
  assert.ok(ids(await all(asBot.list.conversations({ sortField: 'updatedAt', sortDirection: 'desc' }))).includes(id))

  assert.deepEqual(await asIntegration.deleteConversation({ id }), {})
  await assert.rejects(asBot.getConversation({ id }), { type: 'ResourceNotFound' })
})

test('messages', async () => {
  const user = await person('m-ada')
  const conversation = await thread('m1')
  const { message } = await asIntegration.createMessage(text(conversation, user, 'ahoy', { tags: { externalId: 'x1' } }))
  assert.equal(message.direction, 'incoming')
  assert.deepEqual(message.payload, { text: 'ahoy' })
  assert.deepEqual(message.tags, { externalId: 'x1' })
  assert.equal((await asBot.getMessage({ id: message.id })).message.tags['relay:externalId'], 'x1')
  const told = await code.next(({ body }) => body?.event?.messageId === message.id)
  assert.equal(told.headers['x-bp-type'], 'message_created')
  assert.equal(told.body.event.payload.message.payload.text, 'ahoy')

  const same = await asIntegration.getOrCreateMessage(
    text(conversation, user, 'ahoy again', { tags: { externalId: 'x1' }, discriminateByTags: ['externalId'] })
  )
  assert.equal(same.message.id, message.id)
  const reply = (await asBot.createMessage(text(conversation, { id: bot.id }, 'aye'))).message
  assert.equal(reply.direction, 'outgoing')
  const sent = await code.next(({ body }) => body?.message?.id === reply.id)
  assert.equal(sent.headers['x-bp-operation'], 'message_created')
  assert.equal(sent.headers['x-integration-alias'], 'relay')
  assert.deepEqual(sent.body.payload, { text: 'aye' })
  assert.equal(sent.body.conversation.tags.threadId, 'm1')
  assert.equal(sent.body.user.id, bot.id)

  const marked = (await asBot.updateMessage({ id: message.id, tags: { reviewed: 'yes' } })).message
  assert.equal(marked.tags.reviewed, 'yes')
  const changed = (await asIntegration.updateMessage({ id: message.id, tags: {}, payload: { text: 'edited' } })).message
  assert.deepEqual(changed.payload, { text: 'edited' })
  assert.deepEqual(changed.tags, { externalId: 'x1' })
  assert.deepEqual(ids(await all(asBot.list.messages({ tags: { reviewed: 'yes' } }))), [message.id])

  const silent = (await asBot.createMessage(text(conversation, { id: bot.id }, 'for the record', { origin: 'synthetic' }))).message
  assert.equal(silent.origin, 'synthetic')
  assert.deepEqual(await asBot.deleteMessage({ id: silent.id }), {})
  await assert.rejects(asBot.getMessage({ id: silent.id }), { type: 'ResourceNotFound' })
  assert.ok(!code.calls.some(({ body }) => body?.message?.id === silent.id), 'a synthetic message is not delivered')
})

test('a scheduled message is delivered when it is due', async () => {
  const conversation = await thread('later')
  const due = Date.now() + 500
  const schedule = { dateTime: new Date(due).toISOString() }
  const { message } = await asBot.createMessage(text(conversation, { id: bot.id }, 'later', { schedule }))
  await code.next(({ body }) => body?.message?.id === message.id)
  assert.ok(Date.now() >= due, 'not before')
})

test('imported messages and pages of them', async () => {
  const user = await person('p-ada')
  const conversation = await thread('p1')
  const imported = Array.from({ length: 65 }, (_, i) => ({
    ...text(conversation, user, `line ${i}`, { tags: { externalId: `p${i}` } }),
    createdAt: new Date(Date.UTC(2020, 0, 1, 0, i)).toISOString(),
    discriminateByTags: ['externalId'],
  }))
  const { messages } = await asIntegration.importMessages({ messages: imported })
  assert.equal(messages.length, imported.length)
  const again = await asIntegration.importMessages({ messages: imported.slice(0, 2) })
  assert.deepEqual(ids(again.messages), ids(messages.slice(0, 2)), 'the same tags are the same message')

  const page = await asIntegration.listMessages({ conversationId: conversation.id })
  assert.ok(page.meta.nextToken, 'there is more than one page')
  const listed = await all(asIntegration.list.messages({ conversationId: conversation.id }))
  const words = imported.map((m) => m.payload.text).reverse()
  assert.deepEqual(listed.map((m) => m.payload.text), words, 'newest first, none twice, none lost')
  assert.equal(listed.at(-1).createdAt, imported[0].createdAt)
  const range = { afterDate: imported[10].createdAt, beforeDate: imported[12].createdAt }
  const inRange = await all(asBot.list.messages({ conversationId: conversation.id, ...range }))
  assert.deepEqual(inRange.map((m) => m.payload.text), ['line 12', 'line 11', 'line 10'])
  assert.deepEqual(ids(await all(asIntegration.list.messages({ tags: { externalId: 'p7' } }))), [messages[7].id])
  assert.ok(!code.calls.some(({ body }) => body?.event?.conversationId === conversation.id), 'imports tell nobody')
})

test('an incoming message in one call', async () => {
  const incoming = (n) => ({
    user: { tags: { externalId: 'i-ada' }, name: 'Ada', discriminateByTags: ['externalId'] },
    conversation: { channel: 'thread', tags: { threadId: 'i1' }, discriminateByTags: ['threadId'] },
    message: { type: 'text', payload: { text: `no. ${n}` }, tags: { externalId: `i${n}` }, discriminateByTags: ['externalId'] },
  })
  const first = await asIntegration.initializeIncomingMessage(incoming(1))
  const twice = await asIntegration.initializeIncomingMessage(incoming(1))
  assert.deepEqual(
    [twice.user.id, twice.conversation.id, twice.message.id],
    [first.user.id, first.conversation.id, first.message.id]
  )
  const second = await asIntegration.initializeIncomingMessage({
    ...incoming(2),
    user: undefined,
    userId: first.user.id,
    conversation: undefined,
    conversationId: first.conversation.id,
  })
  assert.notEqual(second.message.id, first.message.id)
  assert.equal(second.conversation.id, first.conversation.id)
  assert.deepEqual(ids(await all(asIntegration.list.participants({ id: first.conversation.id }))), [first.user.id])
  await code.next(({ body }) => body?.event?.messageId === second.message.id)
})

test('events', async () => {
  const { event } = await asIntegration.createEvent({ type: 'issueOpened', payload: { title: 'leak' } })
  const told = await code.next(({ body }) => body?.event?.id === event.id)
  assert.equal(told.headers['x-bp-type'], 'relay:issueOpened')
  assert.equal(told.body.event.type, 'relay:issueOpened')
  assert.deepEqual(told.body.event.payload, { title: 'leak' })
  const done = await until('the event is processed', async () => {
    const got = (await asBot.getEvent({ id: event.id })).event
    return got.status === 'processed' && got
  })
  assert.equal(done.type, 'relay:issueOpened')
  assert.equal((await asIntegration.getEvent({ id: event.id })).event.type, 'issueOpened')

  const tick = (await asBot.createEvent({ type: 'tick', payload: { at: 'noon' } })).event
  await code.next(({ body }) => body?.event?.id === tick.id)
  const soon = (await asBot.createEvent({ type: 'tick', payload: { at: 'soon' }, schedule: { delay: 200 } })).event
  assert.equal(soon.status, 'scheduled')
  await code.next(({ body }) => body?.event?.id === soon.id)

  const dateTime = new Date(Date.now() + 30 * 86_400_000).toISOString()
  const late = (await asBot.createEvent({ type: 'tick', payload: {}, schedule: { dateTime } })).event
  assert.deepEqual(ids(await all(asBot.list.events({ type: 'tick', status: 'scheduled' }))), [late.id])
  assert.deepEqual(await asBot.cancelScheduledEvent({ id: late.id }), {})
  assert.equal((await asBot.getEvent({ id: late.id })).event.status, 'canceled')

  const user = await person('e-ada')
  const conversation = await thread('e1')
  const about = { conversationId: conversation.id, userId: user.id }
  const related = (await asIntegration.createEvent({ type: 'issueOpened', payload: { title: 'x' }, ...about })).event
  assert.deepEqual(ids(await all(asBot.list.events({ conversationId: conversation.id }))), [related.id])
  assert.deepEqual(ids(await all(asBot.list.events({ userId: user.id }))), [related.id])
  assert.ok(ids(await all(asBot.list.events({ type: 'relay:issueOpened' }))).includes(event.id))
})

for (const scope of ['integration', 'conversation', 'user', 'bot'])
  test(`states of a ${scope}`, async () => {
    const names = { integration: 'session', conversation: 'cursor', user: 'profile', bot: 'memory' }
    const payloads = {
      integration: [{ hits: 1 }, { hits: 1, webhookUrl: 'x' }, { webhookUrl: 'x' }],
      conversation: [{ last: 'a' }, { last: 'b' }, { last: 'b' }],
      user: [{ name: 'Ada' }, { name: 'Ada', seen: 1 }, { seen: 1 }],
      bot: [{ count: 1 }, { count: 1, note: 'n' }, { note: 'n' }],
    }
    const [payload, merged, patch] = payloads[scope]
    const client = scope === 'bot' ? asBot : asIntegration
    const owner = {
      integration: () => integration,
      conversation: () => thread('s1'),
      user: () => person('s-ada'),
      bot: () => bot,
    }
    const key = { type: scope, id: (await owner[scope]()).id, name: names[scope] }

    await assert.rejects(client.getState(key), (err) => err.type === 'ResourceNotFound' && err.message.includes('not found'))
    const made = await client.getOrSetState({ ...key, payload })
    assert.deepEqual(made.state.payload, payload)
    assert.deepEqual((await client.getOrSetState({ ...key, payload: {} })).state.payload, payload)
    assert.deepEqual((await client.getState(key)).state.payload, payload)
    const patched = (await client.patchState({ ...key, payload: patch })).state
    assert.deepEqual(patched.payload, merged)
    const set = (await client.setState({ ...key, payload })).state
    assert.equal(set.id, made.state.id)
    assert.equal(set.botId, bot.id)
    assert.equal(set.name, key.name)
    assert.equal(set.type, key.type)
    assert.deepEqual((await client.getState(key)).state.payload, payload)

    await client.setStateExpiry({ ...key, expiry: 100 })
    await wait(400)
    await assert.rejects(client.getState(key), { type: 'ResourceNotFound' })
    await client.setState({ ...key, payload, expiry: 60_000 })
    await client.setStateExpiry({ ...key, expiry: null })
    assert.deepEqual((await client.getState(key)).state.payload, payload)
    await client.setState({ ...key, payload: null })
    await assert.rejects(client.getState(key), { type: 'ResourceNotFound' })
  })

test('a bot and an integration keep states of one user apart', async () => {
  const user = await person('a-ada')
  const key = { type: 'user', id: user.id }
  await asIntegration.setState({ ...key, name: 'profile', payload: { name: 'Ada' } })
  await asBot.setState({ ...key, name: 'preferences', payload: { color: 'blue' } })
  assert.deepEqual((await asBot.getState({ ...key, name: 'preferences' })).state.payload, { color: 'blue' })
  await assert.rejects(asBot.getState({ ...key, name: 'profile' }))
})

test('actions', async () => {
  const added = await asBot.callAction({ type: 'relay:add', input: { a: 2, b: 3 } })
  assert.deepEqual(added.output, { sum: 5 })
  const call = await code.next(({ body }) => body?.type === 'add')
  assert.equal(call.headers['x-bot-user-id'], bot.id)
  assert.equal(call.headers['x-integration-id'], integration.id)
  const configuration = JSON.parse(Buffer.from(call.headers['x-bp-configuration'], 'base64'))
  assert.equal(configuration.sinkUrl, code.url)
  assert.deepEqual((await asBot.callAction({ type: 'greet', input: { name: 'Ada' } })).output, { greeting: 'Hello, Ada!' })
})

test('values of a tag', async () => {
  await person('t-1')
  await person('t-2')
  const { tags } = await asIntegration.listTagValues({ key: 'externalId', type: 'user' })
  const values = tags.map((tag) => tag.value)
  assert.ok(values.includes('t-1') && values.includes('t-2'))
  assert.equal(new Set(values).size, values.length)
  assert.ok((await asBot.listTagValues({ key: 'relay:externalId', type: 'user' })).tags.length > 0)
})

test('an integration configures itself', async () => {
  assert.deepEqual(await asIntegration.configureIntegration({ identifier: 'tenant-1' }), {})
  const path = `/v1/bellhop/bots/${bot.id}/installations/relay`
  const { installation } = await world.call('GET', path)
  assert.equal(installation.identifier, 'tenant-1')
  assert.equal(installation.status, 'registered')
  await asIntegration.configureIntegration({})
  assert.equal((await world.call('GET', path)).installation.identifier, 'tenant-1')
  await asIntegration.configureIntegration({ identifier: null })
  assert.equal((await world.call('GET', path)).installation.identifier ?? '', '')
})

test('concurrent get-or-create makes one', async () => {
  const made = await Promise.all(Array.from({ length: 20 }, () => person('same')))
  assert.equal(new Set(ids(made)).size, 1)
})

test('an account token acts as the bot or the integration that the headers name', async () => {
  const { Client } = await import('@botpress/client')
  const props = { apiUrl: world.proxy.url, token: world.server.token, botId: bot.id }
  const user = await person('token')
  assert.ok((await new Client(props).getUser({ id: user.id })).user.tags['relay:externalId'])
  const asMember = new Client({ ...props, integrationId: integration.id, integrationAlias: 'relay' })
  assert.ok((await asMember.getUser({ id: user.id })).user.tags.externalId)
  const noAlias = new Client({ ...props, integrationId: integration.id })
  assert.ok((await noAlias.getUser({ id: user.id })).user.tags.externalId, 'old clients send no alias')
  assert.ok(botToken)
})

test('every operation of the table was called', async () => {
  const folder = new URL('../platform/', import.meta.url)
  const files = (await readdir(folder)).filter((name) => name.startsWith('op_'))
  const source = (await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')))).join('\n')
  const table = [...source.matchAll(/Name: "(\w+)", Method: "\w+", Path: "\/v1\/chat\//g)].map((m) => m[1])
  assert.ok(table.length > 30)
  assert.deepEqual(table.filter((name) => !world.proxy.called.has(name)), [])
})

test('every reply keeps to the contract', () => assertContract(world.proxy))

// The official chat client's whole loop against the server's chat integration.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { AuthenticatedClient, Client } from '@botpress/chat'
import { call, startServer } from './server.mjs'

let server, ada, bob, conversation

before(async () => {
  server = await startServer()
})

after(async () => {
  await server?.stop()
})

const text = (words) => ({ type: 'text', text: words })
const ids = (things) => things.map((thing) => thing.id)

// next resolves with the first signal of the type that fits.
function next(listener, type, fits = () => true, limit = 10_000) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => end(reject, new Error(`no ${type} within ${limit} ms`)), limit)
    const look = (signal) => fits(signal) && end(resolve, signal)
    const end = (then, value) => (clearTimeout(timer), listener.off(type, look), then(value))
    listener.on(type, look)
  })
}

const fromBot = (signal) => signal.userId !== ada.user.id && signal.userId !== bob.user.id

test('users', async () => {
  ada = await Client.connect({ apiUrl: server.chatUrl })
  assert.ok(ada instanceof AuthenticatedClient)
  assert.ok(ada.user.id && ada.user.key)
  const named = await ada.updateUser({ name: 'Ada', pictureUrl: 'https://x.test/a.png', profile: '{"vip":true}' })
  assert.equal(named.user.name, 'Ada')
  const { user } = await ada.getUser({})
  assert.equal(user.id, ada.user.id)
  assert.equal(user.profile, '{"vip":true}')
  assert.match(user.createdAt, /^\d{4}-\d\d-\d\dT/)

  const back = await Client.connect({ apiUrl: server.chatUrl, userKey: ada.user.key })
  assert.equal(back.user.id, ada.user.id, 'the key brings the user back')
  bob = await Client.connect({ apiUrl: server.chatUrl })
  assert.notEqual(bob.user.id, ada.user.id)
  await assert.rejects(Client.connect({ apiUrl: server.chatUrl, userKey: 'nonsense' }))
})

test('conversations', async () => {
  conversation = (await ada.createConversation({})).conversation
  assert.equal((await ada.getConversation({ id: conversation.id })).conversation.id, conversation.id)
  const named = `mine-${Date.now()}`
  const first = await ada.getOrCreateConversation({ id: named })
  const second = await ada.getOrCreateConversation({ id: named })
  assert.equal(first.conversation.id, second.conversation.id)
  const { conversations } = await ada.listConversations({})
  assert.ok(ids(conversations).includes(conversation.id))
  assert.ok(!ids((await bob.listConversations({})).conversations).includes(conversation.id))
  await ada.deleteConversation({ id: first.conversation.id })
  await assert.rejects(ada.getConversation({ id: first.conversation.id }))
})

test('participants', async () => {
  const conversationId = conversation.id
  await assert.rejects(bob.getConversation({ id: conversationId }), 'a stranger may not read')
  await assert.rejects(bob.createMessage({ conversationId, payload: text('let me in') }))
  const { participant } = await ada.addParticipant({ conversationId, userId: bob.user.id })
  assert.equal(participant.id, bob.user.id)
  assert.equal((await bob.getConversation({ id: conversationId })).conversation.id, conversationId)
  const { participants } = await ada.listParticipants({ conversationId })
  assert.deepEqual(ids(participants).sort(), [ada.user.id, bob.user.id].sort())
  assert.equal((await ada.getParticipant({ conversationId, userId: bob.user.id })).participant.id, bob.user.id)
  await ada.removeParticipant({ conversationId, userId: bob.user.id })
  await assert.rejects(bob.getConversation({ id: conversationId }))
})

test('a message, heard by others and answered by the bot', async () => {
  const conversationId = conversation.id
  await ada.addParticipant({ conversationId, userId: bob.user.id })
  const listener = await bob.listenConversation({ id: conversationId })
  const heard = next(listener, 'message_created', (signal) => signal.userId === ada.user.id)
  const answered = next(listener, 'message_created', fromBot)
  const { message } = await ada.createMessage({ conversationId, payload: text('hello') })
  assert.deepEqual(message.payload, text('hello'))
  assert.equal(message.userId, ada.user.id)
  assert.equal((await heard).id, message.id)
  const answer = await answered
  assert.equal(answer.isBot, true)
  assert.equal(typeof answer.payload.type, 'string')
  const { messages } = await ada.listMessages({ conversationId })
  for (const id of [message.id, answer.id]) assert.ok(ids(messages).includes(id))
  assert.equal((await ada.getMessage({ id: message.id })).message.id, message.id)
  await listener.disconnect()
  assert.equal(listener.status, 'disconnected')
})

// The client under Node loses a connection that is silent for five seconds.
test('an answer after twelve seconds', async () => {
  const listener = await ada.listenConversation({ id: conversation.id })
  const answered = next(listener, 'message_created', (signal) => signal.payload.text === 'at last', 40_000)
  await new Promise((done) => setTimeout(done, 12_000))
  await call(server, 'POST', '/v1/chat/messages', {
    conversationId: conversation.id, userId: server.botId, type: 'text', payload: { text: 'at last' }, tags: {},
  }, { 'x-bot-id': server.botId })
  assert.equal((await answered).isBot, true)
  await listener.disconnect()
})

test('a listener that comes back', async () => {
  const conversationId = conversation.id
  const listener = await ada.listenConversation({ id: conversationId })
  await listener.disconnect()
  let late = 0
  listener.on('message_created', () => late++)
  const missed = (await bob.createMessage({ conversationId, payload: text('while away') })).message
  await listener.connect()
  assert.equal(listener.status, 'connected')
  const { messages } = await ada.listMessages({ conversationId })
  assert.ok(ids(messages).includes(missed.id), 'what was missed is in the list')
  const heard = next(listener, 'message_created', (signal) => signal.payload.text === 'back again?')
  await bob.createMessage({ conversationId, payload: text('back again?') })
  await heard
  assert.ok(late > 0)
  await listener.disconnect()
})

test('all types of messages', async () => {
  const conversationId = conversation.id
  const option = { label: 'A', value: 'a' }
  const card = { type: 'card', title: 'T', actions: [{ action: 'say', label: 'L', value: 'V' }] }
  for (const payload of [
    { type: 'image', imageUrl: 'https://x.test/a.png' },
    { type: 'audio', audioUrl: 'https://x.test/a.mp3' },
    { type: 'video', videoUrl: 'https://x.test/a.mp4' },
    { type: 'file', fileUrl: 'https://x.test/a.pdf', title: 'a.pdf' },
    { type: 'location', latitude: 1.5, longitude: -2.5 },
    { type: 'choice', text: 'which?', options: [option] },
    { type: 'dropdown', text: 'which?', options: [option] },
    { type: 'markdown', markdown: '**x**' },
    { type: 'bloc', items: [text('x')] },
    { type: 'carousel', items: [card] },
    card,
  ]) {
    const { message } = await ada.createMessage({ conversationId, payload })
    assert.deepEqual(message.payload, payload)
    assert.deepEqual((await ada.getMessage({ id: message.id })).message.payload, payload)
  }
  await assert.rejects(ada.createMessage({ conversationId, payload: { type: 'hologram', text: 'x' } }))
})

test('deleted messages', async () => {
  const listener = await bob.listenConversation({ id: conversation.id })
  const { message } = await ada.createMessage({ conversationId: conversation.id, payload: text('oops') })
  const heard = next(listener, 'message_deleted', (signal) => signal.id === message.id)
  await assert.rejects(bob.deleteMessage({ id: message.id }), 'only the writer may delete')
  await ada.deleteMessage({ id: message.id })
  await heard
  await assert.rejects(ada.getMessage({ id: message.id }))
  await listener.disconnect()
})

test('participants are told of', async () => {
  const conversationId = conversation.id
  const listener = await ada.listenConversation({ id: conversationId })
  const left = next(listener, 'participant_removed', (signal) => signal.participantId === bob.user.id)
  await ada.removeParticipant({ conversationId, userId: bob.user.id })
  await left
  const joined = next(listener, 'participant_added', (signal) => signal.participantId === bob.user.id)
  await ada.addParticipant({ conversationId, userId: bob.user.id })
  await joined
  await listener.disconnect()
})

test('events', async () => {
  const { event } = await ada.createEvent({ conversationId: conversation.id, payload: { kind: 'typing' } })
  assert.deepEqual(event.payload, { kind: 'typing' })
  assert.equal(event.userId, ada.user.id)
  assert.equal((await ada.getEvent({ id: event.id })).event.id, event.id)
})

test('errors have a type', async () => {
  const notFound = await ada.getConversation({ id: 'conv_nope' }).catch((err) => err)
  assert.match(notFound.message, /conv_nope|not found/i)
  await assert.rejects(ada.createMessage({ conversationId: conversation.id, payload: { type: 'text' } }), /text/)
})

test('a user can go', async () => {
  await bob.deleteUser({})
  await assert.rejects(bob.getUser({}))
})

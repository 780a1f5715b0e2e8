// A server that is killed and comes back at the same address: official clients
// go on, and what was answered before is still there.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { Client as Chat } from '@botpress/chat'
import { Client } from '@botpress/client'
import { until } from './fixtures/setup.mjs'
import { startServer } from './server.mjs'

let server

before(async () => {
  server = await startServer()
})

after(async () => {
  await server?.stop()
})

test('a killed server comes back with everything', { skip: process.env.BELLHOP_URL && 'not our server' }, async () => {
  const ada = await Chat.connect({ apiUrl: server.chatUrl })
  const { conversation } = await ada.createConversation({})
  const conversationId = conversation.id
  const listener = await ada.listenConversation({ id: conversationId })
  const lost = new Promise((resolve) => listener.on('error', resolve))
  const written = []
  for (let i = 0; i < 10; i++) {
    const { message } = await ada.createMessage({ conversationId, payload: { type: 'text', text: `line ${i}` } })
    written.push(message.id)
  }
  server = await server.kill()
  await lost

  const answers = async () => {
    const messages = await ada.list.messages({ conversationId }).collect()
    for (const id of written) assert.ok(messages.some((message) => message.id === id), `${id} is lost`)
    return messages.filter((message) => message.userId !== ada.user.id)
  }
  await until('every message is answered', async () => (await answers()).length >= written.length, 20_000)
  await listener.connect()
  const heard = new Promise((resolve) => listener.on('message_created', resolve))
  await ada.createMessage({ conversationId, payload: { type: 'text', text: 'still there?' } })
  await heard
  await listener.disconnect()

  const bot = new Client({ apiUrl: server.url, token: server.token, botId: server.botId })
  assert.equal((await bot.getConversation({ id: conversationId })).conversation.id, conversationId)
})

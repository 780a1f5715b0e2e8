// Somebody else's Telegram client calls the stand-in that the Go tests of the
// Telegram integration rely on, polls it and takes its webhooks; then a server
// talks over it, behind NAT.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Bot, GrammyError, InlineKeyboard, InputFile, webhookCallback } from 'grammy'
import { startStandin } from './fixtures/standin.mjs'
import { call, startServer } from './server.mjs'

let fake

before(async () => {
  fake = await startStandin('telegram')
})

after(() => fake?.stop())

const client = () => new Bot(fake.token, { client: { apiRoot: fake.url } })
const ada = { id: 77, is_bot: false, first_name: 'Ada', language_code: 'en' }
const chat = { id: 77, type: 'private', first_name: 'Ada' }
const message = (id, more) => ({ message_id: id, date: 1764000000, from: ada, chat, ...more })

const calls = {
  me: (api) => api.getMe(),
  text: (api) => api.sendMessage(77, '<b>Hi</b> &amp; bye', { parse_mode: 'HTML' }),
  keyboard: (api) => api.sendMessage(77, 'Pick', { reply_markup: new InlineKeyboard().text('Yes', 'yes').row().url('More', 'https://example.com') }),
  topic: (api) => api.sendMessage(-1001000000300, 'Hi', { message_thread_id: 5 }),
  channel: (api) => api.sendMessage('@news', 'Hi'),
  'photo by address': (api) => api.sendPhoto(77, 'https://example.com/a.jpg', { caption: 'Look' }),
  'photo by id': (api) => api.sendPhoto(77, 'photo-1'),
  'photo sent along': (api) => api.sendPhoto(77, new InputFile(Buffer.from('pixels'), 'a.jpg'), { caption: 'Look' }),
  'document sent along': (api) => api.sendDocument(77, new InputFile(Buffer.from('text'), 'a.txt')),
  location: (api) => api.sendLocation(77, 52.5, 13.4),
  venue: (api) => api.sendVenue(77, 52.5, 13.4, 'Hotel', 'Street 1'),
  contact: (api) => api.sendContact(77, '+15550001', 'Bob'),
  poll: (api) => api.sendPoll(77, 'When?', [{ text: 'Now' }, { text: 'Later' }], { is_anonymous: false }),
  typing: (api) => api.sendChatAction(77, 'typing'),
  commands: (api) => api.setMyCommands([{ command: 'help', description: 'Get help' }]),
  'chat member': (api) => api.getChatMember(-200, 77),
  pictures: (api) => api.getUserProfilePhotos(77, { limit: 1 }),
  'webhook, set and removed': async (api) => {
    await api.setWebhook('https://example.com/hook', { secret_token: 'a_B-1', allowed_updates: ['message'] })
    assert.equal((await api.getWebhookInfo()).url, 'https://example.com/hook')
    await api.deleteWebhook()
    assert.equal((await api.getWebhookInfo()).url, '')
  },
  'edit, react, pin, delete': async (api) => {
    const sent = await api.sendMessage(77, 'one')
    assert.equal((await api.editMessageText(77, sent.message_id, 'two')).text, 'two')
    await api.setMessageReaction(77, sent.message_id, [{ type: 'emoji', emoji: '👍' }])
    await api.pinChatMessage(77, sent.message_id)
    await api.deleteMessages(77, [sent.message_id])
  },
  file: async (api) => {
    const file = await api.getFile('photo-1')
    const reply = await fetch(`${fake.url}/file/bot${fake.token}/${file.file_path}`)
    assert.equal(await reply.text(), 'pixels')
  },
}

for (const [name, run] of Object.entries(calls)) {
  test(`the stand-in takes ${name}`, async () => {
    await run(client().api)
  })
}

const refused = {
  'a text that is too long': [(api) => api.sendMessage(77, 'x'.repeat(4097)), 400, /message is too long/],
  'a text that is blank': [(api) => api.sendMessage(77, ' '), 400, /message text is empty/],
  'a tag that nothing closes': [(api) => api.sendMessage(77, '<b>x', { parse_mode: 'HTML' }), 400, /can't parse entities/],
  'data that is too long': [(api) => api.sendMessage(77, 'x', { reply_markup: new InlineKeyboard().text('x', 'é'.repeat(33)) }), 400, /BUTTON_DATA_INVALID/],
  'an unknown chat': [(api) => api.sendMessage(12, 'x'), 400, /chat not found/],
  'an unknown topic': [(api) => api.sendMessage(-1001000000300, 'x', { message_thread_id: 6 }), 400, /message thread not found/],
  'a webhook without TLS': [(api) => api.setWebhook('http://example.com'), 400, /HTTPS/],
  'an unknown parameter': [(api) => api.sendMessage(77, 'x', { colour: 'red' }), 400, /colour/],
  'a press that is too old': [(api) => api.answerCallbackQuery('none'), 400, /query is too old/],
  'a wrong token': [() => new Bot('1:wrong', { client: { apiRoot: fake.url } }).api.getMe(), 401, /Unauthorized/],
}

for (const [name, [run, code, words]] of Object.entries(refused)) {
  test(`the stand-in refuses ${name}`, async () => {
    await assert.rejects(run(client().api), (err) => {
      assert.ok(err instanceof GrammyError, String(err))
      assert.equal(err.error_code, code)
      assert.match(err.description, words)
      return true
    })
  })
}

test('the client reads how long to wait', async () => {
  await fake.tell({ tooMany: { method: 'sendMessage', seconds: 3 } })
  await assert.rejects(client().api.sendMessage(77, 'x'), (err) => err.error_code === 429 && err.parameters.retry_after === 3)
})

test('the client polls the stand-in', async () => {
  const bot = client()
  const got = new Promise((resolve) => bot.on('message:text', resolve))
  const running = bot.start({ timeout: 5 })
  await fake.tell({ update: { message: message(42, { text: '/start room-7', entities: [{ type: 'bot_command', offset: 0, length: 6 }] }) } })
  const ctx = await got
  assert.equal(ctx.message.text, '/start room-7')
  assert.equal(ctx.from.first_name, 'Ada')
  await ctx.reply('Hello')
  await bot.stop()
  await running
})

test('the client takes the webhooks of the stand-in', async () => {
  const bot = client()
  const got = []
  bot.on('callback_query:data', async (ctx) => {
    got.push(ctx.callbackQuery.data)
    await ctx.answerCallbackQuery()
  })
  const server = createServer(webhookCallback(bot, 'http', { secretToken: 'a_B-1' }))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const press = { id: 'q1', from: ada, message: message(42, { text: 'Pick' }), chat_instance: '1', data: 'yes' }
  const hook = `http://127.0.0.1:${server.address().port}/`
  await fake.tell({ hook, secret: 'a_B-1' })
  assert.deepEqual(await fake.tell({ post: { callback_query: press } }), { status: 200 })
  await fake.tell({ hook, secret: 'other' })
  assert.deepEqual(await fake.tell({ post: { callback_query: press } }), { status: 401 })
  assert.deepEqual(got, ['yes'])
  await client().api.deleteWebhook()
  server.closeAllConnections()
  server.close()
})

test('a server behind NAT answers', async () => {
  const server = await startServer()
  try {
    const { installation } = await call(server, 'PUT', `/v1/bellhop/bots/${server.botId}/installations/telegram`, {
      integration: 'telegram@latest',
      configuration: { botToken: fake.token, apiUrl: fake.url },
    })
    assert.equal(installation.status, 'registered', installation.statusReason)
    const before = (await fake.tell({ calls: ['sendMessage'] })).length
    const files = (await fake.tell({ calls: ['sendDocument'] })).length
    await fake.tell({ update: { message: message(50, { text: 'hello' }) } })
    const sent = await fake.tell({ wait: before + 1, calls: ['sendMessage'] })
    assert.ok(sent.length > before, server.log())
    const { chat_id, text, reply_markup } = sent[before].params
    assert.equal(chat_id, '77')
    assert.match(text, /sample bot/)
    const button = reply_markup.inline_keyboard[0][0]
    const asked = message(sent.length, { text, reply_markup })
    await fake.tell({ update: { callback_query: { id: 'q2', from: ada, message: asked, chat_instance: '1', data: button.callback_data } } })
    const documents = await fake.tell({ wait: files + 1, calls: ['sendDocument'] })
    assert.ok(documents.at(-1).files.document > 100, server.log())
    assert.ok((await fake.tell({ wait: 1, calls: ['answerCallbackQuery'] })).length > 0, server.log())
  } finally {
    await server.stop()
  }
})

// Somebody else's WhatsApp client calls the stand-in that the Go tests of the
// WhatsApp integration rely on, and reads the webhooks that it signs.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { GraphApiError, WhatsAppClient } from '@kapso/whatsapp-cloud-api'
import { normalizeWebhook, verifySignature } from '@kapso/whatsapp-cloud-api/server'
import { findContract, startStandin } from './fixtures/standin.mjs'

const to = '15551234567'
const { contract, skip } = findContract('whatsapp', 'schema.json')

let fake, client

before(async () => {
  if (skip) return
  fake = await startStandin('whatsapp', contract)
  client = new WhatsAppClient({ baseUrl: fake.url, graphVersion: fake.version, accessToken: fake.token })
})

after(() => fake?.stop())

const base = () => ({ phoneNumberId: fake.phoneId, to })
const link = 'https://example.com/a'
const header = { type: 'image', image: { link: link + '.png' } }

const calls = {
  text: (m) => m.sendText({ ...base(), body: 'Hello' }),
  'reply to somebody without a number': (m) => m.sendText({ phoneNumberId: fake.phoneId, recipient: 'US.1', body: 'Hello', contextMessageId: 'wamid.1' }),
  image: (m) => m.sendImage({ ...base(), image: { link: link + '.jpg', caption: 'A picture' } }),
  audio: (m) => m.sendAudio({ ...base(), audio: { link: link + '.ogg' } }),
  video: (m) => m.sendVideo({ ...base(), video: { link: link + '.mp4', caption: 'A film' } }),
  document: (m) => m.sendDocument({ ...base(), document: { link: link + '.pdf', filename: 'a.pdf', caption: 'A file' } }),
  sticker: (m) => m.sendSticker({ ...base(), sticker: { link: link + '.webp' } }),
  location: (m) => m.sendLocation({ ...base(), location: { latitude: 1.5, longitude: 2.5, name: 'Hotel', address: 'Street 1' } }),
  contacts: (m) => m.sendContacts({ ...base(), contacts: [{ name: { formattedName: 'Ada', firstName: 'Ada' }, phones: [{ phone: '+15550001', type: 'WORK' }] }] }),
  reaction: (m) => m.sendReaction({ ...base(), reaction: { messageId: 'wamid.1', emoji: '👍' } }),
  buttons: (m) => m.sendInteractiveButtons({ ...base(), header, bodyText: 'Pick', footerText: 'Now', buttons: [{ id: 'a', title: 'A' }, { id: 'b', title: 'B' }] }),
  'a list': (m) => m.sendInteractiveList({ ...base(), bodyText: 'Pick', buttonText: 'Show', sections: [{ title: 'S', rows: [{ id: 'a', title: 'A', description: 'a' }] }] }),
  'an address': (m) => m.sendInteractiveCtaUrl({ ...base(), header, bodyText: 'Open', parameters: { displayText: 'Open', url: link } }),
  'a flow': (m) => m.sendInteractiveFlow({ ...base(), bodyText: 'Book', parameters: { flowId: '1', flowCta: 'Book', flowToken: 't', flowMessageVersion: '3' } }),
  template: (m) =>
    m.sendTemplate({ ...base(), template: { name: 'booking', language: { code: 'en' }, components: [{ type: 'body', parameters: [{ type: 'text', text: '12' }, { type: 'text', text: 'Ada' }] }] } }),
}

for (const [name, send] of Object.entries(calls)) {
  test(`the client sends ${name}`, { skip }, async () => {
    const answer = await send(client.messages)
    assert.match(answer.messages[0].id, /^wamid\./)
    assert.equal(answer.messagingProduct, 'whatsapp')
  })
}

test('the client marks as read, uploads, downloads and lists', { skip }, async () => {
  assert.equal((await client.messages.markRead({ phoneNumberId: fake.phoneId, messageId: 'wamid.1', typingIndicator: { type: 'text' } })).success, true)
  const file = new Blob(['pixels'], { type: 'image/png' })
  const { id } = await client.media.upload({ phoneNumberId: fake.phoneId, type: 'image/png', file, fileName: 'a.png' })
  await client.messages.sendImage({ ...base(), image: { id } })
  const bytes = await client.media.download({ mediaId: '900', auth: 'always' })
  assert.equal(Buffer.from(bytes).toString(), 'pixels')
  const listed = await client.templates.list({ businessAccountId: fake.accountId })
  assert.deepEqual(listed.data.map((template) => template.name), ['hello', 'booking', 'named', 'old'])
})

test('the client understands refusals', { skip }, async () => {
  const refused = async (promise, code) => {
    const err = await promise.then(() => assert.fail('it was taken'), (err) => err)
    assert.ok(err instanceof GraphApiError, err)
    assert.equal(err.code, code)
  }
  const raw = (payload) => client.messages.sendRaw({ phoneNumberId: fake.phoneId, payload: { messaging_product: 'whatsapp', to, ...payload } })
  await refused(client.messages.sendTemplate({ ...base(), template: { name: 'none', language: { code: 'en' } } }), 132001)
  await refused(raw({ type: 'text', text: { body: 'x', colour: 'red' } }), 100)
  await refused(raw({ type: 'text', text: { body: 'x'.repeat(4097) } }), 100)
  await refused(raw({ type: 'image', image: { id: 'unknown' } }), 131009)
  const stranger = new WhatsAppClient({ baseUrl: fake.url, graphVersion: fake.version, accessToken: 'guess' })
  await refused(stranger.messages.sendText({ ...base(), body: 'x' }), 190)
})

test('the client verifies and reads the webhooks', { skip }, () => {
  const read = {}
  for (const [name, { body, signature }] of Object.entries(fake.webhooks)) {
    assert.ok(verifySignature({ appSecret: fake.appSecret, rawBody: body, signatureHeader: signature }), name)
    assert.ok(!verifySignature({ appSecret: fake.appSecret, rawBody: body + ' ', signatureHeader: signature }), name)
    read[name] = normalizeWebhook(JSON.parse(body))
    assert.equal(read[name].phoneNumberId, fake.phoneId, name)
  }
  assert.equal(read.text.messages[0].text.body, 'Grüße 👋')
  assert.deepEqual(read.batch.messages.map((message) => message.id), ['wamid.1', 'wamid.2'])
  assert.equal(read.batch.statuses[0].status, 'delivered')
  assert.equal(read.hidden.contacts[0].userId, 'US.1')
  assert.equal(read.choice.messages[0].interactive.buttonReply.id, 'yes')
  assert.equal(read.media.messages[0].image.id, '900')
  assert.equal(read.failed.statuses[0].errors[0].code, 131047)
})

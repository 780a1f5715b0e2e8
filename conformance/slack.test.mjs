// Slack's own libraries call the stand-in that the Go tests of the Slack
// integration rely on, take the webhooks that it signs, and connect to it over
// Socket Mode.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import bolt from '@slack/bolt'
import { InstallProvider, LogLevel } from '@slack/oauth'
import { SocketModeClient } from '@slack/socket-mode'
import { WebClient } from '@slack/web-api'
import { findContract, startStandin } from './fixtures/standin.mjs'

const { contract, skip } = findContract('slack')
const channel = 'C0GENERAL'
const quiet = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel: () => 'error', setName() {} }

let fake, client

before(async () => {
  if (skip) return
  fake = await startStandin('slack', contract)
  client = new WebClient(fake.botToken, { slackApiUrl: fake.url + '/api/', logger: quiet })
})

after(() => fake?.stop())

const refused = (code) => (error) => error.data?.error === code

test('the client calls every method that the integration uses', { skip }, async () => {
  const me = await client.auth.test()
  assert.equal(me.bot_id, 'B0BOT')
  assert.ok(me.response_metadata.scopes.includes('chat:write'))
  const posted = await client.chat.postMessage({ channel, text: 'hi', metadata: { event_type: 'x', event_payload: { a: 1 } } })
  const answer = await client.chat.postMessage({ channel, text: 'in a thread', thread_ts: posted.ts })
  const history = await client.conversations.history({ channel, include_all_metadata: true, oldest: posted.ts, inclusive: true })
  assert.deepEqual(history.messages.map((m) => m.ts), [posted.ts])
  assert.equal(history.messages[0].metadata.event_payload.a, 1)
  const replies = await client.conversations.replies({ channel, ts: posted.ts })
  assert.deepEqual(replies.messages.map((m) => m.ts), [posted.ts, answer.ts])
  await client.reactions.add({ channel, timestamp: posted.ts, name: 'eyes' })
  await assert.rejects(client.reactions.add({ channel, timestamp: posted.ts, name: 'eyes' }), refused('already_reacted'))
  await client.reactions.remove({ channel, timestamp: posted.ts, name: 'eyes' })
  assert.equal((await client.users.info({ user: 'U0ADA' })).user.tz, 'Europe/London')
  assert.equal((await client.users.list({ limit: 1 })).response_metadata.next_cursor, '1')
  assert.equal((await client.conversations.info({ channel })).channel.name, 'general')
  assert.equal((await client.conversations.list({ types: 'public_channel' })).channels.length, 1)
  assert.match((await client.conversations.open({ users: 'U0ADA' })).channel.id, /^D/)
  await client.conversations.setTopic({ channel, topic: 'News' })
  await client.conversations.mark({ channel, ts: posted.ts })
  await client.assistant.threads.setStatus({ channel_id: channel, thread_ts: posted.ts, status: 'is typing…' })
})

test('the client uploads a file in three steps', { skip }, async () => {
  const done = await client.filesUploadV2({ channel_id: channel, filename: 'menu.txt', file: Buffer.from('soup'), title: 'The menu' })
  const id = done.files[0].files[0].id
  const { file } = await client.files.info({ file: id })
  assert.equal(file.title, 'The menu')
  const resp = await fetch(file.url_private, { headers: { authorization: `Bearer ${fake.botToken}` } })
  assert.equal(await resp.text(), 'soup')
  assert.equal((await fetch(file.url_private, { redirect: 'manual' })).status, 302)
})

test('the stand-in refuses what Slack refuses', { skip }, async () => {
  await assert.rejects(client.chat.postMessage({ channel, text: 'x', no_such_argument: 1 }), refused('invalid_arguments'))
  await assert.rejects(client.chat.postMessage({ text: 'x' }), refused('invalid_arguments'))
  await assert.rejects(client.chat.postMessage({ channel }), refused('no_text'))
  await assert.rejects(client.chat.postMessage({ channel: 'C0NONE', text: 'x' }), refused('channel_not_found'))
  const button = { type: 'button', action_id: 'a', text: { type: 'plain_text', text: 'A' } }
  for (const blocks of [
    Array(51).fill({ type: 'divider' }),
    [{ type: 'actions', elements: [] }],
    [{ type: 'actions', elements: [button, button] }],
    [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }],
    [{ type: 'image', image_url: 'https://x.test/a.png' }],
    [{ type: 'divider', colour: 'red' }],
  ]) {
    await assert.rejects(client.chat.postMessage({ channel, text: 'x', blocks }), refused('invalid_blocks'))
  }
  const stranger = new WebClient('xoxb-wrong', { slackApiUrl: fake.url + '/api/', logger: quiet })
  await assert.rejects(stranger.auth.test(), refused('invalid_auth'))
  await assert.rejects(client.apiCall('no.such.method'), refused('unknown_method'))
})

test('the client waits as long as it is told', { skip }, async () => {
  await fake.tell({ do: 'limit', method: 'chat.postMessage' })
  const start = Date.now()
  await client.chat.postMessage({ channel, text: 'later' })
  assert.ok(Date.now() - start >= 1000, 'it did not wait')
})

test('Bolt takes what the stand-in posts', { skip }, async () => {
  const receiver = new bolt.HTTPReceiver({ signingSecret: fake.signingSecret, logger: quiet, customPropertiesExtractor: () => ({}) })
  const app = new bolt.App({ receiver, token: fake.botToken, clientOptions: { slackApiUrl: fake.url + '/api/' }, logger: quiet })
  const got = []
  app.message(async ({ message }) => got.push(message.text))
  app.event('reaction_added', async ({ event }) => got.push(event.reaction))
  app.action('bellhop_1', async ({ ack, action, body }) => { await ack(); got.push(action.value, body.container.thread_ts) })
  app.command('/weather', async ({ ack, command }) => { await ack(); got.push(command.text, command.trigger_id) })
  app.view('order', async ({ ack, view }) => { await ack(); got.push(view.state.values.b.a.value) })
  const server = await app.start(0)
  const url = `http://127.0.0.1:${server.address().port}/slack/events`
  const post = (what) => fake.tell({ do: 'post', url, ...what })
  try {
    const hello = JSON.stringify({ type: 'message', user: 'U0ADA', text: 'Grüße 👋', ts: '1764000000.000100', channel, channel_type: 'channel' })
    assert.equal((await post({ kind: 'event', id: 'Ev1', body: hello })).status, 200)
    await post({ kind: 'event', id: 'Ev2', body: JSON.stringify({ type: 'reaction_added', user: 'U0ADA', reaction: 'eyes', item: { type: 'message', channel, ts: '1.1' } }) })
    await post({ kind: 'interaction', body: JSON.stringify({
      type: 'block_actions', team: { id: 'T0BELLHOP' }, user: { id: 'U0ADA' }, channel: { id: channel }, trigger_id: '1.2', response_url: 'https://hooks.slack.com/x',
      container: { type: 'message', message_ts: '1.2', channel_id: channel, thread_ts: '1.1' },
      actions: [{ action_id: 'bellhop_1', block_id: 'b', type: 'button', text: { type: 'plain_text', text: 'Yes' }, value: 'yes + no', action_ts: '1' }],
    }) })
    await post({ kind: 'command', id: '1.3', body: 'Berlin & 50%+' })
    await post({ kind: 'interaction', body: JSON.stringify({
      type: 'view_submission', team: { id: 'T0BELLHOP' }, user: { id: 'U0ADA' }, view: { id: 'V1', type: 'modal', callback_id: 'order', state: { values: { b: { a: { value: 'tea' } } } } },
    }) })
    assert.deepEqual(got, ['Grüße 👋', 'eyes', 'yes + no', '1.1', 'Berlin & 50%+', '1.3', 'tea'])
    const challenge = await post({ kind: 'verification', body: JSON.stringify({ type: 'url_verification', challenge: 'c-1' }) })
    assert.match(challenge.body, /c-1/)
    assert.equal((await post({ kind: 'event', id: 'Ev3', body: hello, secret: 'wrong' })).status, 401)
    assert.equal((await post({ kind: 'event', id: 'Ev4', body: hello, apart: -301 })).status, 401)
    assert.equal(got.length, 7)
  } finally {
    await app.stop()
  }
})

test('the client connects over Socket Mode, acknowledges and comes back', { skip }, async () => {
  const socket = new SocketModeClient({ appToken: fake.appToken, clientOptions: { slackApiUrl: fake.url + '/api/' }, logger: quiet })
  const got = []
  socket.on('message', async ({ event, ack }) => { got.push(event.text); await ack() })
  socket.on('slash_commands', async ({ body, ack }) => { got.push(body.text); await ack() })
  await socket.start()
  try {
    const body = (text) => JSON.stringify({ type: 'event_callback', team_id: 'T0BELLHOP', event_id: 'Ev1', event: { type: 'message', text } })
    assert.deepEqual(await fake.tell({ do: 'envelope', id: 'e1', kind: 'events_api', body: body('one') }), { ack: 'e1' })
    assert.deepEqual(await fake.tell({ do: 'envelope', id: 'e2', kind: 'slash_commands', body: JSON.stringify({ command: '/x', text: 'two' }) }), { ack: 'e2' })
    assert.deepEqual(await fake.tell({ do: 'disconnect' }), {})
    assert.deepEqual(await fake.tell({ do: 'envelope', id: 'e3', kind: 'events_api', body: body('three') }), { ack: 'e3' })
    assert.deepEqual(got, ['one', 'two', 'three'])
  } finally {
    await socket.disconnect()
  }
})

test('the library for OAuth installs and renews', { skip }, async () => {
  const kept = new Map()
  const provider = new InstallProvider({
    clientId: fake.clientId, clientSecret: fake.clientSecret, stateSecret: 's', logLevel: LogLevel.ERROR, logger: quiet,
    authorizationUrl: fake.url + '/oauth/v2/authorize', clientOptions: { slackApiUrl: fake.url + '/api/' },
    installationStore: {
      storeInstallation: async (i) => void kept.set('T0BELLHOP', i),
      fetchInstallation: async () => kept.get('T0BELLHOP'),
    },
  })
  const redirectUri = 'https://app.test/callback'
  const link = await provider.generateInstallUrl({ scopes: ['chat:write'], redirectUri })
  const { url } = await fake.tell({ do: 'consent', url: link })
  const back = new URL(url)
  const installer = new WebClient(undefined, { slackApiUrl: fake.url + '/api/', logger: quiet })
  const code = back.searchParams.get('code')
  const got = await installer.oauth.v2.access({ client_id: fake.clientId, client_secret: fake.clientSecret, code, redirect_uri: redirectUri })
  assert.match(got.access_token, /^xoxe\.xoxb-/)
  await assert.rejects(installer.oauth.v2.access({ client_id: fake.clientId, client_secret: fake.clientSecret, code, redirect_uri: redirectUri }), refused('invalid_code'))
  kept.set('T0BELLHOP', {
    team: { id: 'T0BELLHOP', name: 'Bellhop' }, isEnterpriseInstall: false, user: { id: 'U0ADA' },
    bot: { token: got.access_token, refreshToken: got.refresh_token, expiresAt: Math.floor(Date.now() / 1000) + 60, scopes: ['chat:write'], id: 'B0BOT', userId: 'U0BOT' },
    appId: got.app_id, authVersion: 'v2', tokenType: 'bot',
  })
  const first = await provider.authorize({ teamId: 'T0BELLHOP', isEnterpriseInstall: false })
  assert.notEqual(first.botToken, got.access_token)
  await assert.rejects(
    installer.oauth.v2.access({ client_id: fake.clientId, client_secret: fake.clientSecret, grant_type: 'refresh_token', refresh_token: got.refresh_token }),
    refused('invalid_refresh_token'),
  )
})

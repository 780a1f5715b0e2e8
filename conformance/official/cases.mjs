// One case for each integration: its secrets, how it is configured, what its
// vendor sends in, and which call of the vendor shows that the bot answered.
import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { startStandin } from '../fixtures/standin.mjs'
import { line, messenger } from './standins.mjs'
import { passOn } from './switchboard.mjs'

const text = 'Hello there'
// answered tells whether a call holds what the echo bot says to text, however
// the vendor's format escapes it.
const answered = (body) => /You(\+|%20| )said/.test(body) && /hello(\+|%20| )there/i.test(body)
const posthog = { POSTHOG_KEY: 'phc_none' }
const hmac = (key, body, form) => createHmac('sha256', key).update(body).digest(form)

/** Every case gets the run: {root, folder, specs, board, server, bot}. */
export const cases = {
  webhook: {
    configuration: { secret: 'opensesame' },
    async trip({ post, logged }) {
      const wrong = await post({ hello: 1 }, { 'x-bp-secret': 'no' })
      if (wrong.status < 400) throw new Error(`a wrong secret was answered ${wrong.status}`)
      const reply = await post({ hello: 1 }, { 'x-bp-secret': 'opensesame' })
      if (reply.status !== 200) throw new Error(`the webhook was answered ${reply.status}: ${await reply.text()}`)
      await logged('received event')
    },
  },

  telegram: {
    async start(run) {
      const fake = await startStandin('telegram')
      run.board.route('api.telegram.org', fake.url)
      return { fake, configuration: { botToken: fake.token, typingIndicatorEmoji: false } }
    },
    async trip({ board, post, fake }) {
      const chat = { id: 77, type: 'private', first_name: 'Ada' }
      await board.next('setWebhook', (c) => /\/setWebhook$/.test(c.path) && c.status === 200)
      const from = { id: 77, is_bot: false, first_name: 'Ada' }
      const reply = await post({ update_id: 1, message: { message_id: 9, date: 1764000000, from, chat, text } })
      if (reply.status !== 200) throw new Error(`the webhook was answered ${reply.status}: ${await reply.text()}`)
      await board.next('sendMessage with the answer', (c) => /\/sendMessage$/.test(c.path) && answered(c.body) && c.status === 200)
      return `${(await fake.tell({ calls: ['sendMessage'] })).length} sendMessage taken by the strict stand-in`
    },
  },

  line: {
    async start({ board }) {
      board.route('api.line.me', line('line-token'))
      return { configuration: { channelAccessToken: 'line-token', channelSecret: 'line-secret' } }
    },
    async trip({ board, post }) {
      const event = {
        type: 'message', mode: 'active', timestamp: 1764000000000, webhookEventId: '01H', deliveryContext: { isRedelivery: false },
        replyToken: 'reply-1', source: { type: 'user', userId: 'U' + 'a'.repeat(32) }, message: { type: 'text', id: '444', quoteToken: 'q', text },
      }
      const body = JSON.stringify({ destination: 'U' + 'b'.repeat(32), events: [event] })
      const wrong = await post(body, { 'x-line-signature': 'bm8=' })
      if (wrong.status !== 401) throw new Error(`a wrong signature was answered ${wrong.status}`)
      const reply = await post(body, { 'x-line-signature': hmac('line-secret', body, 'base64') })
      if (reply.status !== 200) throw new Error(`the webhook was answered ${reply.status}: ${await reply.text()}`)
      await board.next('reply with the answer', (c) => /message\/reply$/.test(c.path) && answered(c.body) && c.status === 200)
    },
  },

  messenger: {
    secrets: {
      ...posthog, CLIENT_ID: 'app', CLIENT_SECRET: 'app-secret', OAUTH_CONFIG_ID: '1', VERIFY_TOKEN: 'v', ACCESS_TOKEN: 'app-token', SHOULD_GET_USER_PROFILE: 'true',
      SANDBOX_CLIENT_ID: 'x', SANDBOX_CLIENT_SECRET: 'x', SANDBOX_VERIFY_TOKEN: 'x', SANDBOX_ACCESS_TOKEN: 'x', SANDBOX_PAGE_ID: 'x', SANDBOX_SHOULD_GET_USER_PROFILE: 'true',
    },
    async start({ graph }) {
      graph.push([(call) => !/phone|whatsapp/i.test(call.path), messenger('page-token')])
      const configuration = { clientId: 'app', clientSecret: 'page-secret', verifyToken: 'open', accessToken: 'page-token', pageId: '200' }
      return { configurationType: 'manual', configuration }
    },
    async trip({ board, post, get }) {
      const challenge = await get('?hub.mode=subscribe&hub.verify_token=open&hub.challenge=42')
      if (challenge.status !== 200 || (await challenge.text()) !== '42') throw new Error(`the challenge was answered ${challenge.status}`)
      const messaging = [{ sender: { id: '300' }, recipient: { id: '200' }, timestamp: 1764000000000, message: { mid: 'm_in', text } }]
      const body = JSON.stringify({ object: 'page', entry: [{ id: '200', time: 1764000000000, messaging }] })
      const wrong = await post(body, { 'x-hub-signature-256': 'sha256=00' })
      if (wrong.status !== 401) throw new Error(`a wrong signature was answered ${wrong.status}`)
      const reply = await post(body, { 'x-hub-signature-256': 'sha256=' + hmac('page-secret', body, 'hex') })
      if (reply.status !== 200) throw new Error(`the webhook was answered ${reply.status}: ${await reply.text()}`)
      await board.next('me/messages with the answer', (c) => /\/me\/messages/.test(c.path) && answered(c.body) && c.status === 200)
    },
  },

  whatsapp: {
    secrets: {
      ...posthog, CLIENT_ID: 'app', CLIENT_SECRET: 'secret', OAUTH_CONFIG_ID: '1', VERIFY_TOKEN: 'v', ACCESS_TOKEN: 't', NUMBER_PIN: '123456', SANDBOX_CLIENT_SECRET: 'x',
      SANDBOX_VERIFY_TOKEN: 'x', SANDBOX_ACCESS_TOKEN: 'x', SANDBOX_PHONE_NUMBER_ID: 'x',
    },
    async start(run) {
      const fake = await startStandin('whatsapp', join(run.specs, 'whatsapp', 'schema.json'))
      // The stand-in holds one version of the Graph API; the integration calls others.
      run.graph.unshift(
        [(call) => call.path === '/app' || call.path.startsWith('/app?'), () => ({ body: { id: '1', name: 'app' } })],
        [(call) => call.path.includes(fake.phoneId), (call, raw) => passOn(fake.url, { ...call, path: call.path.replace(/^\/v[\d.]+/, `/${fake.version}`) }, raw)],
      )
      const configuration = {
        verifyToken: 'open', accessToken: fake.token, clientSecret: fake.appSecret, defaultBotPhoneNumberId: fake.phoneId,
        messageReadBehavior: 'mark_as_read',
      }
      return { fake, configurationType: 'manual', configuration }
    },
    async trip({ board, post, get, fake }) {
      const challenge = await get('?hub.mode=subscribe&hub.verify_token=open&hub.challenge=42')
      if (challenge.status !== 200 || (await challenge.text()) !== '42') throw new Error(`the challenge was answered ${challenge.status}`)
      const { body, signature } = fake.webhooks.text
      const wrong = await post(body, { 'x-hub-signature-256': 'sha256=00' })
      if (wrong.status !== 401) throw new Error(`a wrong signature was answered ${wrong.status}`)
      const reply = await post(body, { 'x-hub-signature-256': signature })
      if (reply.status !== 200) throw new Error(`the webhook was answered ${reply.status}: ${await reply.text()}`)
      await board.next('messages with the answer', (c) => c.path.includes(fake.phoneId) && /\/messages/.test(c.path) && /You said.*grüße/i.test(c.body) && c.status === 200)
    },
  },

  slack: {
    async start(run) {
      const fake = await startStandin('slack', join(run.specs, 'slack'))
      for (const host of ['slack.com', 'www.slack.com']) run.board.route(host, fake.url)
      const secrets = { CLIENT_ID: fake.clientId, CLIENT_SECRET: fake.clientSecret, SIGNING_SECRET: fake.signingSecret }
      return { fake, secrets, configuration: { replyBehaviour: { location: 'channel', onlyOnBotMention: false } } }
    },
    // Its credentials come from its wizard in a browser; here they are put in
    // their state, and it is registered again.
    async authorize({ setState, fake }) {
      const now = Date.now()
      const issuedAt = new Date(now).toISOString()
      await setState('oAuthCredentialsV2', {
        shortLivedAccessToken: { currentAccessToken: fake.botToken, issuedAt, expiresAt: new Date(now + 10 * 3600_000).toISOString() },
        rotatingRefreshToken: { token: 'xoxe-1-none', issuedAt },
        grantedScopes: [
          'channels:history', 'channels:manage', 'channels:read', 'chat:write', 'files:read', 'files:write', 'groups:history', 'groups:read',
          'groups:write', 'im:history', 'im:read', 'im:write', 'mpim:history', 'mpim:read', 'mpim:write', 'reactions:read', 'reactions:write',
          'team:read', 'users.profile:read', 'users:read', 'users:read.email',
        ],
        botUserId: 'U0BOT',
        teamId: 'T0TEAM',
      })
    },
    async trip({ board, hook, fake, post }) {
      const wrong = await post({ type: 'event_callback' }, { 'x-slack-signature': 'v0=00', 'x-slack-request-timestamp': '1' })
      if (wrong.status < 400) throw new Error(`a wrong signature was answered ${wrong.status}`)
      const event = { type: 'message', channel: 'C0GENERAL', channel_type: 'channel', user: 'U0ADA', text, ts: '1764000000.000100', event_ts: '1764000000.000100', team: 'T0TEAM' }
      const done = await fake.tell({ do: 'post', kind: 'event', url: hook, id: 'Ev1', body: JSON.stringify(event) })
      if (done.status !== 200) throw new Error(`the event was answered ${done.status}: ${done.body || done.error}`)
      await board.next('chat.postMessage with the answer', (c) => c.path === '/api/chat.postMessage' && answered(c.body) && /"ok":true/.test(c.answer))
    },
  },

  linear: {
    secrets: { ...posthog, CLIENT_ID: 'c', CLIENT_SECRET: 's', DESK_CLIENT_ID: 'c', DESK_CLIENT_SECRET: 's', WEBHOOK_SIGNING_SECRET: 'sign' },
    async start(run) {
      const fake = await startStandin('linear', '-schema', join(run.specs, 'linear', 'schema.graphql'))
      run.board.route('api.linear.app', fake.url)
      return { fake, configurationType: 'apiKey', configuration: { apiKey: fake.adminKey, webhookSigningSecret: 'sign' } }
    },
    async trip({ board, hook, fake }) {
      const data = { id: fake.commentId, body: text, issueId: fake.issueId, userId: fake.adaId, issue: { id: fake.issueId, title: 'A leak' }, user: { id: fake.adaId, name: 'Ada' } }
      const order = { Type: 'Comment', Action: 'create', Data: data, Target: hook, Delivery: 'd-1' }
      const wrong = await fake.tell({ ...order, Secret: 'other' })
      if (wrong.status < 400) throw new Error(`a wrong signature was answered ${wrong.status}`)
      const done = await fake.tell({ ...order, Secret: 'sign' })
      if (done.status !== 200) throw new Error(`the webhook was answered ${done.status ?? done.error}`)
      await board.next('commentCreate with the answer', (c) => /commentCreate/.test(c.body) && answered(c.body) && !/"errors"/.test(c.answer))
    },
  },

  chat: {
    secrets: { SIGNAL_URL: 'https://signal.example.test', SIGNAL_SECRET: 'opensesame', AUTH_ENCRYPTION_KEY: 'a key of thirty-two characters....', FID_STORE_CONFIG: '' },
    async start({ board }) {
      // In front of it stands a realtime service, which signs what it passes on and publishes what it is told.
      board.route('signal.example.test', () => ({ body: { message: 'Published' } }))
      return { configuration: {} }
    },
    async trip({ board, chat }) {
      const { key } = await chat('POST', '/users', { name: 'Ada' })
      const { conversation } = await chat('POST', '/conversations', {}, key)
      const { message } = await chat('POST', '/messages', { conversationId: conversation.id, payload: { type: 'text', text } }, key)
      await board.next('the signal of the answer', (c) => /signal.example/.test(c.host) && answered(c.body))
      const { messages } = await chat('GET', `/conversations/${conversation.id}/messages`, undefined, key)
      if (!messages.some((m) => m.id === message.id) || !messages.some((m) => answered(m.payload.text))) throw new Error(`listMessages told ${JSON.stringify(messages)}`)
    },
  },
}

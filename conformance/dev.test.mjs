// The official CLI's bp dev serves an integration and a bot, written with the
// official SDK, through the server's tunnels: both flows, and what happens
// while a developer is away.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { freePort, project, startDev } from './fixtures/bp.mjs'
import { assertContract, own, startWorld, until } from './fixtures/setup.mjs'
import { startListener } from './fixtures/target.mjs'

let world, sink, parcel, porter, integration, bot, installation, botPort

before(async () => {
  world = await startWorld()
  sink = await startListener()
  parcel = await project('parcel')
  porter = await project('porter')
  botPort = await freePort()
})

after(async () => {
  await bot?.stop()
  await integration?.stop()
  await parcel?.remove()
  await porter?.remove()
  await sink?.stop()
  await world?.stop()
})

const options = (more) => ({
  apiUrl: world.proxy.url,
  tunnelUrl: `${world.server.url}/tunnel`,
  token: world.server.token,
  workspaceId: own,
  ...more,
})
const hook = (body) => fetch(installation.webhookUrl, { method: 'POST', body: JSON.stringify(body) })

test('bp dev of an integration registers it as in development', async () => {
  integration = await startDev(parcel, options())
  assert.match(integration.id, /^devint_/)
  const { integration: got } = await world.admin.getIntegration({ id: integration.id })
  assert.equal(got.dev, true)
  assert.equal(got.version, '0.1.0')
  assert.match(got.url, new RegExp(`^${world.server.url}/[0-9a-f-]{36}$`))
  const ids = async (dev) => (await world.admin.listIntegrations({ dev })).integrations.map(({ id }) => id)
  assert.ok((await ids(true)).includes(integration.id))
  assert.ok(!(await ids(false)).includes(integration.id))
})

const startPorter = () => startDev(porter, options({ port: botPort, env: { PARCEL_ID: integration.id, SINK_URL: sink.url } }))

test('bp dev of a bot registers it as in development', async () => {
  bot = await startPorter()
  assert.match(bot.id, /^devbot_/)
  const { bot: got } = await world.admin.getBot({ id: bot.id })
  assert.equal(got.dev, true)
  const ids = async (dev) => (await world.admin.listBots({ dev })).bots.map(({ id }) => id)
  assert.ok((await ids(true)).includes(bot.id))
  assert.ok(!(await ids(false)).includes(bot.id))
  await until('its code is told', async () => /Received register operation/.test(bot.log()))
})

test('it has installed the integration in development', async () => {
  installation = await until('registered', async () => {
    const { installation: got } = await world.call('GET', `/v1/bellhop/bots/${bot.id}/installations/parcel`)
    return got.status === 'registered' && got
  })
  assert.equal(installation.integrationId, integration.id)
})

test('a message goes through both tunnels and back', async () => {
  const reply = await hook({ door: 'd1', from: 'ada', text: 'héllo ✓ "quoted"' })
  const messageId = await reply.text()
  assert.equal(reply.status, 202, messageId)
  assert.equal(reply.headers.get('x-parcel'), 'message')
  assert.match(messageId, /^msg_/)
  const { body } = await sink.next((call) => call.body.text === 'porter heard: héllo ✓ "quoted"')
  assert.equal(body.door, 'd1')
})

test('an event goes through both tunnels and back', async () => {
  const reply = await hook({ door: 'd1', what: 'a box' })
  assert.equal(reply.status, 202)
  assert.equal(reply.headers.get('x-parcel'), 'event')
  await sink.next((call) => call.body.text === 'porter saw: a box')
})

test('what a bot in development misses it is told when bp dev runs again', async () => {
  const id = bot.id
  await bot.stop()
  for (const text of ['away 1', 'away 2']) assert.equal((await hook({ door: 'd1', from: 'ada', text })).status, 202)
  await until('a delivery that waits for bp dev, without attempts', async () => {
    const { deliveries } = await world.call('GET', `/v1/bellhop/deliveries?botId=${id}&state=pending`)
    return deliveries.some((delivery) => delivery.attempts === 0 && /bp dev|tunnel/.test(delivery.lastError))
  })
  bot = await startPorter()
  assert.equal(bot.id, id, 'the same bot, at another tunnel')
  await sink.next((call) => call.body.text === 'porter heard: away 2', 60_000)
  const told = sink.calls.map((call) => call.body.text).filter((text) => /away \d$/.test(text))
  assert.deepEqual(told, ['porter heard: away 1', 'porter heard: away 2'])
})

test('every call of the CLI and its code is answered by the contract', () => assertContract(world.proxy))

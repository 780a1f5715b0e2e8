// An integration and a bot written with the official SDK are uploaded as
// bundles, with secrets, and the server runs them: both flows, actions, logs,
// a replacement, and code that does not start.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { assertContract, fresh, startWorld, until } from './fixtures/setup.mjs'
import { bundle } from './fixtures/process.mjs'
import { clerk, relay } from './fixtures/definitions.mjs'
import { startListener } from './fixtures/target.mjs'

let world, sink, bot, integration, installation
let sent = 0

before(async () => {
  world = await startWorld()
  sink = await startListener(() => ({ body: { id: `sent-${++sent}` } }))
  const secrets = { RELAY_KEY: 'opensesame' }
  const code = { relay: await bundle('relay.mjs'), clerk: await bundle('clerk.mjs') }
  ;({ integration } = await world.admin.createIntegration({ ...relay, name: fresh(relay.name), secrets, code: code.relay }))
  ;({ bot } = await world.admin.createBot({ ...clerk, code: code.clerk }))
  ;({ installation } = await world.call('PUT', `/v1/bellhop/bots/${bot.id}/installations/relay`, {
    integration: integration.id,
    configuration: { sinkUrl: sink.url },
  }))
})

after(async () => {
  await world?.stop()
  await sink?.stop()
})

const hook = (body) => fetch(installation.webhookUrl, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
const say = (text, id) => hook({ kind: 'message', from: 'ada', thread: 't1', id, text })

test('its code registered it, and its secrets are not told', async () => {
  assert.equal(installation.status, 'registered', installation.statusReason)
  assert.deepEqual(integration.secrets, ['RELAY_KEY'])
  assert.doesNotMatch(JSON.stringify(await world.admin.getIntegration({ id: integration.id })), /opensesame/)
})

test('the code of the bot was told to set itself up', async () => {
  await until('it did', async () => {
    const { logs } = await world.admin.getBotLogs({ id: bot.id, timeStart: new Date(0).toISOString() })
    return logs.some((line) => line.message === `clerk ${bot.id} is set up`)
  })
})

test('a message goes from the webhook to the bot and its answer to the sink', async () => {
  const reply = await say('hello', 'in-1')
  assert.equal(reply.status, 202)
  assert.equal(reply.headers.get('x-relay'), 'taken')
  const { body } = await sink.next((call) => call.body.text === '1: hello')
  assert.equal(body.user, bot.id)
})

test('an event goes from the webhook to the bot', async () => {
  assert.equal((await hook({ kind: 'issue', title: 'a leak', thread: 't1' })).status, 200)
  await sink.next((call) => call.body.text === 'issue: a leak')
})

test('a refusal of an action reaches the bot', async () => {
  await say('refuse', 'in-refuse')
  await sink.next((call) => call.body.text === 'Runtime: adding is closed today')
})

test('code that ends at its start is reported, and put right by an update', async () => {
  const { integration: other } = await world.admin.createIntegration({
    ...relay, name: fresh(relay.name), secrets: {}, code: 'console.log("here"); throw new Error("RELAY_KEY is missing")',
  })
  const path = `/v1/bellhop/bots/${bot.id}/installations/other`
  const put = () => world.call('PUT', path, { integration: other.id, configuration: { sinkUrl: sink.url } })
  assert.match((await put()).installation.statusReason, /RELAY_KEY is missing/)
  const logs = await until('the lines are kept', async () => {
    const reply = await world.admin.getIntegrationLogs({ id: other.id, timeStart: new Date(0).toISOString() })
    return reply.logs.length > 1 && reply.logs
  })
  assert.ok(logs.some((line) => line.level === 'info' && line.message === 'here'))
  assert.ok(logs.some((line) => line.level === 'error' && /RELAY_KEY is missing/.test(line.message)))
  await world.admin.updateIntegration({ id: other.id, code: await bundle('relay.mjs') })
  assert.equal((await put()).installation.status, 'registered')
  await world.call('DELETE', path)
})

test('a plugin of a bot runs in its code, and stays while a bot has it', async () => {
  const words = { input: { schema: { type: 'object' } }, output: { schema: { type: 'object' } } }
  const { plugin } = await world.admin.createPlugin({
    name: fresh('diary'), version: '1.0.0', code: { node: 'module.exports = {}', browser: 'export default {}' }, actions: { count: words },
    configuration: { schema: { type: 'object', properties: { pen: { type: 'string' } } } }, events: {}, states: {}, user: { tags: {} }, conversation: { tags: {} },
    dependencies: { interfaces: {}, integrations: {} },
  })
  const plugins = { diary: { id: plugin.id, enabled: true, configuration: { pen: 'ink' }, interfaces: {}, integrations: {} } }
  const made = await world.admin.createBot({ name: 'diarist', actions: { 'diary#count': words } })
  const code = await bundle('diarist.mjs')
  const { bot: diarist } = await world.admin.updateBot({ id: made.bot.id, code, plugins })
  assert.deepEqual([diarist.plugins.diary.name, diarist.plugins.diary.configuration], [plugin.name, { pen: 'ink' }])
  const { installation: door } = await world.call('PUT', `/v1/bellhop/bots/${diarist.id}/installations/relay`, {
    integration: integration.id,
    configuration: { sinkUrl: sink.url },
  })
  const body = JSON.stringify({ kind: 'message', from: 'ada', thread: 't9', id: 'diary-1', text: 'dear diary' })
  await fetch(door.webhookUrl, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  await sink.next((call) => call.body.text === 'ink: dear diary, 3 words', 60_000)
  await assert.rejects(world.admin.deletePlugin({ id: plugin.id }), (err) => err.message.includes(diarist.id))
  await world.admin.deleteBot({ id: diarist.id })
  await world.admin.deletePlugin({ id: plugin.id })
})

test('every call of the official SDK is answered by the contract', () => assertContract(world.proxy))

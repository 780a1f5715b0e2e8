// What a developer does with the official command: deploys an integration with
// code and a secret, a bot that depends on it, and both again after a change;
// the server runs what was built. Each reply is held against the contract.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startCLI } from './fixtures/cli.mjs'
import { project } from './fixtures/courier.mjs'
import { assertContract, fresh, official, own, startWorld } from './fixtures/setup.mjs'
import { startListener } from './fixtures/target.mjs'

// The command makes names of classes of it, so it has letters only.
const name = fresh('courier').replace(/[-\d]/g, (c) => 'ghijklmnopq'['-0123456789'.indexOf(c)])
let world, cli, sink, courier, desk, bot, installation

before(async () => {
  world = await startWorld()
  cli = await startCLI(world.proxy.url)
  sink = await startListener()
  courier = await cli.project('courier', project.courier({ name }))
})

after(async () => {
  await world?.stop()
  await cli?.stop()
  await sink?.stop()
})

const login = (workspaceId) =>
  cli.bp(['login', '--apiUrl', world.proxy.url, '--token', world.server.token, '--workspaceId', workspaceId])
const hook = (body) => fetch(installation.webhookUrl, { method: 'POST', body: JSON.stringify(body) })
const integration = async () => (await world.admin.getIntegrationByName({ name, version: '1.0.0' })).integration

test('an integration is deployed with its code and its secret', async () => {
  await login(official)
  await cli.bp(['build'], { cwd: courier })
  await assert.rejects(cli.bp(['deploy', '--noBuild'], { cwd: courier }), /COURIER_KEY" is required/)
  assert.match(await cli.bp(['deploy', '--noBuild', '--secrets', 'COURIER_KEY=abc'], { cwd: courier }), /Integration deployed/)
  const got = await integration()
  assert.deepEqual(got.secrets, ['COURIER_KEY'])
})

test('a bot that depends on it is deployed, with the integration on it', async () => {
  await cli.bp(['init', '--type', 'bot', '--name', 'desk'])
  desk = join(cli.home, 'desk')
  assert.match(await cli.bp(['add', `${name}@1.0.0`], { cwd: desk }), /Installed integration/)
  await cli.project('desk', project.desk({ name, sinkUrl: sink.url }))
  const told = await cli.bp(['deploy', '--createNewBot'], { cwd: desk })
  const id = /Bot created with ID "(bot_\w+)"/.exec(told)[1]
  assert.match(told, /Bot deployed/)
  ;({ bot } = await world.admin.getBot({ id }))
  ;({ installation } = await world.call('GET', `/v1/bellhop/bots/${id}/installations/${name}`))
  assert.equal(installation.status, 'registered', installation.statusReason)
  assert.ok(told.includes(installation.webhookUrl), told)
})

test('both flows go through the deployed code, which has its secret', async () => {
  assert.equal((await hook({ door: 'd1', from: 'ada', text: 'Ada' })).status, 202)
  const { body } = await sink.next((call) => call.body.text === 'heard: bonjour Ada')
  assert.deepEqual([body.door, body.key], ['d1', 'abc'])
  assert.equal((await hook({ door: 'd1', what: 'a box' })).status, 202)
  await sink.next((call) => call.body.text === 'saw: a box')
})

test('what is deployed again serves the next call, and keeps its secret', async () => {
  await cli.project('courier', project.courier({ name, greeting: 'hello', more: 'wave: { input: { schema: z.object({}) }, output: { schema: z.object({}) } },' }))
  await cli.bp(['deploy'], { cwd: courier })
  await hook({ door: 'd1', from: 'ada', text: 'Bob' })
  const { body } = await sink.next((call) => call.body.text === 'heard: hello Bob')
  assert.equal(body.key, 'abc')
  assert.ok((await integration()).actions.wave)
})

test('a bot is deployed again, and leaves out what it does not name any more', async () => {
  await cli.project('desk', project.desk({ name, sinkUrl: sink.url, answer: 'noted' }))
  await cli.bp(['deploy', '--botId', bot.id], { cwd: desk })
  await hook({ door: 'd1', from: 'ada', text: 'Cyd' })
  await sink.next((call) => call.body.text === 'noted: hello Cyd')
  const files = project.desk({ name, sinkUrl: sink.url })
  await cli.project('desk', { 'src/index.ts': files['src/index.ts'].replace('{ courier }', '{}') })
  await assert.rejects(cli.bp(['integrations', 'delete', `${name}@1.0.0`]), /installed on a bot/)
  await cli.bp(['deploy', '--botId', bot.id], { cwd: desk })
  assert.deepEqual((await world.admin.getBot({ id: bot.id })).bot.integrations, {})
  assert.equal((await hook({ door: 'd1', from: 'ada', text: 'anybody?' })).status, 404)
})

test('a public version takes what is compatible and refuses what breaks it', async () => {
  assert.match(await cli.bp(['deploy', '--noBuild', '--public'], { cwd: courier }), /Integration deployed/)
  assert.match(await cli.bp(['deploy', '--noBuild', '--public'], { cwd: courier }), /Integration deployed/)
  await cli.project('courier', project.courier({ name, greeting: 'hello' }))
  await assert.rejects(cli.bp(['deploy', '--noBuild', '--public'], { cwd: courier }), /actions\.wave is gone/)
  assert.ok((await integration()).actions.wave)
  await cli.project('courier', project.courier({ name, version: '2.0.0' }))
  assert.match(await cli.bp(['deploy', '--noBuild', '--public'], { cwd: courier }), /Integration deployed/)
  assert.match(await cli.bp(['integrations', 'get', `${name}@latest`]), /version: '2\.0\.0'/)
  const { integration: latest } = await world.admin.getIntegrationByName({ name, version: 'latest' })
  assert.deepEqual(latest.secrets, ['COURIER_KEY'], 'which the command said is set already')
})

test('an integration is deployed under the handle of a workspace, which it may claim', async () => {
  await login(own)
  const { handle } = await world.admin.getWorkspace({ id: own })
  const slashed = `${handle ?? fresh('acme')}/${name}`
  await cli.project('courier', project.courier({ name: slashed }))
  const told = await cli.bp(['deploy', '--noBuild', '--secrets', 'COURIER_KEY=abc'], { cwd: courier })
  if (!handle) assert.match(told, /is now yours/)
  assert.match(await cli.bp(['integrations', 'get', `${slashed}@1.0.0`]), new RegExp(`name: '${slashed}'`))
  await cli.bp(['integrations', 'delete', `${slashed}@1.0.0`])
  await assert.rejects(cli.bp(['integrations', 'get', `${slashed}@1.0.0`]), /not found/)
})

test('what was deployed is deleted', async () => {
  for (const version of ['1.0.0', '2.0.0']) await cli.bp(['integrations', 'delete', `${name}@${version}`])
  assert.deepEqual((await world.admin.listIntegrations({ name })).integrations, [])
  await cli.bp(['bots', 'delete', bot.id])
  await cli.bp(['logout'])
  await assert.rejects(cli.bp(['bots', 'list']), /log ?in/i)
})

test('every call of the command and of its code is answered by the contract', () => assertContract(world.proxy))

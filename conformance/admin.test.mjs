// The admin operations on bots and integrations, called with the official
// client; each reply is held against the contract.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { Client } from '@botpress/client'
import { assertContract, fresh, own, startWorld } from './fixtures/setup.mjs'
import { clerk, relay as definition } from './fixtures/definitions.mjs'
import { startListener } from './fixtures/target.mjs'

let world, code, admin
const relay = { ...definition, name: fresh('relay') }
const slashed = `acme/${relay.name}`

before(async () => {
  world = await startWorld()
  code = await startListener()
  admin = world.admin
})

after(async () => {
  await world?.stop()
  await code?.stop()
})

const ids = (things) => things.map((thing) => thing.id)
const some = (got, want) => assert.deepEqual(Object.keys(got).sort(), Object.keys(want).sort())

test('integrations', async () => {
  const { integration } = await admin.createIntegration({ ...relay, url: code.url })
  const id = integration.id
  assert.match(id, /^intver_/)
  for (const part of ['channels', 'actions', 'events', 'states']) some(integration[part], relay[part])
  assert.deepEqual(integration.secrets, ['RELAY_KEY'], 'names of secrets, never values')
  assert.deepEqual(integration.actions.add.input.schema, relay.actions.add.input.schema)
  assert.equal((await admin.getIntegration({ id })).integration.name, relay.name)
  assert.equal((await admin.getIntegrationByName({ name: relay.name, version: '1.0.0' })).integration.id, id)
  assert.equal((await admin.getIntegrationByName({ name: relay.name, version: 'latest' })).integration.id, id)
  await assert.rejects(admin.createIntegration({ ...relay, url: code.url }), { type: 'AlreadyExists' })

  const slash = (await admin.createIntegration({ ...relay, name: slashed, version: '0.2.0', url: code.url })).integration
  assert.equal((await admin.getIntegrationByName({ name: slashed, version: '0.2.0' })).integration.id, slash.id)
  const listed = ids(await admin.list.integrations({}).collect())
  assert.ok(listed.includes(id) && listed.includes(slash.id))
  assert.deepEqual(ids(await admin.list.integrations({ name: slashed }).collect()), [slash.id])

  const [summary] = (await admin.listIntegrations({ search: relay.name, visibility: 'private', sortBy: 'name', limit: 1 })).integrations
  assert.deepEqual([summary.matchedOn.name, summary.actions, summary.configuration], [true, undefined, undefined], 'no definitions in lists')

  const updated = (await admin.updateIntegration({ id, title: 'Relay 2', events: { issueOpened: null } })).integration
  assert.equal(updated.title, 'Relay 2')
  assert.deepEqual(updated.events, {}, 'null removes')
  some(updated.channels, relay.channels)

  assert.deepEqual(await admin.deleteIntegration({ id: slash.id }), {})
  await assert.rejects(admin.getIntegration({ id: slash.id }), { type: 'ResourceNotFound' })
  await assert.rejects(admin.getIntegrationByName({ name: relay.name, version: '9.9.9' }), { type: 'ResourceNotFound' })
})

test('bots', async () => {
  const { bot } = await admin.createBot({ ...clerk, url: code.url })
  assert.match(bot.id, /^bot_/)
  assert.equal(bot.name, 'clerk')
  for (const part of ['states', 'events', 'actions']) some(bot[part], clerk[part])
  some(bot.user.tags, clerk.user.tags)
  assert.equal((await admin.getBot({ id: bot.id })).bot.name, 'clerk')
  assert.ok(ids(await admin.list.bots({}).collect()).includes(bot.id))
  const updated = (await admin.updateBot({ id: bot.id, name: 'head clerk' })).bot
  assert.equal(updated.name, 'head clerk')
  some(updated.states, clerk.states)
  assert.deepEqual(await admin.deleteBot({ id: bot.id }), {})
  await assert.rejects(admin.getBot({ id: bot.id }), { type: 'ResourceNotFound' })
})

test('a bot with an integration on it', async () => {
  const { bot } = await admin.createBot({ name: 'host' })
  const { integration } = await admin.createIntegration({ ...relay, version: '2.0.0', url: code.url })
  const path = `/v1/bellhop/bots/${bot.id}/installations/line`
  await world.call('PUT', path, { integration: integration.id, configuration: { sinkUrl: code.url } })
  const { line } = (await admin.getBot({ id: bot.id })).bot.integrations
  assert.equal(line.id, integration.id)
  assert.deepEqual([line.name, line.version, line.enabled], [relay.name, '2.0.0', true])
  assert.equal(line.status, 'registered')
  assert.ok(line.webhookUrl.endsWith(line.webhookId))
  await assert.rejects(admin.deleteIntegration({ id: integration.id }), { type: 'ReferenceConstraint' })
  await admin.deleteBot({ id: bot.id })
  await admin.deleteIntegration({ id: integration.id })
})

test('calls are signed with every secret of the last day', async () => {
  const { bot } = await admin.createBot({ name: 'signed' })
  const { integration } = await admin.createIntegration({ ...relay, version: '3.0.0', url: code.url })
  const install = (at) => world.call('PUT', `/v1/bellhop/bots/${bot.id}/installations/${at}`, { integration: integration.id, configuration: { sinkUrl: code.url } })
  const rotate = async () => (await admin.rotateIntegrationSigningSecrets({ id: integration.id })).newSigningSecret
  const secrets = [await rotate(), await rotate()]
  const seen = code.calls.length
  await install('line')
  const { headers, text } = code.calls.slice(seen).find((call) => call.headers['x-bp-operation'] === 'register')
  const [at, ...hashes] = headers['x-bp-signature'].split(',')
  const hash = (secret) => createHmac('sha256', Buffer.from(secret, 'base64url')).update(`${at}.${text}`).digest('base64url')
  assert.deepEqual(hashes.sort(), secrets.map(hash).sort())

  const { newSigningSecret } = await admin.rotateBotSigningSecrets({ id: bot.id })
  assert.match(newSigningSecret, /^[\w-]{43}$/)
  await assert.rejects(admin.rotateBotSigningSecrets({ id: 'bot_nobody' }), { type: 'ResourceNotFound' })
  await admin.deleteBot({ id: bot.id })
  await admin.deleteIntegration({ id: integration.id })
})

test('updateBot installs, changes and removes', async () => {
  const { bot } = await admin.createBot({ name: 'host 2' })
  const { integration } = await admin.createIntegration({ ...relay, version: '3.0.0', url: code.url })
  const update = async (line) => (await admin.updateBot({ id: bot.id, integrations: { line } })).bot.integrations.line
  const line = await update({ integrationId: integration.id, configuration: { sinkUrl: code.url } })
  assert.deepEqual([line.id, line.status, line.enabled], [integration.id, 'registered', true])
  assert.ok(Date.now() - Date.parse(line.createdAt) < 60_000)
  const off = await update({ enabled: false })
  assert.deepEqual([off.enabled, off.webhookId], [false, line.webhookId])
  assert.equal(await update(null), undefined)
  await assert.rejects(update({ configuration: {} }), (err) => err.message.includes('integration'))
  const wrong = { integrationId: integration.id, configuration: { sinkUrl: 7 } }
  await assert.rejects(update(wrong), (err) => /^Invalid/.test(err.type) && err.message.includes('sinkUrl'))
  await admin.deleteBot({ id: bot.id })
})

test('bots are described, and listed by their tags', async () => {
  const medias = [{ url: 'https://x.test/a.png', name: 'a' }]
  const { bot } = await admin.createBot({ name: 'told', description: 'answers', medias, tags: { env: 'live', team: 'a' } })
  assert.deepEqual([bot.description, bot.medias, bot.tags], ['answers', medias, { env: 'live', team: 'a' }])
  const changed = (await admin.updateBot({ id: bot.id, tags: { team: 'b' }, medias: [] })).bot
  assert.deepEqual([changed.description, changed.medias, changed.tags], ['answers', [], { env: 'live', team: 'b' }])
  const names = async (query) => (await admin.listBots(query)).bots.map((found) => found.name)
  assert.deepEqual(await names({ tags: { env: 'live', team: 'b' } }), ['told'])
  assert.deepEqual(await names({ tags: { team: 'a' } }), [])
  assert.equal((await names({ sortField: 'createdAt', sortDirection: 'asc' })).at(-1), 'told')
  assert.equal((await names({ sortField: 'updatedAt', sortDirection: 'desc' }))[0], 'told')
  await admin.deleteBot({ id: bot.id })
})

test('clients from before aliases know installations by integration', async () => {
  const old = new Client({ apiUrl: world.proxy.url, token: world.server.token, workspaceId: own })
  const { bot } = await old.createBot({ name: 'host 3' })
  const make = async (version) => (await admin.createIntegration({ ...relay, version, url: code.url })).integration.id
  const [one, two] = [await make('4.0.0'), await make('4.1.0')]
  const update = async (integrations) => (await old.updateBot({ id: bot.id, integrations })).bot.integrations
  const put = { enabled: true, configuration: { sinkUrl: code.url } }
  const first = (await update({ [one]: put }))[one]
  assert.equal(first.status, 'registered')
  assert.deepEqual(Object.keys((await admin.getBot({ id: bot.id })).bot.integrations), [relay.name])
  const second = await update({ [one]: null, [two]: put })
  assert.deepEqual(Object.keys(second), [two])
  assert.equal(second[two].webhookId, first.webhookId, 'another version in the same place')
  assert.deepEqual(await update({ [two]: null }), {})
  await admin.deleteBot({ id: bot.id })
})

test('another workspace is refused', async () => {
  const foreign = new Client({ apiUrl: world.proxy.url, token: world.server.token, workspaceId: '22222222-2222-2222-aaaa-222222222222' })
  await assert.rejects(foreign.listBots({}), (err) => err.type === 'Forbidden' && err.message.includes(own))
  await assert.rejects(admin.getWorkspace({ id: '22222222-2222-2222-aaaa-222222222222' }), { type: 'ResourceNotFound' })
})

test('a key that is revoked ends at once', async () => {
  const { bot } = await admin.createBot({ name: 'keyed' })
  const { integration } = await admin.createIntegration({ ...relay, version: '5.0.0', url: code.url })
  await world.call('PUT', `/v1/bellhop/bots/${bot.id}/installations/line`, { integration: integration.id, configuration: { sinkUrl: code.url } })
  const call = (token, more) => new Client({ apiUrl: world.proxy.url, token, botId: bot.id, ...more }).listUsers({})
  const pat = await admin.createPersonalAccessToken({ note: 'a' }).then((reply) => reply.pat ?? reply)
  const bak = await admin.createBotApiKey({ botId: bot.id, note: 'b' })
  const iak = await admin.createIntegrationApiKey({ integrationId: integration.id, note: 'c' })
  const acts = [
    [() => call(pat.value), () => admin.deletePersonalAccessToken({ id: pat.id })],
    [() => call(bak.value), () => admin.deleteBotApiKey({ id: bak.id })],
    [() => call(iak.value, { integrationId: integration.id }), () => admin.deleteIntegrationApiKey({ id: iak.id })],
  ]
  for (const [use, revoke] of acts) {
    await use()
    await revoke()
    await assert.rejects(use(), { type: 'Unauthorized' })
  }
  await admin.deleteBot({ id: bot.id })
})

test('versions of a bot', async () => {
  const { bot } = await admin.createBot({ ...clerk, url: code.url })
  const { version } = await admin.createBotVersion({ id: bot.id, name: 'first', description: 'of the day' })
  assert.deepEqual((await admin.listBotVersions({ id: bot.id })).versions, [version])
  await admin.updateBot({ id: bot.id, url: `${code.url}/other`, actions: { greet: null } })
  const { url } = await admin.getBotVersion({ id: bot.id, versionId: version.id })
  const content = await world.call('GET', new URL(url).pathname)
  assert.deepEqual([content.name, content.url], ['first', code.url])
  assert.deepEqual(await admin.deployBotVersion({ id: bot.id, versionId: version.id }), {})
  some((await admin.getBot({ id: bot.id })).bot.actions, clerk.actions)
  await assert.rejects(admin.deployBotVersion({ id: bot.id, versionId: 'botver_nowhere' }), { type: 'ReferenceNotFound' })
  await admin.deleteBot({ id: bot.id })
})

test('the workspace', async () => {
  const key = fresh('key')
  await admin.setWorkspacePreference({ key, value: { theme: 'dark' } })
  assert.deepEqual((await admin.getWorkspacePreference({ key })).value, { theme: 'dark' })
  await admin.setWorkspacePreference({ key, value: null })
  assert.equal((await admin.getWorkspacePreference({ key })).value, null)
  assert.deepEqual(ids((await admin.listPublicWorkspaces({})).workspaces), [own])
  assert.deepEqual((await admin.listPublicWorkspaces({ search: 'nobody at all' })).workspaces, [])
  assert.deepEqual(await admin.listWorkspaceInvoices({ id: own }), { invoices: [] })
  assert.deepEqual(await admin.listWorkspaceQuotas({ id: own, period: '2026-01' }), { quotas: [] })
  const { members } = await admin.listWorkspaceMembers({})
  assert.deepEqual(members.map(({ role }) => role), ['owner'])
  const told = (call, why) => assert.rejects(call, (err) => err.type === 'MethodNotFound' && err.message.includes(why))
  await told(admin.createWorkspaceMember({ email: 'ada@example.com', role: 'viewer' }), 'one workspace')
  await told(admin.getUpcomingInvoice({ id: own }), 'no bills')
})

test('a script is run on data', async () => {
  const data = { body: '{"id":7}' }
  assert.deepEqual(await admin.runVrl({ data, script: 'to_string!(parse_json!(.body).id)' }), { data, result: '7' })
  await assert.rejects(admin.runVrl({ data, script: 'nowhere(.body)' }), (err) => err.type === 'InvalidPayload' && err.message.includes('line 1'))
})

test('definitions that are wrong are told by name', async () => {
  const wrong = (part) => admin.createIntegration({ ...relay, name: 'wrong', url: code.url, ...part })
  const named = (type, name) => (err) => err.type === type && err.message.includes(name)
  const schema = { type: 'planet' }
  await assert.rejects(wrong({ events: { sank: { schema } } }), named('InvalidJsonSchema', 'sank'))
  await assert.rejects(wrong({ version: 'one' }), (err) => /^Invalid/.test(err.type) && err.message.includes('version'))
  await assert.rejects(wrong({ name: '' }), (err) => /^Invalid/.test(err.type) && err.message.includes('name'))
})

test('every reply keeps to the contract', () => assertContract(world.proxy))

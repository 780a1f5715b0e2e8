// The official command against a fresh server; each reply that it gets is held
// against the contract.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startCLI } from './fixtures/cli.mjs'
import { assertContract, fresh, official, own, startWorld } from './fixtures/setup.mjs'

const name = fresh('parrot')
const speaks = fresh('speaks')
let world, cli

before(async () => {
  world = await startWorld()
  cli = await startCLI(world.proxy.url)
})

after(async () => {
  await world?.stop()
  await cli?.stop()
})

const tsconfig = JSON.stringify({ compilerOptions: { baseUrl: '.', strict: true } })
const packageJSON = (named) => JSON.stringify({ name: named, private: true, dependencies: { '@botpress/sdk': '0.10.10' } })

const interfaceFiles = {
  'package.json': packageJSON('speaks'),
  'interface.definition.ts': `import { InterfaceDeclaration, z } from '@botpress/sdk'
export default new InterfaceDeclaration({
  name: '${speaks}',
  version: '1.0.0',
  entities: {},
  events: {},
  actions: { speak: { input: { schema: () => z.object({ text: z.string() }) }, output: { schema: () => z.object({}) } } },
})
`,
}

const integrationFiles = (version, more = '') => ({
  'package.json': packageJSON('parrot'),
  'tsconfig.json': tsconfig,
  'integration.definition.ts': `import { IntegrationDefinition, z } from '@botpress/sdk'
export default new IntegrationDefinition({
  name: '${name}',
  version: '${version}',
  configuration: { schema: z.object({ greeting: z.string().optional() }) },
  secrets: { PARROT_KEY: { description: 'What opens the cage' } },
  actions: {
    say: { input: { schema: z.object({ text: z.string() }) }, output: { schema: z.object({ text: z.string() }) } },
    ${more}
  },
})
`,
  'src/index.ts': `import * as bp from '.botpress'
export default new bp.Integration({
  register: async () => {},
  unregister: async () => {},
  actions: new Proxy({}, { get: () => async ({ input }: any) => input }) as any,
  channels: {},
  handler: async () => {},
})
`,
})

const login = (workspaceId = own) =>
  cli.bp(['login', '--apiUrl', world.proxy.url, '--token', world.server.token, '--workspaceId', workspaceId])

test('login', async () => {
  assert.match(await login(), /Logged In/)
  await assert.rejects(cli.bp(['login', '--apiUrl', world.proxy.url, '--token', 'bp_pat_wrong', '--workspaceId', own]), /not known/)
  await login()
})

test('bots are made, listed, read and deleted', async () => {
  const bot = fresh('host')
  await cli.bp(['bots', 'create', '--name', bot])
  assert.match(await cli.bp(['bots', 'list']), new RegExp(bot))
  const { bots } = await world.admin.listBots({})
  const { id } = bots.find((b) => b.name === bot)
  assert.match(await cli.bp(['bots', 'get', id]), new RegExp(id))
  await cli.bp(['bots', 'delete', id])
  await assert.rejects(world.admin.getBot({ id }), { type: 'ResourceNotFound' })
})

test('integrations are listed and read, those of the hub too', async () => {
  assert.match(await cli.bp(['integrations', 'list', '--name', 'chat']), /name: 'chat'/)
  assert.match(await cli.bp(['integrations', 'get', 'chat']), /intver_/)
  await assert.rejects(cli.bp(['integrations', 'get', 'nowhere@1.0.0']), /not found/)
})

test('an interface is deployed, and again', async () => {
  const folder = await cli.project('speaks', interfaceFiles)
  await login(official)
  assert.match(await cli.bp(['deploy'], { cwd: folder }), /Interface deployed/)
  assert.match(await cli.bp(['deploy'], { cwd: folder }), /Interface deployed/)
  assert.match(await cli.bp(['interfaces', 'list']), new RegExp(speaks))
  assert.match(await cli.bp(['interfaces', 'get', `${speaks}@1.0.0`]), /ifver_/)
  const more = { ...interfaceFiles, 'interface.definition.ts': interfaceFiles['interface.definition.ts'].replace("'1.0.0'", "'1.1.0'") }
  await cli.project('speaks', more)
  assert.match(await cli.bp(['deploy'], { cwd: folder }), /Interface deployed/)
  await cli.bp(['interfaces', 'delete', `${speaks}@1.0.0`])
  await assert.rejects(cli.bp(['interfaces', 'get', `${speaks}@1.0.0`]), /not found/i)
  assert.match(await cli.bp(['interfaces', 'get', `${speaks}@1.1.0`]), /ifver_/)
  await cli.bp(['interfaces', 'delete', `${speaks}@latest`])
  assert.doesNotMatch(await cli.bp(['interfaces', 'list']), new RegExp(speaks))
})

test('projects are made', async () => {
  assert.match(await cli.bp(['init', '--type', 'bot', '--name', 'echoes']), /initialized/)
  assert.match(await readFile(join(cli.home, 'echoes', 'package.json'), 'utf8'), /echoes/)
})

test('what is deployed is generated and built', async () => {
  const folder = await cli.project('parrot', integrationFiles('1.0.0'))
  await cli.bp(['gen'], { cwd: folder })
  assert.match(await cli.bp(['build'], { cwd: folder }), /built|Bundle|Typings/i)
  assert.match(await readFile(join(folder, '.botpress', 'dist', 'index.js'), 'utf8'), /exports/)
})

test('a bot takes an integration of the server', async () => {
  const folder = join(cli.home, 'echoes')
  assert.match(await cli.bp(['add', 'chat'], { cwd: folder }), /Installed integration/)
})

test('every reply keeps to the contract', () => assertContract(world.proxy))

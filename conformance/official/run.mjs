// Deploys, registers and runs official integrations and bots that are already
// built against local stand-ins of their vendors, and prints a line for each step:
//
//	node run.mjs --packages DIR --specs DIR [--bellhop FILE] [NAME …]
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { official, publicURL, startServer } from './bp.mjs'
import { cases } from './cases.mjs'
import { startSwitchboard } from './switchboard.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..')
const logLimit = 15_000
const parallel = 4
const handle = 'official'
// The server has a chat@1.0.0 of its own, which the bots find; the official one goes beside it.
const handled = ['integrations/chat']
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { packages: { type: 'string' }, specs: { type: 'string', default: process.env.BELLHOP_SPECS ?? '' }, bellhop: { type: 'string' }, verbose: { type: 'boolean' } },
})
if (!values.packages) throw new Error('--packages: name the folder that holds the built packages; see README.md')
const packages = resolve(values.packages)
const names = positionals.length ? positionals : Object.keys(cases)

const board = await startSwitchboard()
const graph = [] // who plays which calls of Meta's Graph API
board.route('graph.facebook.com', (call, raw) => {
  const found = graph.find(([fits]) => fits(call))
  return found ? found[1](call, raw) : { status: 404, body: { error: { message: 'Unknown path', type: 'OAuthException', code: 2500 } } }
})
board.route('us.i.posthog.com', () => ({ body: { status: 1 } }))
let failures = 0
const version = (folder) => createRequire(import.meta.url)(join(packages, folder, 'package.json')).version

/** step prints what became of one step, and returns what it returned. */
async function step(who, what, does) {
  const began = Date.now()
  const tell = (word, more) => console.log(`${word}  ${who.padEnd(24)} ${what.padEnd(11)} ${String(Date.now() - began).padStart(6)} ms${more ? '  ' + more : ''}`)
  try {
    const result = await does()
    tell('pass', typeof result === 'string' ? result : '')
    return { ok: true, result }
  } catch (err) {
    failures++
    tell('FAIL', values.verbose ? err.stack : err.message.replace(/\s+/g, ' ').slice(0, 900))
    return { ok: false }
  }
}

const deployed = {}
const run = { root, board, graph, specs: values.specs }
try {
  run.bellhop = values.bellhop
  run.server = await startServer(values.bellhop ?? build(), board.port)
  run.folder = run.server.folder
  const bp = official(packages, run.server, handled)
  const { call } = run.server
  const { workspaces } = await call('GET', '/v1/admin/workspaces')
  const account = { 'x-workspace-id': workspaces[0].id }
  console.log(`# CLI ${version('packages/cli')}, SDK ${version('packages/sdk')}, client ${version('packages/client')}, node ${process.version}`)
  await step('cli', 'login', async () => void (await bp('.', 'login', '--api-url', run.server.url, '--token', run.server.token, '--workspace-id', workspaces[0].id)))

  await call('PUT', `/v1/admin/workspaces/${workspaces[0].id}`, { handle }, account)
  const interfaces = new Set(names.flatMap((name) => Object.values(dependencies('integrations', name))))
  await inParallel(interfaces, (name) => step(`interface ${name}`, 'bp deploy', async () => void (await bp(`interfaces/${name}`, 'deploy', '--visibility', 'public'))))
  await inParallel(names, async (name) => (deployed[name] = await deploy(bp, name)))

  // The official bots need the integrations that they name.
  run.bot = await bot(bp, 'echo', [])
  const hello = names.includes('telegram') ? await bot(bp, 'hello-world', ['telegram']) : undefined

  for (const name of names) if (deployed[name] && run.bot) await roundTrip(name, deployed[name])
  for (const [name, id, said] of [['echo', run.bot, 'You said: "hi"'], ['hello-world', hello, 'Hello, World!']]) if (id) await answers(name, id, said)
  for (const host of new Set(board.calls.filter((c) => !c.played).map((c) => c.host))) console.log(`note  ${host} was called and nobody plays it`)

  async function deploy(bp, name) {
    const folder = `integrations/${name}`
    const play = { ...cases[name], ...(await cases[name].start?.(run)) }
    const began = new Date().toISOString()
    const secrets = Object.entries(play.secrets ?? {}).flatMap(([key, value]) => (value === '' ? [] : ['--secrets', `${key}=${value}`]))
    const done = await step(name, 'bp deploy', () => deployIn(bp, folder, '--visibility', 'public', ...secrets))
    if (!done.ok) return
    const full = handled.includes(folder) ? `${handle}/${name}` : name
    const { integrations } = await call('GET', `/v1/admin/integrations?name=${encodeURIComponent(full)}`, undefined, account)
    const integration = integrations.find((i) => i.name === full && i.createdAt >= began)
    if (!integration) throw new Error(`listIntegrations does not tell ${full} after it was deployed`)
    return { ...play, integration }
  }

  async function bot(bp, name, wants) {
    const folder = `bots/${name}`
    if (wants.some((want) => !deployed[want])) return void console.log(`skip  bot ${name} needs ${wants.join(' and ')}`)
    const { bot } = await call('POST', '/v1/admin/bots', { name }, account)
    const done = await step(`bot ${name}`, 'bp deploy', () => deployIn(bp, folder, '--bot-id', bot.id))
    return done.ok ? bot.id : undefined
  }

  /** deployIn deploys a project as it was built, and returns how large its code is. */
  async function deployIn(bp, folder, ...args) {
    const bundle = join(packages, folder, '.botpress', 'dist', 'index.cjs')
    if (!existsSync(bundle)) throw new Error(`${bundle} is missing: build the package first`)
    const output = await bp(folder, 'deploy', '--noBuild', ...args)
    if (!/deployed/i.test(output)) throw new Error(output)
    const { size } = await stat(bundle)
    return `${(size / 1024).toFixed()} KiB`
  }

  async function roundTrip(name, play) {
    const path = `/v1/bellhop/bots/${run.bot}/installations/${name === 'chat' ? 'official-chat' : name}`
    const body = { integration: play.integration.id, configuration: play.configuration, ...(play.configurationType && { configurationType: play.configurationType }) }
    const put = async () => {
      const { installation } = await call('PUT', path, body, account)
      return installation
    }
    const registered = await step(name, 'register', async () => {
      let installation = await put()
      if (play.authorize) {
        const headers = { ...account, 'x-bot-id': run.bot, 'x-integration-id': play.integration.id, 'x-installation-id': installation.id }
        const setState = (state, payload) => call('POST', `/v1/chat/states/integration/${play.integration.id}/${state}`, { payload }, headers)
        await play.authorize({ ...play, setState })
        installation = await put()
      }
      if (installation.status !== 'registered') throw new Error(`${installation.status}: ${installation.statusReason}`)
      run.installation = installation
    })
    if (!registered.ok) return
    const hook = hookOf(run.installation)
    const post = (body, headers) => fetch(hook, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } })
    const get = (rest) => fetch(hook + rest)
    const done = await step(name, 'round trip', () => play.trip({ ...run, ...play, hook, post, get, chat: talker(hook, { 'grip-sig': 'signed' }), logged }))
    if (done.ok || !values.verbose) return
    console.log(run.server.log().split('\n').slice(-30).join('\n'))
    for (const c of board.calls.filter((c) => c.status >= 400).slice(-5)) console.log(`${c.status} ${c.method} ${c.host}${c.path} ${c.body} -> ${JSON.stringify(c.answer)}`)
  }

  /** answers talks to a bot over the chat of the server. */
  async function answers(name, id, said) {
    await step(`bot ${name}`, 'answer', async () => {
      const { installation } = await call('GET', `/v1/bellhop/bots/${id}/installations/chat`)
      const chat = talker(hookOf(installation))
      const { key } = await chat('POST', '/users', {})
      const { conversation } = await chat('POST', '/conversations', {}, key)
      await chat('POST', '/messages', { conversationId: conversation.id, payload: { type: 'text', text: 'hi' } }, key)
      let told
      for (const until = Date.now() + logLimit; Date.now() < until; await new Promise((done) => setTimeout(done, 300))) {
        told = await chat('GET', `/conversations/${conversation.id}/messages`, undefined, key)
        if (told.messages.some((m) => m.payload.text?.includes(said))) return
      }
      throw new Error(`it did not say ${said}: ${JSON.stringify(told)}`)
    })
  }

  /** logged waits until the bot has logged a text. */
  async function logged(text) {
    for (const until = Date.now() + logLimit; Date.now() < until; await new Promise((done) => setTimeout(done, 300))) {
      const { logs } = await call('GET', `/v1/admin/bots/${run.bot}/logs?timeStart=1970-01-01T00:00:00Z`, undefined, account)
      if (logs.some((line) => line.message.includes(text))) return
    }
    throw new Error(`the bot did not log ${text}`)
  }
} finally {
  for (const play of Object.values(deployed)) await play?.fake?.stop()
  await run.server?.stop()
  board.stop()
}
process.exit(failures ? 1 : 0)

/** inParallel does something for each, a few at a time. */
async function inParallel(items, does) {
  const left = [...items]
  await Promise.all(Array.from({ length: parallel }, async () => {
    while (left.length) await does(left.shift())
  }))
}

/** dependencies are the interfaces that a project names, by their folder. */
function dependencies(kind, name) {
  const { bpDependencies = {} } = createRequire(import.meta.url)(join(packages, kind, name, 'package.json'))
  return Object.fromEntries(Object.entries(bpDependencies).map(([as, path]) => [as, path.split('/').pop()]))
}

function hookOf(installation) {
  return installation.webhookUrl.replace(publicURL, run.server.url)
}

/** talker calls the chat API at a webhook. */
function talker(hook, more) {
  return async (method, path, body, key) => {
    const headers = { 'content-type': 'application/json', ...more, ...(key && { 'x-user-key': key }) }
    const reply = await fetch(hook + path, { method, headers, body: body && JSON.stringify(body) })
    const said = await reply.text()
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${said}`)
    return JSON.parse(said)
  }
}

function build() {
  const bin = join(root, 'dist', 'bellhop')
  execFileSync('go', ['build', '-o', bin, './cmd/bellhop'], { cwd: root, env: { ...process.env, CGO_ENABLED: '0' }, stdio: 'inherit' })
  return bin
}

// A Bellhop server for the tests: the one that BELLHOP_URL, BELLHOP_TOKEN and
// BELLHOP_BOT_ID name, or else `bellhop dev` on a free port and a new folder.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const startLimit = 30_000
const stopLimit = 10_000

/**
 * startServer returns {url, token, botId, chatUrl, webhookUrl, log(), stop(),
 * kill()} of a server that answers. Call stop when done; it fails when the
 * server had to be killed. kill returns the server that takes its place; one
 * that was not started here has none.
 */
export async function startServer() {
  if (process.env.BELLHOP_URL) return existing(process.env)
  const folder = await mkdtemp(join(tmpdir(), 'bellhop-conformance-'))
  const bin = process.env.BELLHOP_BIN ?? build(join(folder, 'bellhop'))
  return await run(bin, folder, 0)
}

async function run(bin, folder, port) {
  const args = ['dev', '--port', String(port), '--data', join(folder, 'data'), '--json']
  const child = spawn(bin, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const tail = []
  createInterface({ input: child.stderr }).on('line', (line) => tail.push(line) > 400 && tail.shift())
  const log = () => tail.join('\n')
  try {
    const told = await firstLine(child, log)
    const url = told.url.replace(/\/$/, '')
    // kill ends it without warning and starts it again at the same address.
    const kill = async () => {
      const end = once(child, 'exit')
      child.kill('SIGKILL')
      await end
      return await run(bin, folder, new URL(url).port)
    }
    return { ...told, url, log, kill, stop: () => stop(child, folder, log) }
  } catch (err) {
    child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
    throw err
  }
}

/** call makes a call of the server's own API with its account token. */
export async function call(server, method, path, body, headers = {}) {
  const reply = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json', ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await reply.text()
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`)
  return JSON.parse(text)
}

async function existing(env) {
  const server = { url: env.BELLHOP_URL.replace(/\/$/, ''), token: env.BELLHOP_TOKEN, botId: env.BELLHOP_BOT_ID }
  const { installation } = await call(server, 'GET', `/v1/bellhop/bots/${server.botId}/installations/chat`)
  return { ...server, chatUrl: installation.webhookUrl, log: () => '', stop: async () => {} }
}

function build(bin) {
  execFileSync('go', ['build', '-o', bin, './cmd/bellhop'], {
    cwd: root,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return bin
}

async function firstLine(child, log) {
  const limit = AbortSignal.timeout(startLimit)
  const line = once(createInterface({ input: child.stdout }), 'line', { signal: limit })
  const end = once(child, 'exit', { signal: limit }).then(([code]) => {
    throw new Error(`the server ended with ${code} before it told where it is:\n${log()}`)
  })
  end.catch(() => {})
  line.catch(() => {})
  const [text] = await Promise.race([line, end])
  return JSON.parse(text)
}

async function stop(child, folder, log) {
  let killed = false
  if (child.exitCode === null && child.signalCode === null) {
    const end = once(child, 'exit')
    child.kill('SIGINT')
    const timer = setTimeout(() => (killed = child.kill('SIGKILL')), stopLimit)
    await end
    clearTimeout(timer)
  }
  await rm(folder, { recursive: true, force: true })
  if (killed) throw new Error(`the server did not stop within ${stopLimit} ms:\n${log()}`)
  if (child.exitCode !== 0) throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}:\n${log()}`)
}

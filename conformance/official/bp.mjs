// Runs the official command from the folder of built packages, and a server for it to talk to.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify, stripVTControlCharacters } from 'node:util'

export const publicURL = 'https://bots.example.test'
const commandLimit = 240_000

/** startServer runs bellhop serve with a preload that leads to the switchboard. */
export async function startServer(bin, switchboardPort) {
  const folder = await mkdtemp(join(tmpdir(), 'bellhop-official-'))
  const preload = join(folder, 'preload.cjs')
  const text = await readFile(new URL('./preload.cjs', import.meta.url), 'utf8')
  await writeFile(preload, text.replace('SWITCHBOARD_PORT', String(switchboardPort)))
  const args = ['serve', '--listen', '127.0.0.1:0', '--public-url', publicURL, '--data', join(folder, 'data'), '--node-preload', preload, '--node-memory', '512', '--json']
  const child = spawn(bin, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const tail = []
  createInterface({ input: child.stderr }).on('line', (line) => tail.push(line))
  const ended = once(child, 'exit')
  const line = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended.then(() => [])])
  if (!line.length) throw new Error(`the server ended:\n${tail.join('\n')}`)
  const client = JSON.parse(await readFile(join(folder, 'data', 'client.json'), 'utf8'))
  const { url, token } = client

  async function call(method, path, body, headers = {}) {
    const reply = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const said = await reply.text()
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${said}`)
    return JSON.parse(said)
  }
  const stop = async () => {
    child.kill('SIGINT')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  return { url, token, folder, call, stop, log: () => tail.join('\n') }
}

/**
 * official returns a function that runs the command in one of the packages'
 * folders. BP_IS_BOTPRESS_WORKSPACE has it keep the names as they are in the
 * sources; a folder in "handled" has the workspace's handle before its name.
 */
export function official(packages, server, handled) {
  const bin = join(packages, 'packages', 'cli', 'bin.js')
  const common = { ...process.env, npm_config_registry: 'http://127.0.0.1:9/' }
  return async function bp(folder, ...args) {
    const env = { ...common, BP_IS_BOTPRESS_WORKSPACE: String(!handled.includes(folder)) }
    const all = [bin, ...args, '-y', '--botpress-home', join(server.folder, 'home')]
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, all, { cwd: join(packages, folder), env, maxBuffer: 64 << 20, timeout: commandLimit })
      return stripVTControlCharacters(stdout + stderr)
    } catch (err) {
      const said = stripVTControlCharacters((err.stdout ?? '') + (err.stderr ?? ''))
      throw new Error(`bp ${args[0]}: ${said.split('\n').filter((line) => /^\s*[×✘]|rror/.test(line)).join(' ').slice(0, 900) || err.message}`)
    }
  }
}

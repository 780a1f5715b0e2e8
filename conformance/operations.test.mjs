// Every operation of the official API is served here or refused with a reason:
// none is answered as if nobody had heard of it.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { operations, validateReply } from './contract.mjs'
import { startWorld } from './fixtures/setup.mjs'

const parts = ['runtime', 'admin', 'files', 'tables']
let world, doc

before(async () => {
  world = await startWorld()
  doc = await readFile(new URL('../docs/api.md', import.meta.url), 'utf8')
})

after(() => world?.stop())

const shape = (method, path) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`

// rows are the operations of a table of the document, by method and path.
const rows = (from, to) => {
  const text = doc.slice(doc.indexOf(from), doc.indexOf(to))
  return new Map([...text.matchAll(/^\| (\w+) \| ([A-Z]+) `([^`]+)` \|/gm)].map(([, name, method, path]) => [shape(method, path), name]))
}

// ask calls an operation on things that are not there.
async function ask({ method, path }) {
  const reply = await fetch(world.server.url + path.replace(/\{\w+\}/g, 'nothing'), {
    method,
    headers: { authorization: `Bearer ${world.server.token}`, 'x-bot-id': world.server.botId, 'content-type': 'application/json' },
    body: method === 'GET' ? undefined : '{}',
  })
  return { status: reply.status, body: await reply.json() }
}

for (const part of parts)
  test(`the ${part} API`, async () => {
    const served = rows('# The platform API', '## Not served')
    const refused = rows('## Not served', '## Errors')
    for (const op of operations(part)) {
      const key = shape(op.method, op.path)
      const name = served.get(key) ?? refused.get(key)
      assert.equal(name, op.name, `${key} is not documented`)
      const { status, body } = await ask(op)
      if (status >= 400) assert.deepEqual(validateReply(op.name, status, body, part), [], `${op.name}: ${JSON.stringify(body)}`)
      if (!refused.has(key)) assert.notEqual(body.type, 'MethodNotFound', `${op.name}: ${body.message}`)
      else {
        assert.equal(body.type, 'MethodNotFound')
        assert.ok(body.message.startsWith(`${op.name} is not served: `), body.message)
      }
    }
  })

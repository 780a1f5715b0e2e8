// Files, with the official client as a bot and as an integration; each reply is
// held against the contract.
import assert from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { assertContract, install, startWorld } from './fixtures/setup.mjs'
import { startListener } from './fixtures/target.mjs'

let world, code, bot, asBot, asIntegration

before(async () => {
  world = await startWorld()
  code = await startListener()
  const installed = await install(world, { botUrl: code.url, integrationUrl: code.url, sinkUrl: code.url })
  await installed.configure()
  ;({ bot, asBot, asIntegration } = installed)
})

after(async () => {
  await world?.stop()
  await code?.stop()
})

const all = async (lister) => {
  const items = []
  for await (const item of lister) items.push(item)
  return items
}
const keys = (files) => files.map((f) => f.key)
const content = (file) => fetch(file.url).then((res) => res.text())

test('uploadFile, and what is known of the file', async () => {
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString()
  const { file } = await asBot.uploadFile({
    key: 'jobs/queue one.jsonl',
    content: '{"a":1}\n{"a":2}\n',
    tags: { kind: 'queue' },
    metadata: { round: 1, done: false },
    expiresAt,
  })
  const got = (await asBot.getFile({ id: file.id })).file
  assert.equal(got.status, 'upload_completed')
  assert.equal(got.size, 16)
  assert.equal(got.key, 'jobs/queue one.jsonl')
  assert.equal(got.expiresAt, expiresAt)
  assert.deepEqual(got.tags, { kind: 'queue' })
  assert.deepEqual(got.metadata, { round: 1, done: false })
  assert.deepEqual(got.owner, { type: 'bot', id: bot.id })
  assert.equal(await content(got), '{"a":1}\n{"a":2}\n')
  assert.equal((await asBot.getFile({ id: 'jobs/queue one.jsonl' })).file.id, file.id, 'by key')

  const changed = (await asBot.updateFileMetadata({ id: file.id, tags: { kind: null, seen: 'yes' }, metadata: { done: true, round: null } })).file
  assert.deepEqual(changed.tags, { seen: 'yes' })
  assert.deepEqual(changed.metadata, { done: true })
  const again = (await asBot.uploadFile({ key: file.key, content: Buffer.from([0, 255, 1]) })).file
  assert.equal(again.id, file.id)
  const bytes = await fetch((await asBot.getFile({ id: file.id })).file.url).then((res) => res.arrayBuffer())
  assert.deepEqual([...new Uint8Array(bytes)], [0, 255, 1])
  assert.deepEqual(await asBot.deleteFile({ id: file.id }), {})
  await assert.rejects(asBot.getFile({ id: file.id }), { type: 'ResourceNotFound' })
})

test('a public file of an integration, as media are handed over', async () => {
  const { file } = await asIntegration.upsertFile({
    key: 'whatsapp-media_1',
    contentType: 'image/png',
    accessPolicies: ['public_content'],
    publicContentImmediatelyAccessible: true,
    size: 4,
    tags: { source: 'integration' },
  })
  assert.equal(file.status, 'upload_pending')
  const put = await fetch(file.uploadUrl, {
    method: 'PUT',
    body: Buffer.from('\x89PNG', 'latin1'),
    headers: { 'content-type': 'image/png', 'x-amz-tagging': 'public=true' },
  })
  assert.equal(put.status, 200)
  const res = await fetch(file.url)
  assert.equal(res.status, 200)
  assert.equal(res.headers.get('content-type'), 'image/png')
  assert.ok(!new URL(file.url).search, 'its address is for good')
  assert.equal((await asIntegration.getFile({ id: file.id })).file.owner.alias, 'relay')
  assert.equal((await asBot.getFile({ id: file.id })).file.id, file.id)
})

test('uploadFile of a URL', async () => {
  const source = (await asBot.uploadFile({ key: 'source.txt', content: 'from elsewhere', accessPolicies: ['public_content'] })).file
  const { file } = await asIntegration.uploadFile({ key: 'loaded.txt', url: source.url })
  assert.equal(await content((await asIntegration.getFile({ id: file.id })).file), 'from elsewhere')
})

test('lists: tags, ids, order, pages', async () => {
  for (let i = 0; i < 25; i++)
    await asBot.uploadFile({ key: `article-${String(i).padStart(2, '0')}`, content: 'x'.repeat(i + 1), tags: { kbId: 'kb1', even: String(i % 2 === 0), third: String(i % 3) } })
  const listed = await all(asBot.list.files({ tags: { kbId: 'kb1' }, sortField: 'key', sortDirection: 'asc' }))
  assert.deepEqual(keys(listed), Array.from({ length: 25 }, (_, i) => `article-${String(i).padStart(2, '0')}`))
  const bySize = await all(asBot.list.files({ tags: { kbId: 'kb1' }, sortField: 'size' }))
  assert.equal(bySize[0].key, 'article-24')
  const some = await all(asBot.list.files({ tags: { kbId: 'kb1', even: 'true', third: ['0', '1'] } }))
  assert.equal(some.length, 9)
  const others = await all(asBot.list.files({ tags: { kbId: 'kb1', third: { not: '0' } } }))
  assert.equal(others.length, 16)
  const two = await asBot.listFiles({ ids: [listed[3].id, listed[5].id] })
  assert.deepEqual(keys(two.files).sort(), ['article-03', 'article-05'])
  assert.deepEqual(await all(asIntegration.list.files({ tags: { kbId: 'kb1' } })), [], 'an integration does not see the files of the bot')
})

test('search', async () => {
  await asBot.uploadFile({
    key: 'handbook.md',
    index: true,
    tags: { purpose: 'help', title: 'Handbook' },
    content: '# Returns\n\nSend the parcel back within fourteen days.\n\n# Opening hours\n\nThe shop opens at nine.',
  })
  const { file } = await asBot.getFile({ id: 'handbook.md' })
  assert.equal(file.status, 'indexing_completed')
  const query = { query: 'When does the SHOP open?', tags: { purpose: 'help' }, limit: 5 }
  const { passages } = await asBot.searchFiles(query)
  assert.equal(passages[0].content, 'The shop opens at nine.')
  assert.equal(passages[0].file.key, 'handbook.md')
  const near = (await asBot.searchFiles({ ...query, contextDepth: 3, consolidate: true })).passages
  assert.equal(near.length, 1)
  assert.match(near[0].content, /Opening hours[^]*nine/)
  assert.equal((await asBot.listFilePassages({ id: file.id })).passages.length, 4)
  assert.deepEqual((await asBot.searchFiles({ query: 'zebra' })).passages, [])
})

test('copies', async () => {
  const { file } = await asBot.uploadFile({ key: 'old name', content: 'kept' })
  const copy = (await asBot.copyFile({ idOrKey: file.key, destinationKey: 'new/name' })).file
  await asBot.deleteFile({ id: file.key })
  assert.equal(await content(copy), 'kept')
  await assert.rejects(asBot.copyFile({ idOrKey: 'new/name', destinationKey: 'source.txt' }), { type: 'AlreadyExists' })
})

test('what is refused', async () => {
  await assert.rejects(asBot.upsertFile({ key: 'huge', size: 1e12 }), { type: 'PayloadTooLarge' })
  await assert.rejects(asBot.upsertFile({ key: '', size: 1 }), { type: 'InvalidPayload' })
  await assert.rejects(asBot.listFiles({ sortField: 'color' }), { type: 'InvalidQuery' })
  const { file } = await asBot.upsertFile({ key: 'waiting', size: 1 })
  assert.equal((await fetch(file.url)).status, 404, 'there is no content yet')
  assert.equal((await fetch(file.uploadUrl.replace(/signature=./, 'signature=_'), { method: 'PUT', body: 'x' })).status, 403)
})

test('every operation of the table was called', async () => {
  const folder = new URL('../platform/', import.meta.url)
  const files = (await readdir(folder)).filter((name) => name.startsWith('op_files'))
  const source = (await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')))).join('\n')
  const table = [...source.matchAll(/Name: "(\w+)", Method: "\w+", Path: "\/v1\/files/g)].map((m) => m[1])
  assert.ok(table.length > 7)
  assert.deepEqual(table.filter((name) => !world.proxy.called.has(name)), [])
})

test('every reply keeps to the contract', () => assertContract(world.proxy))

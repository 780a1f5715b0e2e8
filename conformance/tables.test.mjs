// Tables, with the official client as a bot and as an integration; each reply is
// held against the contract.
import assert from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { assertContract, install, startWorld } from './fixtures/setup.mjs'
import { startListener } from './fixtures/target.mjs'

let world, code, asBot, asIntegration

before(async () => {
  world = await startWorld()
  code = await startListener()
  const installed = await install(world, { botUrl: code.url, integrationUrl: code.url, sinkUrl: code.url })
  await installed.configure()
  ;({ asBot, asIntegration } = installed)
})

after(async () => {
  await world?.stop()
  await code?.stop()
})

const table = 'examplesTable'
const schema = {
  key: { type: 'string' },
  input: { type: 'object', nullable: true, 'x-zui': { searchable: true } },
  status: { type: 'string', enum: ['pending', 'approved'] },
  score: { type: 'number' },
}
const keys = (rows) => rows.map((row) => row.key)

test('a table is made once', async () => {
  const settings = { table, schema, factor: 2, isComputeEnabled: false, tags: { system: 'true' } }
  const made = await asBot.getOrCreateTable(settings)
  assert.equal(made.created, true)
  const again = await asBot.getOrCreateTable(settings)
  assert.equal(again.created, false)
  assert.equal(again.table.id, made.table.id)
  assert.equal(made.table.factor, 2)
  assert.equal(made.table.schema.properties.input['x-zui'].searchable, true)
  const other = (await asBot.createTable({ name: 'other', schema: { type: 'object', properties: { at: { type: 'string', format: 'date-time' } }, required: ['at'] } })).table
  assert.deepEqual((await asBot.listTables({ tags: { system: 'true' } })).tables.map((t) => t.name), [table])
  assert.equal((await asBot.listTables({})).tables.length, 2)
  const changed = await asBot.updateTable({ table: other.id, name: 'renamed', schema: { more: { type: 'boolean' } }, tags: { a: 'b' } })
  assert.deepEqual(Object.keys(changed.table.schema.properties).sort(), ['at', 'more'])
  assert.deepEqual(await asBot.deleteTable({ table: 'renamed' }), {})
  await assert.rejects(asBot.getTable({ table: other.id }), { type: 'ResourceNotFound' })
})

test('rows', async () => {
  const rows = ['a', 'b', 'c'].map((key, i) => ({ key, input: { value: `word${i} common` }, status: 'approved', score: i }))
  const made = await asIntegration.createTableRows({ table, rows })
  assert.deepEqual(keys(made.rows), ['a', 'b', 'c'])
  assert.equal((await asBot.getTable({ table })).rows, 3)
  const found = await asBot.findTableRows({ table, filter: { status: 'approved', score: { $gt: 0 } }, orderBy: 'score', orderDirection: 'desc', limit: 1 })
  assert.deepEqual(keys(found.rows), ['c'])
  assert.equal(found.hasMore, true)
  const searched = await asBot.findTableRows({ table, search: JSON.stringify({ value: 'word1' }), limit: 10 })
  assert.equal(searched.rows[0].key, 'b', 'the best first')
  assert.ok(searched.rows[0].similarity > 0)
  const [row] = found.rows
  const { rows: updated } = await asBot.updateTableRows({ table, rows: [{ id: row.id, score: 10 }] })
  assert.equal(updated[0].score, 10)
  assert.deepEqual((await asBot.getTableRow({ table, id: row.id })).row.input, { value: 'word2 common' })
  const upserted = await asBot.upsertTableRows({ table, keyColumn: 'key', rows: [{ key: 'a', score: null }, { key: 'd', status: 'pending' }] })
  assert.deepEqual([keys(upserted.updated), keys(upserted.inserted)], [['a'], ['d']])
  assert.equal((await asBot.deleteTableRows({ table, filter: { status: 'pending' } })).deletedRows, 1)
  assert.equal((await asBot.deleteTableRows({ table, ids: [row.id] })).deletedRows, 1)
  assert.equal((await asBot.deleteTableRows({ table, deleteAllRows: true })).deletedRows, 2)
})

test('what is refused', async () => {
  await assert.rejects(asBot.createTableRows({ table, rows: [{ status: 'lost' }] }), (err) => err.type === 'InvalidDataFormat' && err.message.includes('rows.0.status'))
  await assert.rejects(asBot.findTableRows({ table, filter: { key: { $near: 1 } } }), (err) => err.type === 'InvalidPayload' && err.message.includes('$near'))
  const computed = { a: { type: 'string', 'x-zui': { computed: { action: 'ai', prompt: 'x' } } } }
  await assert.rejects(asBot.createTable({ name: 'x', schema: computed }), (err) => err.message.includes('computed'))
  await assert.rejects(asBot.createTable({ name: table, schema }), { type: 'AlreadyExists' })
  await assert.rejects(asBot.findTableRows({ table: 'none' }), { type: 'ResourceNotFound' })
})

test('every operation of the table was called', async () => {
  const folder = new URL('../platform/', import.meta.url)
  const files = (await readdir(folder)).filter((name) => name.startsWith('op_table'))
  const source = (await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')))).join('\n')
  const names = [...source.matchAll(/Name: "(\w+)", Method: "\w+", Path: "\/v1\/tables/g)].map((m) => m[1])
  assert.ok(names.length > 11)
  assert.deepEqual(names.filter((name) => !world.proxy.called.has(name)), [])
})

test('every reply keeps to the contract', () => assertContract(world.proxy))

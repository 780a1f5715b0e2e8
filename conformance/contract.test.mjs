import { test } from 'node:test'
import assert from 'node:assert/strict'
import { matchOperation, operations, validateReply } from './contract.mjs'

const now = '2026-01-02T03:04:05.678Z'
const user = { id: 'user_01J00000000000000000000000', createdAt: now, updatedAt: now, tags: {} }

test('every operation compiles', () => {
  for (const part of ['runtime', 'admin'])
    for (const op of operations(part)) assert.ok(Array.isArray(validateReply(op.name, op.status, {}, part)), op.name)
})

test('a good reply passes', () => {
  assert.deepEqual(validateReply('createUser', 201, { user }), [])
})

test('a broken reply is told by path', () => {
  for (const [broken, path] of [
    [{ ...user, createdAt: 'yesterday' }, '/user/createdAt'],
    [{ ...user, tags: { a: 1 } }, '/user/tags/a'],
    [{ ...user, id: undefined }, '/user'],
  ]) {
    const faults = validateReply('createUser', 201, JSON.parse(JSON.stringify({ user: broken })))
    assert.ok(faults.some((f) => f.path === path), JSON.stringify(faults))
  }
  assert.notDeepEqual(validateReply('createUser', 200, { user }), [])
})

test('an error reply has an official type and its own status', () => {
  const body = { id: 'err_1', code: 404, type: 'ResourceNotFound', message: 'no such user' }
  assert.deepEqual(validateReply('getUser', 404, body), [])
  assert.notDeepEqual(validateReply('getUser', 400, body), [])
  assert.notDeepEqual(validateReply('getUser', 404, { ...body, type: 'Nope' }), [])
  assert.notDeepEqual(validateReply('getUser', 404, { message: 'no' }), [])
})

test('a path leads to its operation', () => {
  assert.equal(matchOperation('GET', '/v1/chat/users/x').name, 'getUser')
  assert.equal(matchOperation('POST', '/v1/chat/users/get-or-create').name, 'getOrCreateUser')
  assert.equal(matchOperation('GET', '/v1/nowhere'), undefined)
})

// The official client of Linear against the stand-in that our own tests use,
// and the stand-in's webhooks against the official verification.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { LinearClient, LinearErrorType } from '@linear/sdk'
import { LinearWebhookClient } from '@linear/sdk/webhooks'
import { findContract, startStandin } from './fixtures/standin.mjs'

const { contract, skip } = findContract('linear', 'schema.graphql')

describe('the stand-in for Linear', { skip }, () => {
  let fake, admin, member
  before(async () => {
    fake = await startStandin('linear', '-schema', contract)
    const client = (apiKey) => new LinearClient({ apiKey, apiUrl: `${fake.url}/graphql` })
    admin = client(fake.adminKey)
    member = client(fake.memberKey)
  })
  after(() => fake?.stop())

  // tell has the stand-in do something that cannot go wrong.
  const tell = async (order) => {
    const answer = await fake.tell(order)
    assert.equal(answer.error, undefined)
    return answer
  }

  test('is read by the official client', async () => {
    const me = await admin.viewer
    assert.equal(me.name, 'Grace Hopper')
    assert.equal(me.admin, true)
    const issue = await member.issue('ENG-1')
    assert.equal(issue.title, 'The lift is stuck')
    assert.equal((await issue.team).key, 'ENG')
    assert.equal((await issue.state).name, 'Todo')
    assert.equal((await member.user(fake.adaId)).timezone, 'Europe/London')
    assert.equal((await (await member.issue('ENG-2')).parent).identifier, 'ENG-1')
  })

  test('pages', async () => {
    const page = await member.issues({ first: 2 })
    assert.equal(page.nodes.length, 2)
    assert.equal(page.pageInfo.hasNextPage, true)
    await page.fetchNext()
    assert.deepEqual(page.nodes.map((i) => i.identifier), ['ENG-1', 'ENG-2', 'OPS-3'])
    const found = await member.issues({ filter: { or: [{ title: { containsIgnoreCase: 'MECHANIC' } }, { number: { eq: 3 } }] } })
    assert.deepEqual(found.nodes.map((i) => i.identifier), ['ENG-2', 'OPS-3'])
    assert.deepEqual((await member.teams({ filter: { key: { eqIgnoreCase: 'ops' } } })).nodes.map((t) => t.name), ['Operations'])
    assert.deepEqual((await member.workflowStates()).nodes.map((s) => s.name), ['Todo', 'Done'])
    assert.equal((await member.users()).nodes.length, 4)
  })

  test('is written by the official client', async () => {
    const id = '0b0c0d0e-0000-4000-8000-00000000abcd'
    const made = await member.createComment({ id, issueId: fake.issueId, parentId: fake.commentId, body: '**Hi**' })
    assert.equal(made.success, true)
    const comment = await made.comment
    assert.equal(comment.id, id)
    assert.equal(comment.body, '**Hi**')
    await assert.rejects(member.createComment({ id, issueId: fake.issueId, body: 'again' }), { type: LinearErrorType.InvalidInput })
    const same = await member.comments({ filter: { id: { eq: id } }, first: 1 })
    assert.equal(same.nodes.length, 1)
    const issue = await (await member.createIssue({ teamId: fake.teamId, title: 'New', priority: 1 })).issue
    assert.equal(issue.priority, 1)
    assert.equal((await member.updateIssue(issue.id, { title: 'Newer' })).success, true)
    assert.equal((await member.createIssueRelation({ issueId: issue.id, relatedIssueId: fake.issueId, type: 'duplicate' })).success, true)
    assert.equal((await member.deleteIssue(issue.id)).success, true)
    assert.equal((await member.commentResolve(fake.commentId)).success, true)
  })

  test('lets admins make webhooks', async () => {
    const input = { url: 'https://bellhop.test/hook', resourceTypes: ['Issue', 'Comment'], allPublicTeams: true, secret: 's' }
    await assert.rejects(member.createWebhook(input), { type: LinearErrorType.Forbidden })
    const hook = await (await admin.createWebhook(input)).webhook
    assert.equal(hook.url, input.url)
    assert.equal((await admin.updateWebhook(hook.id, { enabled: false })).success, true)
    assert.deepEqual((await admin.webhooks()).nodes.map((h) => h.enabled), [false])
    assert.equal((await admin.deleteWebhook(hook.id)).success, true)
    assert.equal((await admin.webhooks()).nodes.length, 0)
  })

  test('refuses as Linear does', async () => {
    const stranger = new LinearClient({ apiKey: 'lin_api_wrong', apiUrl: `${fake.url}/graphql` })
    await assert.rejects(stranger.viewer, { type: LinearErrorType.AuthenticationError })
    const bearer = new LinearClient({ accessToken: fake.memberKey, apiUrl: `${fake.url}/graphql` })
    await assert.rejects(bearer.viewer, { type: LinearErrorType.AuthenticationError })
    await assert.rejects(member.createComment({ issueId: fake.issueId, body: 'x', createAsUser: 'Eve' }), { type: LinearErrorType.InvalidInput })
    await assert.rejects(member.createComment({ issueId: fake.issueId, body: 'x', id: 'not-a-uuid' }), { type: LinearErrorType.InvalidInput })
    await assert.rejects(member.issue('ENG-404'), { type: LinearErrorType.InvalidInput })
    await assert.rejects(member.client.rawRequest('{ viewer { shoeSize } }'), { type: LinearErrorType.GraphqlError })
    await assert.rejects(member.client.rawRequest('query($id: String!) { issue(id: $id) { id } }', {}), { type: LinearErrorType.GraphqlError })
    await tell({ rateLimited: true })
    await assert.rejects(member.viewer, (err) => {
      assert.equal(err.type, LinearErrorType.Ratelimited)
      assert.equal(err.status, 400)
      assert.equal(err.requestsRemaining, 0)
      assert.ok(err.requestsResetAt > Date.now() && err.requestsResetAt <= Date.now() + 60_000, `reset at ${err.requestsResetAt}`)
      return true
    })
  })

  test('signs and shapes webhooks as the official client wants them', async () => {
    const secret = 'signing-secret'
    const got = []
    const handler = new LinearWebhookClient(secret).createHandler()
    handler.on('*', (payload) => got.push(payload))
    const server = createServer(handler).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const target = `http://127.0.0.1:${server.address().port}/`
    const comment = {
      type: 'Comment', action: 'create', target, secret, delivery: 'd1',
      data: { id: fake.commentId, body: 'Hi', issueId: fake.issueId, user: { id: fake.adaId, name: 'Ada', email: 'a', url: 'u' }, userId: fake.adaId },
    }
    try {
      assert.equal((await tell(comment)).status, 200)
      assert.equal(got[0].type, 'Comment')
      assert.equal(got[0].data.body, 'Hi')
      assert.equal(got[0].actor.name, 'Ada')
      assert.equal((await tell({ ...comment, type: 'Issue', action: 'update', data: { id: fake.issueId, title: 'T' }, updatedFrom: { title: 'S' } })).status, 200)
      assert.deepEqual(got[1].updatedFrom, { title: 'S' })
      assert.equal((await tell({ ...comment, ago: 55 })).status, 200)
      assert.equal((await tell({ ...comment, ago: 65 })).status, 400, 'stale')
      assert.equal((await tell({ ...comment, secret: 'other' })).status, 400, 'wrong key')
      assert.equal(got.length, 3)
    } finally {
      server.close()
    }
  })
})

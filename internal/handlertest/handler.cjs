'use strict'
// The suite's handler as a bundle: it answers as the Go handler beside it.

const refuse = (status, type, message, headers = {}) => {
  const body = JSON.stringify({ id: 'err_1', code: status, type, message })
  return Object.assign(new Error(message), { answer: { status, headers: { 'content-type': 'application/json', ...headers }, body } })
}
const invalid = (message) => refuse(400, 'InvalidPayload', message)
const unexpected = () => refuse(500, 'Runtime', 'unexpected error')
const isObject = (v) => typeof v === 'object' && v !== null && !Array.isArray(v)

const answer = (value) => ({ status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) })

const parse = (text) => {
  let body
  try {
    body = JSON.parse(text)
  } catch {
    throw invalid('the body is not JSON')
  }
  if (!isObject(body)) throw invalid('the body is not an object')
  return body
}

const api = async (req, method, path, body) => {
  const headers = { authorization: `Bearer ${process.env.BP_TOKEN}`, 'content-type': 'application/json', 'x-bot-id': req.headers['x-bot-id'] }
  const reply = await fetch(process.env.BP_API_URL + path, { method, headers, body: JSON.stringify(body) })
  if (!reply.ok) throw unexpected()
  return await reply.json()
}

const state = (req) => `/v1/chat/states/integration/${req.headers['x-integration-id']}/credentials`

const register = async (req, body) => {
  const config = JSON.parse(Buffer.from(req.headers['x-bp-configuration'], 'base64').toString())
  const type = req.headers['x-bp-configuration-type'] ?? ''
  if (type !== '' && type !== 'manual') throw refuse(400, 'Runtime', `there is no configuration ${type}`)
  if (type === 'manual' && typeof config.key !== 'string') throw refuse(400, 'Runtime', 'the configuration has no key')
  await api(req, 'POST', state(req), { payload: { key: body.webhookUrl } })
  return answer({})
}

const message = async (req, body) => {
  if (body.conversation?.channel !== 'dm') throw invalid(`there is no channel ${body.conversation?.channel}`)
  if (body.type !== 'text') throw invalid(`the channel has no message ${body.type}`)
  if (!isObject(body.payload)) throw invalid('payload is not an object')
  if (typeof body.payload.text !== 'string' || body.payload.text === '') throw invalid('payload.text is empty')
  await api(req, 'PUT', `/v1/chat/messages/${body.message.id}`, { tags: { id: `ext-${body.payload.text}` } })
  return answer({})
}

const fail = (how) => {
  switch (how) {
    case 'runtime': throw refuse(400, 'Runtime', 'no such account')
    case 'invalid': throw invalid('that is wrong')
    case 'other': throw refuse(500, 'ResourceNotFound', 'user not found')
    case 'later': throw refuse(503, 'RateLimited', 'slow down', { 'Retry-After': '2' })
    case 'plain': case 'panic': throw new Error('password hunter2 is wrong')
    case 'rubbish': case 'nothing': throw unexpected()
  }
  return answer({ output: { done: how }, meta: { cost: 0 } })
}

const action = (body) => {
  if (body.type !== 'fail') throw invalid(`there is no action ${body.type}`)
  if (!isObject(body.input) || typeof body.input.how !== 'string') throw invalid('input.how is missing')
  return fail(body.input.how)
}

const webhook = async (req, { req: inner }) => {
  if (!isObject(inner)) throw invalid('req is missing')
  switch (inner.path) {
    case '/status': return { status: 42, body: '' }
    case '/none': return undefined
    case '/undefined': throw refuse(400, 'Runtime', 'event nonesuch is not defined')
    case '/event': {
      const { event } = await api(req, 'POST', '/v1/chat/events', { type: 'noticed', payload: { key: inner.body } })
      return { status: 202, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ type: event.type }) }
    }
  }
  return { status: 418, headers: { 'content-type': 'text/plain' }, body: inner.body }
}

const handle = async (req) => {
  const operation = req.headers['x-bp-operation']
  const body = parse(req.body)
  switch (operation) {
    case 'ping': case 'create_conversation': case 'message_updated': case 'conversation_updated': return answer({})
    case 'register': return await register(req, body)
    case 'unregister':
      await api(req, 'POST', state(req), { payload: null })
      return answer({})
    case 'message_created': return await message(req, body)
    case 'action_triggered': return action(body)
    case 'webhook_received': return await webhook(req, body)
    case 'create_user': return answer({ user: { id: `user_${body.tags.id}`, tags: body.tags } })
  }
  throw invalid(`there is no operation ${operation}`)
}

module.exports.default = {
  async handler(req) {
    try {
      return await handle(req)
    } catch (err) {
      return (err.answer ? err : unexpected()).answer
    }
  },
}

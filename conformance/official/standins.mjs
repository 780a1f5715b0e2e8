// What plays the vendors: the strict stand-ins of the Go tests as processes,
// and small ones of LINE, Messenger and the chat signals.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** startStandin builds and runs a servetest; tell gives it an order. */
export async function startStandin(root, folder, name, args) {
  const bin = join(folder, `standin-${name}`)
  execFileSync('go', ['build', '-o', bin, `./integrations/${name}/${name}test/servetest`], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  const child = spawn(bin, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`the stand-in of ${name} ended`)
    return JSON.parse(value)
  }
  const about = await answer()
  const tell = (order) => (child.stdin.write(JSON.stringify(order) + '\n'), answer())
  const stop = async () => {
    const ended = once(child, 'exit')
    child.stdin.end()
    await ended
  }
  return { ...about, tell, stop }
}

/** line answers what the LINE Messaging API does, for one channel. */
export function line(token) {
  let sent = 0
  const used = new Set()
  return (call) => {
    if (call.headers.authorization !== `Bearer ${token}`) return { status: 401, body: { message: 'Authentication failed' } }
    const body = JSON.parse(call.body || '{}')
    const refuse = (message) => ({ status: 400, body: { message } })
    switch (`${call.method} ${call.path}`) {
      case 'POST /v2/bot/message/reply':
        if (!body.replyToken || used.has(body.replyToken)) return refuse('Invalid reply token')
        used.add(body.replyToken)
        break
      case 'POST /v2/bot/message/push':
        if (!/^U[0-9a-f]{32}$/.test(body.to ?? '')) return refuse("The property, 'to', in the request body is invalid")
        break
      default:
        return { status: 404, body: { message: 'Not found' } }
    }
    const { messages } = body
    if (!Array.isArray(messages) || messages.length < 1 || messages.length > 5) return refuse('messages: Size must be between 1 and 5')
    if (messages.some((m) => m.type === 'text' && !m.text)) return refuse('messages[0].text: May not be empty')
    return { body: { sentMessages: messages.map(() => ({ id: String(++sent), quoteToken: 'q' })) } }
  }
}

/** messenger answers what Meta's Graph API does for a page. */
export function messenger(token) {
  let sent = 0
  return (call) => {
    const url = new URL(call.path, 'https://graph.facebook.com')
    const given = url.searchParams.get('access_token') ?? call.headers.authorization?.replace('Bearer ', '')
    if (given !== token) return { status: 400, body: { error: { message: 'Invalid OAuth access token', type: 'OAuthException', code: 190 } } }
    if (call.method === 'POST' && /\/me\/messages$/.test(url.pathname)) {
      const form = call.headers['content-type']?.includes('urlencoded') ? Object.fromEntries(new URLSearchParams(call.body)) : JSON.parse(call.body)
      if (!form.recipient) return { status: 400, body: { error: { message: '(#100) The parameter recipient is required', type: 'OAuthException', code: 100 } } }
      return { body: { recipient_id: form.recipient.id, message_id: `m_${++sent}` } }
    }
    if (call.method === 'GET') return { body: { id: url.pathname.split('/').pop(), first_name: 'Ada', last_name: 'Lovelace', name: 'Ada Lovelace', profile_pic: 'https://example.test/ada.jpg' } }
    return { status: 404, body: { error: { message: 'Unknown path', type: 'OAuthException', code: 2500 } } }
  }
}

// What plays the vendors that have no strict stand-in: LINE, Messenger and the
// chat signals.

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

package bench_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/bench"
	"github.com/bellhop-dev/bellhop/internal/requiretest"
)

// Code as small as can be, which does what the official SDK's would.
const (
	api = `
const api = async (req, path, body) => {
  const headers = { authorization: 'Bearer ' + process.env.BP_TOKEN, 'content-type': 'application/json' }
  for (const name of ['x-bot-id', 'x-integration-id', 'x-integration-alias']) if (req.headers[name]) headers[name] = req.headers[name]
  const reply = await fetch(process.env.BP_API_URL + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!reply.ok) throw new Error(path + ': ' + (await reply.text()))
}
`
	integrationCode = api + `
const by = ['id']
const webhook = async (req, { req: { body } }) => {
  let m
  try { m = JSON.parse(body) } catch { return { status: 400, body: 'no message' } }
  await api(req, '/v1/chat/initialize-incoming-message', {
    user: { tags: { id: m.user }, discriminateByTags: by },
    conversation: { channel: 'channel', tags: { id: m.conversation }, discriminateByTags: by },
    message: { type: 'text', payload: { text: m.text }, tags: { id: m.id }, discriminateByTags: by },
  })
}
module.exports.default = { async handler(req) {
  const body = JSON.parse(req.body)
  switch (req.headers['x-bp-operation']) {
    case 'webhook_received': return await webhook(req, body)
    case 'message_created': {
      const { sink } = JSON.parse(Buffer.from(req.headers['x-bp-configuration'], 'base64'))
      await fetch(sink, { method: 'POST', body: JSON.stringify({ text: body.payload.text }) })
    }
  }
} }`
	botCode = api + `
module.exports.default = { async handler(req) {
  if (req.headers['x-bp-operation'] !== 'event_received') return
  const { message } = JSON.parse(req.body).event.payload
  const { conversationId, payload } = message
  await api(req, '/v1/chat/messages', { conversationId, userId: req.headers['x-bot-id'], type: 'text', payload, tags: {} })
} }`
)

func TestBundle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, code := range map[string]string{"integration.cjs": integrationCode, "bot.cjs": botCode} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(code), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	results, err := bench.Run(t.Context(), bench.Config{
		Duration: 100 * time.Millisecond, Warmup: 10 * time.Millisecond, Conversations: 2, Dir: t.TempDir(),
		Bundle: dir, Node: requiretest.Tool(t, "node"), Only: "bundle",
	}, func(r bench.Result) { t.Logf("%+v", r) })
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 1 || results[0].RoundTrips == 0 || results[0].CodeMemory == 0 || results[0].Memory == 0 || results[0].ColdStart == 0 || results[0].PerCPUSecond == 0 {
		t.Errorf("Run = %+v, want one result with all that is measured of a bundle", results)
	}
}

func TestBundleThatIsMissing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := bench.Run(t.Context(), bench.Config{Dir: t.TempDir(), Bundle: dir}, func(bench.Result) {})
	if err == nil || !strings.Contains(err.Error(), "node bench.mjs") {
		t.Errorf("Run with an empty folder = %v, want it to say how to build", err)
	}
	for _, name := range []string{"integration.cjs", "bot.cjs"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err = bench.Run(t.Context(), bench.Config{Dir: t.TempDir(), Bundle: dir, Node: "nonesuch", Only: "bundle"}, func(bench.Result) {})
	if err == nil || !strings.Contains(err.Error(), "there is no Node here") {
		t.Errorf("Run without Node = %v, want it to say what is missing", err)
	}
}

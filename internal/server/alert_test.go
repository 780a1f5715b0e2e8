package server_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
	"github.com/bellhop-dev/bellhop/wire"
)

// endpoint is an operator's: it keeps what it got.
type endpoint struct {
	t      *testing.T
	url    string
	status atomic.Int64 // that it answers; 0 is 204
	got    chan received
}

// received is an alert as it came in.
type received struct {
	header http.Header
	raw    []byte
	platform.AlertPayload
}

func newEndpoint(t *testing.T) *endpoint {
	t.Helper()
	e := &endpoint{t: t, got: make(chan received, 100)}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		got := received{header: r.Header, raw: raw}
		if err != nil || json.Unmarshal(raw, &got.AlertPayload) != nil {
			t.Errorf("an alert that cannot be read: %q, %v", raw, err)
		}
		w.WriteHeader(max(204, int(e.status.Load())))
		e.got <- got
	}))
	t.Cleanup(srv.Close)
	e.url = srv.URL
	return e
}

func (e *endpoint) next() received {
	e.t.Helper()
	select {
	case got := <-e.got:
		e.documented(got)
		return got
	case <-time.After(time.Minute):
		e.t.Fatal("no alert came")
		panic("unreachable")
	}
}

// documented checks that docs/alerts.md has the type with each of the members.
func (e *endpoint) documented(got received) {
	e.t.Helper()
	page, err := os.ReadFile("../../docs/alerts.md")
	if err != nil {
		e.t.Fatal(err)
	}
	_, row, ok := strings.Cut(string(page), "\n| `"+got.Type+"` |")
	row, _, _ = strings.Cut(row, "\n")
	var body struct{ Data map[string]any }
	if err := json.Unmarshal(got.raw, &body); err != nil || !ok {
		e.t.Fatalf("%s is not in the table of docs/alerts.md: %v", got.Type, err)
	}
	_, members, _ := strings.Cut(row, "|")
	for name := range body.Data {
		if !strings.Contains(members, "`"+name+"`") {
			e.t.Errorf("docs/alerts.md does not have the member %s of %s", name, got.Type)
		}
	}
}

// signedBy reports whether the alert is signed with a secret, as a receiver
// would find out.
func (r received) signedBy(t *testing.T, secret string) bool {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(r.header.Get("Webhook-Id") + "." + r.header.Get("Webhook-Timestamp") + "."))
	mac.Write(r.raw)
	return slices.Contains(strings.Fields(r.header.Get("Webhook-Signature")), "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// asking is vendorCode whose definition asks for delivery_failed.
func (v *vendorCode) asking(name, number string) integration.Integration {
	in := v.version(name, number)
	in.Definition.ExtraOperations = []string{wire.OpDeliveryFailed}
	return in
}

// failing is a server whose bot answers with a status, in the wire's error form.
type failing struct {
	*life
	answer atomic.Int64 // status; 0 is 200
	in     *platform.Installation
	alerts *endpoint
	secret string
}

func newFailing(t *testing.T, change func(*config.Config)) *failing {
	t.Helper()
	code := newVendorCode()
	f := &failing{life: &life{code: code}, alerts: newEndpoint(t)}
	f.fixture = setupWith(t, nil, func(c *config.Config) {
		c.AlertWindow, c.DeliveryAttempts, c.DeliveryTimeout = time.Millisecond, 100, time.Minute
		change(c)
	}, code.asking("acme", "1.0.0"))
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status := int(f.answer.Load()); status != 0 && r.Header.Get(wire.HeaderOperation) == wire.OpEventReceived {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"id":"err_1","code":400,"type":"Runtime","message":"my words: hello"}`)
		}
	}))
	t.Cleanup(bot.Close)
	made, err := f.srv.Client().CreateBot(t.Context(), &platform.CreateBotInput{URL: bot.URL})
	if err != nil {
		t.Fatal(err)
	}
	f.bot = made.Bot.ID
	f.in = f.put("acme", withKey("abc"))
	alert, err := f.srv.Client().CreateAlert(t.Context(), &platform.CreateAlertInput{URL: f.alerts.url, BotID: f.bot})
	if err != nil {
		t.Fatal(err)
	}
	f.secret = alert.Secret
	return f
}

// write has a person write into a conversation and returns the message's id.
func (f *failing) write(conversation string) string {
	f.t.Helper()
	ctx := f.t.Context()
	u, err := f.as(f.in).GetOrCreateUser(ctx, &platform.GetOrCreateUserInput{Tags: platform.Tags{"id": "u"}})
	if err != nil {
		f.t.Fatal(err)
	}
	m, err := f.as(f.in).CreateMessage(ctx, &platform.CreateMessageInput{ConversationID: conversation, UserID: u.User.ID,
		Type: message.TypeText, Payload: json.RawMessage(`{"text":"hello"}`)})
	if err != nil {
		f.t.Fatal(err)
	}
	return m.Message.ID
}

func (f *failing) settings(patch string) {
	f.t.Helper()
	if _, err := f.srv.Client().UpdateBotSettings(f.t.Context(), &platform.UpdateBotSettingsInput{ID: f.bot, Settings: json.RawMessage(patch)}); err != nil {
		f.t.Fatal(err)
	}
}

// A message that the bot refuses is reported to the operator, signed and without
// what was written; to the integration; and to the person, once until the bot
// takes a message again.
func TestDeadLetterIsReported(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, engine func(*config.Config)) {
		f := newFailing(t, engine)
		f.settings(`{"failure":{"message":"Sorry, try again later."}}`)
		f.answer.Store(400)
		conversation := f.conversation(f.in, "c")
		first := f.write(conversation)
		got := f.alerts.next()
		if got.Type != platform.AlertDeliveryDead || got.Data.Count != 1 || got.Data.BotID != f.bot || got.Data.Target != "bot" || len(got.Data.DeliveryIDs) != 1 {
			t.Errorf("the alert is %s", got.raw)
		}
		if !got.signedBy(t, f.secret) || !strings.HasPrefix(got.header.Get("Webhook-Id"), "dlv_") {
			t.Errorf("the alert's signature does not match: %v", got.header)
		}
		if strings.Contains(string(got.raw), "hello") {
			t.Errorf("the alert holds what was written: %s", got.raw)
		}
		failed := f.code.wait(t, wire.OpDeliveryFailed, 1)[0]
		if body := string(failed.Body); !strings.Contains(body, `"messageId":"`+first+`"`) || !strings.Contains(body, `"outcome":"dead"`) {
			t.Errorf("the integration got %s", body)
		}
		f.write(conversation)
		f.code.wait(t, wire.OpDeliveryFailed, 2)
		if texts, _ := f.heard(1); !slices.Equal(texts, []string{"Sorry, try again later."}) {
			t.Errorf("the person got %q, want the text once", texts)
		}
		f.answer.Store(0)
		f.write(conversation) // the outage ends
		f.endOfOutage()
		f.answer.Store(400)
		f.write(conversation)
		if texts, _ := f.heard(2); len(texts) != 2 {
			t.Errorf("after the second outage the person got %q", texts)
		}
	})
}

// endOfOutage waits until the server has seen that the bot takes messages.
func (f *failing) endOfOutage() {
	f.t.Helper()
	f.waitFor("the end of the outage", func() bool { return len(f.srv.Outages(f.t.Context())) == 0 })
}

func (f *failing) waitFor(what string, done func() bool) {
	f.t.Helper()
	late := time.After(time.Minute)
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !done() {
		select {
		case <-ticker.C:
		case <-late:
			f.t.Fatalf("%s did not come", what)
		}
	}
}

// A bot that fails for too long is reported as down and, once it takes a
// message, as up; the conversations whose messages wait are mentioned. The
// server knows past a restart.
func TestTargetDownAndUp(t *testing.T) {
	t.Parallel()
	f := newFailing(t, func(*config.Config) {})
	f.settings(`{"failure":{"message":"We are back soon.","downAfter":"1s"}}`)
	f.answer.Store(503)
	f.write(f.conversation(f.in, "c"))
	down := f.alerts.next()
	if down.Type != platform.AlertTargetDown || down.Data.BotID != f.bot || down.Data.Since == nil {
		t.Errorf("the alert is %s", down.raw)
	}
	if body := string(f.code.wait(t, wire.OpDeliveryFailed, 1)[0].Body); !strings.Contains(body, `"outcome":"waiting"`) {
		t.Errorf("the integration got %s", body)
	}
	if texts, _ := f.heard(1); texts[0] != "We are back soon." {
		t.Errorf("the person got %q", texts)
	}
	f.stop()
	f.start()
	f.answer.Store(0)
	f.write(f.conversation(f.in, "other"))
	up := f.alerts.next()
	if up.Type != platform.AlertTargetUp || up.Data.Since == nil || !up.Data.Since.Equal(down.Data.Since.Time) {
		t.Errorf("the alert is %s, want the bot up since %s", up.raw, down.Data.Since)
	}
}

// Dead letters of one target within the window are one alert.
func TestStormIsOneAlert(t *testing.T) {
	t.Parallel()
	f := newFailing(t, func(c *config.Config) { c.AlertWindow = 5 * time.Second })
	f.answer.Store(400)
	const many = 200
	for range many {
		f.write(f.conversation(f.in, "c"))
	}
	var count int64
	alerts := 0
	for count < many {
		got := f.alerts.next()
		count += got.Data.Count
		if alerts++; len(got.Data.DeliveryIDs) > 20 {
			t.Errorf("the alert lists %d deliveries", len(got.Data.DeliveryIDs))
		}
	}
	if count != many || alerts > 10 {
		t.Errorf("%d alerts for %d dead letters, counted %d", alerts, many, count)
	}
}

// A registration that fails is reported, once.
func TestFailedRegistrationIsReported(t *testing.T) {
	t.Parallel()
	f := newFailing(t, func(*config.Config) {})
	if in := f.put("second", withKey("bad")); in.Status != platform.RegistrationFailed {
		t.Fatalf("the installation is %s", in.Status)
	}
	got := f.alerts.next()
	if got.Type != platform.AlertInstallationFailed || got.Data.Alias != "second" || !strings.Contains(got.Data.Reason, "does not know this key") {
		t.Errorf("the alert is %s", got.raw)
	}
}

// Alerts are deliveries: retried, shown and replayed; a dead one makes no alert;
// two secrets sign after a rotation; an endpoint that is gone gets nothing more.
func TestAlertsAreDeliveries(t *testing.T) {
	t.Parallel()
	f := newFailing(t, func(*config.Config) {})
	ctx, client := t.Context(), f.srv.Client()
	made, err := client.CreateAlert(ctx, &platform.CreateAlertInput{URL: f.alerts.url, Events: []string{platform.AlertTargetUp}})
	if err != nil {
		t.Fatal(err)
	}
	rotated, err := client.RotateAlert(ctx, &platform.RotateAlertInput{ID: made.Alert.ID})
	if err != nil {
		t.Fatal(err)
	}
	f.alerts.status.Store(500)
	sent, err := client.TestAlert(ctx, &platform.TestAlertInput{ID: made.Alert.ID})
	if err != nil || sent.Delivery.Target != "alert" || sent.Delivery.AlertID != made.Alert.ID {
		t.Fatalf("TestAlert = %+v, %v", sent, err)
	}
	first := f.alerts.next()
	if first.Type != platform.AlertTest || !first.signedBy(t, made.Secret) || !first.signedBy(t, rotated.Secret) {
		t.Errorf("after the rotation the alert has the signatures %q", first.header.Get("Webhook-Signature"))
	}
	f.alerts.status.Store(410)
	again := f.alerts.next()
	if again.header.Get("Webhook-Id") != sent.Delivery.ID || again.header.Get("Webhook-Id") != first.header.Get("Webhook-Id") {
		t.Errorf("the repeat has the id %s, want %s", again.header.Get("Webhook-Id"), sent.Delivery.ID)
	}
	f.waitFor("the dead alert", func() bool {
		out, err := client.GetDelivery(ctx, &platform.GetDeliveryInput{ID: sent.Delivery.ID})
		return err == nil && out.Delivery.State == platform.DeliveryDead
	})
	list, err := client.ListAlerts(ctx, &platform.ListAlertsInput{})
	if err != nil || !strings.Contains(list.Alerts[1].Disabled, "410") || list.Alerts[0].Disabled != "" {
		t.Errorf("the endpoints are %+v, %v, want the one that is gone disabled", list, err)
	}
	if _, err := client.RotateAlert(ctx, &platform.RotateAlertInput{ID: made.Alert.ID}); err != nil {
		t.Fatal(err)
	}
	f.alerts.status.Store(0)
	if _, err := client.ReplayDelivery(ctx, &platform.ReplayDeliveryInput{ID: sent.Delivery.ID}); err != nil {
		t.Fatal(err)
	}
	if replayed := f.alerts.next(); replayed.header.Get("Webhook-Id") != sent.Delivery.ID || replayed.Type != platform.AlertTest {
		t.Errorf("replayed: %s", replayed.raw)
	}
	if n := len(f.alerts.got); n != 0 {
		t.Errorf("%d alerts about an alert", n)
	}
}

// An alert's address is dialled as other addresses that were given.
func TestAlertIsNotSentToPrivateAddresses(t *testing.T) {
	t.Parallel()
	f := newFailing(t, func(c *config.Config) { c.AllowPrivate = false })
	list, err := f.srv.Client().ListAlerts(t.Context(), &platform.ListAlertsInput{BotID: f.bot})
	if err != nil || len(list.Alerts) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	sent, err := f.srv.Client().TestAlert(t.Context(), &platform.TestAlertInput{ID: list.Alerts[0].ID})
	if err != nil {
		t.Fatal(err)
	}
	f.waitFor("the failed attempt", func() bool {
		out, err := f.srv.Client().GetDelivery(t.Context(), &platform.GetDeliveryInput{ID: sent.Delivery.ID})
		return err == nil && strings.Contains(out.Delivery.LastError, "--allow-private")
	})
	if n := len(f.alerts.got); n != 0 {
		t.Errorf("%d alerts got through", n)
	}
}

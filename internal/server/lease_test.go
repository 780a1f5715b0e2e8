package server_test

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/bot"
	"github.com/bellhop-dev/bellhop/internal/config"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/platform/message"
)

// long is a served Go bot whose turns take until they are let go.
type long struct {
	calls   atomic.Int64
	begun   chan struct{}
	finish  chan struct{}
	stopped chan error // why a turn was cancelled
}

func (l *long) bot() bot.Bot {
	return bot.New(bot.Definition{Name: "long"}, func(m *bot.Mux) {
		bot.Message(m, func(ctx context.Context, call *bot.MessageCall, in message.Text) error {
			l.calls.Add(1)
			l.begun <- struct{}{}
			select {
			case <-l.finish:
			case <-ctx.Done():
				l.stopped <- context.Cause(ctx)
				return context.Cause(ctx)
			}
			_, err := call.Reply(ctx, message.Text{Text: "done " + in.Text})
			return err
		})
	})
}

// serveLong serves the bot to a server that is restarted at the same address.
func serveLong(t *testing.T) (l *long, f *fixture, botID, webhook string) {
	t.Helper()
	f = setupWith(t, nil, func(cfg *config.Config) { cfg.DeliveryTimeout = 0 })
	l = &long{begun: make(chan struct{}, 10), finish: make(chan struct{}, 10), stopped: make(chan error, 10)}
	botID, webhook = f.install(platform.CreateBotInput{Name: "long"})
	key, err := f.srv.Client().CreateToken(t.Context(), &platform.CreateTokenInput{Kind: platform.TokenBot, BotID: botID})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		ended <- bot.Serve(ctx, l.bot(), bot.ServeConfig{
			Addr: "127.0.0.1:0", APIURL: f.srv.URL(), Token: key.Value, LeaseAfter: 10 * time.Millisecond,
			Getenv: func(string) string { return "" }, Ready: func(a net.Addr) { ready <- a },
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	url := "http://" + (<-ready).String()
	if _, err := f.srv.Client().UpdateBot(t.Context(), &platform.UpdateBotInput{ID: botID, URL: platform.Set(url)}); err != nil {
		t.Fatal(err)
	}
	return l, f, botID, webhook
}

// message returns the delivery of the bot's only message when it fits.
func (f *fixture) message(botID string, fits func(platform.Delivery) bool) platform.Delivery {
	f.t.Helper()
	late, tick := time.After(time.Minute), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for {
		out, err := f.srv.Client().ListDeliveries(f.t.Context(), &platform.ListDeliveriesInput{BotID: botID})
		if err != nil {
			f.t.Fatal(err)
		}
		for _, d := range out.Deliveries {
			if d.Target == "bot" && d.MessageID != "" && fits(d) {
				return d
			}
		}
		select {
		case <-tick.C:
		case <-late:
			f.t.Fatalf("no delivery fits; there are %+v", out.Deliveries)
		}
	}
}

func leasedNow(d platform.Delivery) bool { return d.LeaseUntil != nil }

// A turn that takes longer than a connection is held is one attempt with one
// answer, also when the server is restarted meanwhile.
func TestLongTurnIsOneAttemptAcrossARestart(t *testing.T) {
	t.Parallel()
	l, f, botID, webhook := serveLong(t)
	f.says(webhook, "work")
	<-l.begun
	f.message(botID, leasedNow)
	f.options.Config.Listen = f.srv.LocalURL()[len("http://"):]
	f.stop()
	f.start()
	f.message(botID, leasedNow)
	l.finish <- struct{}{}
	f.hears("done work")
	d := f.message(botID, func(d platform.Delivery) bool { return d.State == platform.DeliveryDelivered })
	if n := l.calls.Load(); n != 1 || d.Attempts != 1 || d.LeaseUntil != nil {
		t.Errorf("the bot was called %d times; the delivery is %+v", n, d)
	}
}

func TestCancelledTurnStopsItsHandler(t *testing.T) {
	t.Parallel()
	l, f, botID, webhook := serveLong(t)
	f.says(webhook, "work")
	<-l.begun
	d := f.message(botID, leasedNow)
	out, err := f.srv.Client().CancelDelivery(t.Context(), &platform.CancelDeliveryInput{ID: d.ID})
	if err != nil || out.Delivery.State != platform.DeliveryDiscarded {
		t.Fatalf("CancelDelivery = %+v, %v", out, err)
	}
	select {
	case why := <-l.stopped:
		if why == nil || why.Error() != "the turn was cancelled: cancelled by the operator" {
			t.Errorf("the handler's context ended because of %v", why)
		}
	case <-time.After(time.Minute):
		t.Fatal("the handler goes on")
	}
	full, err := f.srv.Client().GetDelivery(t.Context(), &platform.GetDeliveryInput{ID: d.ID})
	if err != nil || full.Delivery.Attempts != 1 || len(full.Delivery.Log) != 1 || full.Delivery.Log[0].Outcome != "cancelled" {
		t.Errorf("the delivery is %+v, %v", full, err)
	}
	if _, err := f.srv.Client().CancelDelivery(t.Context(), &platform.CancelDeliveryInput{ID: d.ID}); !platform.IsType(err, platform.TypeRelationConflict) {
		t.Errorf("a second cancellation = %v, want a conflict", err)
	}
}

// Only the code that a delivery is for may renew or end its lease.
func TestLeaseIsOfItsHolderOnly(t *testing.T) {
	t.Parallel()
	l, f, botID, webhook := serveLong(t)
	f.says(webhook, "work")
	<-l.begun
	d := f.message(botID, leasedNow)
	other, _ := f.install(platform.CreateBotInput{Name: "other"})
	bots, err := f.srv.Client().ListInstallations(t.Context(), &platform.ListInstallationsInput{BotID: botID})
	if err != nil {
		t.Fatal(err)
	}
	in := bots.Installations[0]
	for name, caller := range map[string]platform.Caller{
		"another bot":         {BotID: other},
		"an integration's":    {BotID: botID, IntegrationID: in.IntegrationID, IntegrationAlias: in.Alias},
		"an unknown delivery": {BotID: botID},
	} {
		id := d.ID
		if name == "an unknown delivery" {
			id = "dlv_01"
		}
		c := f.srv.Client().With(caller)
		if _, err := c.CompleteDelivery(t.Context(), &platform.CompleteDeliveryInput{ID: id, Attempt: 1}); !platform.IsType(err, platform.TypeResourceNotFound) {
			t.Errorf("%s: CompleteDelivery = %v, want ResourceNotFound", name, err)
		}
	}
	own := f.srv.Client().With(platform.Caller{BotID: botID})
	if _, err := own.RenewDelivery(t.Context(), &platform.RenewDeliveryInput{ID: d.ID, Attempt: 2, Lease: 10}); !platform.IsType(err, platform.TypeRelationConflict) {
		t.Errorf("RenewDelivery of another attempt = %v, want a conflict", err)
	}
	if _, err := own.RenewDelivery(t.Context(), &platform.RenewDeliveryInput{ID: d.ID, Attempt: 1, Lease: 4000}); !platform.IsType(err, platform.TypeInvalidPayload) {
		t.Errorf("RenewDelivery for too long = %v, want InvalidPayload", err)
	}
	l.finish <- struct{}{}
	f.hears("done work")
}

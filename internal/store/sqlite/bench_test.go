package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/sqlite"
	"github.com/bellhop-dev/bellhop/platform"
)

// BenchmarkMessageFlow makes the transactions of a message and its answer in
// 64 conversations at a time: an incoming message found or made by tags, the
// outgoing one, and the ends of their deliveries.
func BenchmarkMessageFlow(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "b.db"))
	const conversations = 64
	var wg sync.WaitGroup
	before := cpuTime(b)
	b.ResetTimer()
	for i := range conversations {
		wg.Go(func() {
			f := flow{Store: s, ctx: context.Background(), name: fmt.Sprint("c", i)}
			for n := range (b.N + conversations - 1) / conversations {
				if err := f.roundTrip(n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

type flow struct {
	*sqlite.Store
	ctx  context.Context
	name string
	ids  platform.IDs
}

func (f *flow) roundTrip(n int) error {
	in, err := f.message(f.incoming, "bot", n)
	if err != nil {
		return err
	}
	out, err := f.message(f.outgoing, "installation", n)
	if err != nil {
		return err
	}
	return errors.Join(f.finish(in), f.finish(out))
}

type parties struct{ user, conversation string }

// message writes a message and its delivery.
func (f *flow) message(who func(*store.Tx, int) (parties, error), target string, n int) (d *store.Delivery, err error) {
	err = f.Update(f.ctx, func(tx *store.Tx) error {
		p, err := who(tx, n)
		if err != nil {
			return err
		}
		m := &store.Message{
			ID: f.ids.New(platform.PrefixMessage, tx.Now()), BotID: "bot_1", InstallationID: "inst_1", ConversationID: p.conversation, UserID: p.user,
			Type: "text", Direction: target, Payload: []byte(`{"text":"hello"}`),
		}
		if target == "bot" {
			m.Tags = store.Tags{"probe:id": fmt.Sprint(f.name, "-", n)}
		}
		if err := tx.CreateMessage(f.ctx, m); err != nil {
			return err
		}
		d = &store.Delivery{
			ID: f.ids.New(platform.PrefixDelivery, tx.Now()), Lane: target + ":" + p.conversation, Target: target, BotID: "bot_1",
			Operation: "event_received", Type: "message_created", ConversationID: p.conversation, MessageID: m.ID, Body: bytes.Repeat([]byte("x"), 800),
		}
		return tx.Enqueue(f.ctx, d)
	})
	return d, err
}

func (f *flow) incoming(tx *store.Tx, n int) (parties, error) {
	tags := store.Tags{"probe:id": f.name}
	u, err := tx.FindUser(f.ctx, "bot_1", "probe", tags)
	if errors.Is(err, store.ErrNotFound) {
		u = &store.User{ID: f.ids.New(platform.PrefixUser, tx.Now()), BotID: "bot_1", InstallationID: "inst_1", Tags: tags}
		err = tx.CreateUser(f.ctx, u)
	}
	if err != nil {
		return parties{}, err
	}
	c, err := tx.FindConversation(f.ctx, "bot_1", "inst_1", "channel", tags)
	if errors.Is(err, store.ErrNotFound) {
		c = &store.Conversation{ID: "conv_" + f.name, BotID: "bot_1", InstallationID: "inst_1", Channel: "channel", Tags: tags}
		err = tx.CreateConversation(f.ctx, c)
	}
	if err != nil {
		return parties{}, err
	}
	_, err = tx.FindMessage(f.ctx, "bot_1", c.ID, store.Tags{"probe:id": fmt.Sprint(f.name, "-", n)})
	if !errors.Is(err, store.ErrNotFound) {
		return parties{}, fmt.Errorf("FindMessage = %w, want none", err)
	}
	return parties{u.ID, c.ID}, nil
}

func (f *flow) outgoing(tx *store.Tx, _ int) (parties, error) {
	c, err := tx.Conversation(f.ctx, "bot_1", "conv_"+f.name)
	if err != nil {
		return parties{}, err
	}
	u, err := tx.User(f.ctx, "bot_1", "bot_1")
	if errors.Is(err, store.ErrNotFound) {
		u = &store.User{ID: "bot_1", BotID: "bot_1"}
		err = tx.CreateUser(f.ctx, u)
	}
	if err != nil {
		return parties{}, err
	}
	return parties{u.ID, c.ID}, nil
}

func (f *flow) finish(d *store.Delivery) error {
	return f.Update(f.ctx, func(tx *store.Tx) error {
		d.State, d.Attempts, d.Log = store.DeliveryDelivered, 1, []store.Attempt{{Number: 1, At: tx.Now(), Outcome: store.DeliveryDelivered}}
		_, err := tx.FinishDelivery(f.ctx, d, 20)
		return err
	})
}

package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/bellhop-dev/bellhop/internal/probe"
	"github.com/bellhop-dev/bellhop/internal/server"
)

// floor is the least that a platform could do: it stores one small row where a
// server stores a message, and one where it stores that a delivery has ended,
// in grouped durable commits, and passes bytes on over the same HTTP hops.
type floor struct {
	log    server.CommitLog
	sink   string
	fail   func(error)
	client *http.Client
	next   atomic.Int64
	wg     sync.WaitGroup

	// Of the remote floor; empty in process.
	integration, bot, api string
}

func openFloor(remote bool, database string) opener {
	return func(ctx context.Context, dir, sink string, fail func(error)) (*running, error) {
		log, err := server.OpenCommitLog(ctx, dir, database)
		if err != nil {
			return nil, err
		}
		f := &floor{log: log, sink: sink, fail: fail, client: newClient(1024)}
		var stops []func() error
		serve := func(url *string, h http.HandlerFunc) error {
			u, stop, err := listen(h)
			if err == nil {
				*url = u
				stops = append(stops, stop)
			}
			return err
		}
		stop := func() error {
			var errs []error
			for _, stop := range stops {
				errs = append(errs, stop())
			}
			return errors.Join(append(errs, log.Close())...)
		}
		if remote {
			err = errors.Join(serve(&f.api, f.commitHTTP), serve(&f.integration, f.integrationHTTP), serve(&f.bot, f.botHTTP))
		}
		webhook, stopWebhook, e := listen(http.HandlerFunc(f.webhook))
		if err = errors.Join(err, e); err != nil {
			return nil, errors.Join(err, stop())
		}
		// The webhook stops first, so that no handler starts an answer while
		// the wait ends; the others last, since answers call them.
		done := func() error {
			err := stopWebhook()
			f.wg.Wait()
			f.client.CloseIdleConnections()
			return errors.Join(err, stop())
		}
		return &running{webhook: webhook, done: done}, nil
	}
}

func (f *floor) commit(ctx context.Context) error { return f.log.Append(ctx, f.next.Add(1)) }

// webhook stores what came in and answers; the rest happens behind.
func (f *floor) webhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil && f.integration != "" {
		err = probe.Post(r.Context(), f.client, f.integration+"/webhook", body)
	} else if err == nil {
		err = f.commit(r.Context())
	}
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	f.wg.Go(func() {
		if err := f.answer(context.WithoutCancel(r.Context()), body); err != nil {
			f.fail(fmt.Errorf("the floor lost an answer: %w", err)) // it has no retry, by which a server would make it good
		}
	})
}

// answer is the bot and the way back. Both deliveries' ends are committed, and
// like on a server nobody waits for that.
func (f *floor) answer(ctx context.Context, body []byte) error {
	err := error(nil)
	if f.bot != "" {
		err = probe.Post(ctx, f.client, f.bot, body)
	} else {
		err = f.commit(ctx)
	}
	if err != nil {
		return err
	}
	f.wg.Go(func() {
		if err := f.commit(ctx); err != nil {
			f.fail(err)
		}
	})
	if f.integration != "" {
		err = probe.Post(ctx, f.client, f.integration+"/message", body)
	} else {
		err = f.send(ctx, body)
	}
	if err != nil {
		return err
	}
	return f.commit(ctx)
}

func (f *floor) send(ctx context.Context, body []byte) error {
	var in probe.Inbound
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	out, err := json.Marshal(probe.Outbound{Conversation: in.Conversation, Text: in.Text})
	if err != nil {
		return err
	}
	return probe.Post(ctx, f.client, f.sink, out)
}

func (f *floor) commitHTTP(w http.ResponseWriter, r *http.Request) {
	status(w, f.commit(r.Context()))
}

func (f *floor) integrationHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil && r.URL.Path == "/webhook" {
		err = probe.Post(r.Context(), f.client, f.api, body)
	} else if err == nil {
		err = f.send(r.Context(), body)
	}
	status(w, err)
}

func (f *floor) botHTTP(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	_, err := body.ReadFrom(r.Body)
	if err == nil {
		err = probe.Post(r.Context(), f.client, f.api, body.Bytes())
	}
	status(w, err)
}

func status(w http.ResponseWriter, err error) {
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
	}
}

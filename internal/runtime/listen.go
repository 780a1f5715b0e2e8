package runtime

import (
	"context"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/wire"
)

// Back-off of code that stops listening.
const (
	listenAgain     = time.Second
	listenAgainMost = time.Minute
	listenedWell    = time.Minute // after this long the back-off starts over
)

// listeners runs linked integrations that listen to their external systems,
// one call for each installation. It belongs to the one goroutine of Run.
//
// Every server over one database listens: what comes twice is one message,
// because integrations find or create by tags.
type listeners struct {
	r       *Runtime
	running map[string]*listener // by installation
	wg      sync.WaitGroup
}

type listener struct {
	row    store.Installation
	cancel context.CancelFunc
	done   chan struct{}
}

// relisten makes Run look again at what should listen.
func (r *Runtime) relisten() {
	select {
	case r.listen <- struct{}{}:
	default: // it will look
	}
}

// runListeners keeps the right installations listening until ctx is done.
func (r *Runtime) runListeners(ctx context.Context) {
	l := &listeners{r: r, running: map[string]*listener{}}
	defer l.wg.Wait()
	for {
		if err := l.sync(ctx); err != nil && ctx.Err() == nil {
			r.cfg.Logger.Error("installations that listen not read", "error", err)
			time.AfterFunc(listenAgainMost, r.relisten)
		}
		select {
		case <-ctx.Done():
			return
		case <-r.listen:
		}
	}
}

// sync stops what changed or went, and starts what is new.
func (l *listeners) sync(ctx context.Context) error {
	var rows []store.Installation
	err := l.r.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.LinkedInstallations(ctx)
		return err
	})
	if err != nil {
		return err
	}
	wanted := map[string]store.Installation{}
	for _, row := range rows {
		wanted[row.ID] = row
	}
	for id, running := range l.running {
		if row, ok := wanted[id]; !ok || !sameCode(&row, &running.row) {
			running.cancel()
			<-running.done
			delete(l.running, id)
		}
	}
	for id, row := range wanted {
		if l.running[id] == nil {
			l.start(ctx, row)
		}
	}
	return nil
}

// sameCode reports whether a listener that was started for the one row serves
// the other.
func sameCode(a, b *store.Installation) bool {
	return a.IntegrationID == b.IntegrationID && a.Alias == b.Alias && a.WebhookID == b.WebhookID &&
		a.ConfigurationType == b.ConfigurationType && string(a.Configuration) == string(b.Configuration)
}

func (l *listeners) start(ctx context.Context, row store.Installation) {
	ctx, cancel := context.WithCancel(ctx)
	running := &listener{row: row, cancel: cancel, done: make(chan struct{})}
	l.running[row.ID] = running
	l.wg.Go(func() {
		defer close(running.done)
		defer cancel()
		in, err := l.r.cfg.Catalog.Installation(ctx, row.ID)
		if err != nil {
			if ctx.Err() == nil {
				l.r.cfg.Logger.Error("installation does not listen", "installation_id", row.ID, "error", err)
			}
			return
		}
		l.r.keepListening(ctx, in)
	})
}

// keepListening calls the code again whenever it stops, until ctx is done or
// there is nothing to listen to.
func (r *Runtime) keepListening(ctx context.Context, in *catalog.Installation) {
	logger := r.cfg.Logger.With("bot_id", in.BotID, "installation_id", in.ID, "alias", in.Alias)
	h, err := r.Installation(in)
	if err != nil {
		logger.Error("installation does not listen", "error", err)
		return
	}
	wait := listenAgain
	for {
		start := time.Now()
		resp, err := h.Handle(ctx, r.Request(in, wire.OpListen, wire.OpListen))
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && resp.Status < 500:
			return // there is nothing to listen to
		case err == nil:
			a := classify(resp)
			err, wait = a.Err, max(wait, min(a.After, listenAgainMost))
		}
		if time.Since(start) >= listenedWell {
			wait = listenAgain
		}
		logger.Warn("listening ended", "error", err, "retry_in", wait)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		wait = min(2*wait, listenAgainMost)
	}
}

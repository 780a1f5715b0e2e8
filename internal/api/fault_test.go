package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/bellhop-dev/bellhop/internal/reply"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/store/sqlite"
	"github.com/bellhop-dev/bellhop/platform"
)

// failing is a store that cannot commit while err is set.
type failing struct {
	store.Store
	err error
}

func (f *failing) Update(ctx context.Context, fn func(*store.Tx) error) error {
	return f.Store.Update(ctx, func(tx *store.Tx) error {
		if err := fn(tx); err != nil || f.err == nil {
			return err
		}
		return fmt.Errorf("commit: %w", f.err)
	})
}

// What cannot be written is refused with a time to come back, and is not half
// there: no row, and nobody is told.
func TestWhatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err   error
		after string
	}{
		"a full disk":       {store.ErrFull, "30"},
		"a locked database": {store.ErrBusy, "1"},
		"a closed database": {store.ErrClosed, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := sqlite.Open(context.Background(), filepath.Join(t.TempDir(), "b.db"), sqlite.Config{})
			if err != nil {
				t.Fatal(err)
			}
			broken := &failing{Store: db}
			b := setupOn(t, broken)
			user, conversation, _ := b.chat()
			b.delivered()
			say := func() error {
				_, err := b.one.CreateMessage(t.Context(), &platform.CreateMessageInput{
					ConversationID: conversation, UserID: user, Type: "text", Payload: json.RawMessage(`{"text":"again"}`), Tags: platform.Tags{"ts": "2"},
				})
				return err
			}

			broken.err = tt.err
			e, ok := errors.AsType[*platform.Error](say())
			if !ok {
				t.Fatal("CreateMessage says nothing, or not as an error of the wire")
			}
			w := httptest.NewRecorder()
			reply.Error(w, e)
			if w.Code != 503 || w.Header().Get("Retry-After") != tt.after || e.Type != platform.TypeInternal || e.ID == "" {
				t.Errorf("it is answered %d %v %s, want 503 and Retry-After %s", w.Code, w.Header(), w.Body, tt.after)
			}
			if told := b.delivered(); len(told) != 0 {
				t.Errorf("told of %+v, which was not written", told)
			}

			broken.err = nil
			list := must(b.one.ListMessages(t.Context(), &platform.ListMessagesInput{ConversationID: conversation}))
			if len(list.Messages) != 1 {
				t.Errorf("%d messages, want the one of before", len(list.Messages))
			}
			if err := say(); err != nil || len(b.delivered()) != 1 {
				t.Errorf("the same call later = %v, want it delivered", err)
			}
		})
	}
}

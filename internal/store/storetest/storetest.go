// Package storetest is the conformance suite of store.Store: what every engine
// must do, under concurrent writers too.
package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// Run runs the suite. open returns a store over an empty database; the suite
// closes it.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for name, test := range map[string]func(*testing.T, fixture){
		"an error leaves nothing":            testErrorLeavesNothing,
		"a panic leaves nothing":             testPanicLeavesNothing,
		"commit hooks run after the commit":  testOnCommit,
		"views do not write":                 testViewDoesNotWrite,
		"a done context is refused":          testDoneContext,
		"transactions do not nest":           testNested,
		"a hook's panic spares the rest":     testHookPanics,
		"a closed store says so":             testClosed,
		"unique keys conflict":               testConflict,
		"bots are listed":                    testBots,
		"leases and late outcomes":           testLeases,
		"settings outlive updates":           testSettings,
		"rows come back whole":               testRows,
		"tags are found":                     testTags,
		"get-or-create makes one":            testGetOrCreateMakesOne,
		"lists page to their end":            testPaging,
		"sequence is commit order":           testSequenceIsCommitOrder,
		"lanes advance":                      testLanesAdvance,
		"a held delivery blocks its lane":    testHeld,
		"what waits is hastened":             testHasten,
		"a dead delivery can be replayed":    testReplay,
		"a message's deliveries end":         testDiscardMessage,
		"a user's deliveries end":            testDiscardUser,
		"an open delivery is rewritten":      testRewriteDelivery,
		"an undelivered row blocks nothing":  testRecordUndelivered,
		"an installation is revived":         testReviveInstallation,
		"alerts are sealed and deleted":      testAlerts,
		"dead letters are counted":           testIncidents,
		"outages begin and end":              testOutages,
		"states and tokens":                  testStatesAndTokens,
		"an event of a key is one":           testEventOnce,
		"an idempotency key is claimed once": testKeys,
		"odd text is kept or refused":        testOddText,
		"a deleted bot leaves nothing":       testDeleteBot,
		"secrets are sealed":                 testSealed,
		"participants come in order":         testParticipants,
		"parties are read at once":           testParties,
		"files are kept and found":           testFiles,
		"tables keep rows":                   testTables,
		"integrations in development":        testDevIntegrations,
		"code goes with its owner":           testCode,
		"logs are found and cut":             testLogs,
		"what a person wrote is found":       testMentions,
		"old rows are found":                 testAged,
		"changes are recorded":               testAudit,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Errorf("Close = %v", err)
				}
			})
			test(t, fixture{s, context.Background(), &platform.IDs{}})
		})
	}
}

type fixture struct {
	store.Store
	ctx context.Context
	ids *platform.IDs
}

// update runs fn and fails the test on an error.
func (f fixture) update(t *testing.T, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := f.Update(f.ctx, fn); err != nil {
		t.Fatalf("Update = %v", err)
	}
}

func (f fixture) view(t *testing.T, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := f.View(f.ctx, fn); err != nil {
		t.Fatalf("View = %v", err)
	}
}

func (f fixture) user(tx *store.Tx, bot string, tags store.Tags) (string, error) {
	id := f.ids.New(platform.PrefixUser, tx.Now())
	return id, tx.CreateUser(f.ctx, &store.User{ID: id, BotID: bot, Tags: tags})
}

func (f fixture) exists(t *testing.T, bot, id string) bool {
	t.Helper()
	err := f.View(f.ctx, func(tx *store.Tx) error {
		_, err := tx.User(f.ctx, bot, id)
		return err
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("User = %v", err)
	}
	return err == nil
}

func testErrorLeavesNothing(t *testing.T, f fixture) {
	fault := errors.New("fault")
	var id string
	err := f.Update(f.ctx, func(tx *store.Tx) (err error) {
		if id, err = f.user(tx, "bot_1", store.Tags{"a": "b"}); err != nil {
			return err
		}
		return fault
	})
	if !errors.Is(err, fault) {
		t.Errorf("Update = %v, want the function's error", err)
	}
	if f.exists(t, "bot_1", id) {
		t.Error("the row is there")
	}
}

func testPanicLeavesNothing(t *testing.T, f fixture) {
	var id string
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic did not go on in the caller")
			}
		}()
		_ = f.Update(f.ctx, func(tx *store.Tx) (err error) {
			if id, err = f.user(tx, "bot_1", nil); err != nil {
				return err
			}
			panic("fault")
		})
	}()
	if f.exists(t, "bot_1", id) {
		t.Error("the row is there")
	}
	f.update(t, func(tx *store.Tx) error { return tx.PutSetting(f.ctx, "k", "v") })
}

func testOnCommit(t *testing.T, f fixture) {
	calls := 0
	f.update(t, func(tx *store.Tx) error {
		tx.OnCommit(func() { calls++ })
		return tx.PutSetting(f.ctx, "k", "v")
	})
	if calls != 1 {
		t.Errorf("the hook ran %d times, want once", calls)
	}
	_ = f.Update(f.ctx, func(tx *store.Tx) error {
		tx.OnCommit(func() { calls++ })
		return errors.New("fault")
	})
	if calls != 1 {
		t.Error("the hook ran for a transaction that was rolled back")
	}
}

func testViewDoesNotWrite(t *testing.T, f fixture) {
	if err := f.View(f.ctx, func(tx *store.Tx) error { return tx.PutSetting(f.ctx, "k", "v") }); err == nil {
		t.Error("View wrote")
	}
	f.view(t, func(tx *store.Tx) error {
		if v, err := tx.Setting(f.ctx, "k"); v != "" || err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Setting = %q, %v, want nothing", v, err)
		}
		return nil
	})
}

func testDoneContext(t *testing.T, f fixture) {
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	if err := f.Update(ctx, func(tx *store.Tx) error { return tx.PutSetting(ctx, "k", "v") }); err == nil {
		t.Error("Update with a done context = nil, want an error")
	}
	f.update(t, func(tx *store.Tx) error { return tx.PutSetting(f.ctx, "k2", "v") })
}

func testNested(t *testing.T, f fixture) {
	nothing := func(*store.Tx) error { return nil }
	for name, outer := range map[string]func(context.Context, func(*store.Tx) error) error{"View": f.View, "Update": f.Update} {
		for inside, inner := range map[string]func(context.Context, func(*store.Tx) error) error{"View": f.View, "Update": f.Update} {
			err := outer(f.ctx, func(*store.Tx) error {
				ctx, cancel := context.WithTimeout(f.ctx, 10*time.Second) // more than enough for a refusal
				defer cancel()
				return inner(ctx, nothing)
			})
			if !errors.Is(err, store.ErrNested) {
				t.Errorf("%s in %s = %v, want ErrNested", inside, name, err)
			}
		}
	}
	f.update(t, func(tx *store.Tx) error { return tx.PutSetting(f.ctx, "after", "v") })
}

func testHookPanics(t *testing.T, f fixture) {
	ran := false
	func() {
		defer func() {
			if p := recover(); p != "fault" {
				t.Errorf("the caller got the panic %v, want the hook's", p)
			}
		}()
		_ = f.Update(f.ctx, func(tx *store.Tx) error {
			tx.OnCommit(func() { panic("fault") })
			tx.OnCommit(func() { ran = true })
			return tx.PutSetting(f.ctx, "kept", "v")
		})
	}()
	if !ran {
		t.Error("the hook after the one that panicked did not run")
	}
	f.view(t, func(tx *store.Tx) error {
		_, err := tx.Setting(f.ctx, "kept")
		return err
	})
}

func testClosed(t *testing.T, f fixture) {
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Update(f.ctx, func(*store.Tx) error { return nil }); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Update = %v, want ErrClosed", err)
	}
	if err := f.View(f.ctx, func(*store.Tx) error { return nil }); !errors.Is(err, store.ErrClosed) {
		t.Errorf("View = %v, want ErrClosed", err)
	}
}

func testConflict(t *testing.T, f fixture) {
	bot := store.Bot{ID: "bot_1", Name: "one"}
	f.update(t, func(tx *store.Tx) error { return tx.CreateBot(f.ctx, bot) })
	if err := f.Update(f.ctx, func(tx *store.Tx) error { return tx.CreateBot(f.ctx, bot) }); !errors.Is(err, store.ErrConflict) {
		t.Errorf("CreateBot again = %v, want ErrConflict", err)
	}
}

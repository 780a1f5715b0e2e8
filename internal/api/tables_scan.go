package api

import (
	"context"
	"fmt"
	"regexp"
	"regexp/syntax"
	"sync"
	"time"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// Limits of what reading a whole table may take, so that no bot slows others
// down with one.
const (
	maxScans    = 4                // at a time for one bot; more wait
	scanTime    = 20 * time.Second // of one
	maxPattern  = 1000             // characters
	maxSteps    = 1000             // of a pattern's program, each of which may be done for each character
	patternTime = 2 * time.Second  // for all patterns of one call that writes
)

// scans are the places for reading whole tables.
type scans struct {
	mu   sync.Mutex
	bots map[string]*scanPlaces
}

type scanPlaces struct {
	free   chan struct{}
	wanted int // by those who wait and those who have one
}

// enter waits for a place of the bot; leave gives it back. The error is the
// context's.
func (s *scans) enter(ctx context.Context, botID string) (leave func(), err error) {
	s.mu.Lock()
	p := s.bots[botID]
	if p == nil {
		if s.bots == nil {
			s.bots = map[string]*scanPlaces{}
		}
		p = &scanPlaces{free: make(chan struct{}, maxScans)}
		s.bots[botID] = p
	}
	p.wanted++
	s.mu.Unlock()
	select {
	case p.free <- struct{}{}:
		return func() { <-p.free; s.forget(botID, p) }, nil
	case <-ctx.Done():
		s.forget(botID, p)
		return nil, ctx.Err()
	}
}

func (s *scans) forget(botID string, p *scanPlaces) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.wanted--; p.wanted == 0 {
		delete(s.bots, botID)
	}
}

// scanRows is eachRow for what a caller's filter does with the rows, which may
// take its time.
func scanRows(ctx context.Context, tx *store.Tx, t *store.Table, fn func(*store.TableRow, map[string]any) (more bool, err error)) error {
	until := time.Now().Add(scanTime)
	return eachRow(ctx, tx, t, func(row *store.TableRow, data map[string]any) (bool, error) {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if time.Now().After(until) {
			return false, platform.Errorf(platform.TypeLimitExceeded, "the rows of table %.100q were not read within %s; make the filter simpler, or split the table", t.Name, scanTime)
		}
		return fn(row, data)
	})
}

// compilePattern compiles what a bot gives to match texts with.
func compilePattern(text string) (*regexp.Regexp, error) {
	if err := checkPattern(text); err != nil {
		return nil, err
	}
	return regexp.Compile(text)
}

// checkPattern refuses a pattern that takes too long: the time of a match is
// that of the text times that of the program.
func checkPattern(text string) error {
	if len(text) > maxPattern {
		return fmt.Errorf("it has %d bytes; give at most %d", len(text), maxPattern)
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return err
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return err
	}
	if n := len(program.Inst); n > maxSteps {
		return fmt.Errorf("it repeats too much: it has %d steps; at most %d are taken", n, maxSteps)
	}
	return nil
}

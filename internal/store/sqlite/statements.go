package sqlite

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	engine "zombiezen.com/go/sqlite"
)

// keptStatements bounds the prepared statements of a connection, of which lists with filters make ever new ones: it
// keeps at least this many of those used last, and at most twice as many.
const keptStatements = 128

// stmt knows for each parameter of the engine which of $1… it is, and whether it only reads.
type stmt struct {
	*engine.Stmt
	args  []int
	reads bool
}

// statement returns the prepared statement of a text. Those used since the last turn are fresh, those of the turn before
// are stale. It may finalize any other statement, so none may be in use.
func (c *conn) statement(sql string) (*stmt, error) {
	if s, ok := c.fresh[sql]; ok {
		return s, nil
	}
	s, ok := c.stale[sql]
	if ok {
		delete(c.stale, sql)
	} else {
		var err error
		if s, err = c.compile(sql); err != nil {
			return nil, err
		}
	}
	if len(c.fresh) >= keptStatements {
		for _, old := range c.stale {
			if err := old.Finalize(); err != nil {
				return nil, classify(err)
			}
		}
		c.stale, c.fresh = c.fresh, map[string]*stmt{}
	}
	c.fresh[sql] = s
	return s, nil
}

func (c *conn) compile(sql string) (*stmt, error) {
	raw, err := c.raw.Prepare(sql)
	if err != nil {
		return nil, classify(err)
	}
	s := &stmt{Stmt: raw, reads: reads(sql)}
	for i := 1; i <= raw.BindParamCount(); i++ {
		n, err := strconv.Atoi(strings.TrimPrefix(raw.BindParamName(i), "$"))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("parameter %q is not $n", raw.BindParamName(i)), raw.Finalize())
		}
		s.args = append(s.args, n-1)
	}
	return s, nil
}

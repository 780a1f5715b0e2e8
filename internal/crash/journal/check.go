package journal

import (
	"fmt"
	"maps"
	"slices"
)

// The modes by which turns of a conversation may follow each other.
const (
	queue          = "queue"
	burst          = "burst"
	concurrent     = "concurrent"
	cancelPrevious = "cancel-previous"
)

// Report is what journals prove.
type Report struct {
	Faults  []string `json:"faults"`
	Acked   int      `json:"acked"`   // messages
	Turns   int      `json:"turns"`   // that began
	Repeats int      `json:"repeats"` // turns of a delivery that had begun before
	Answers int      `json:"answers"` // messages of the bot in the conversations
	Sent    int      `json:"sent"`    // deliveries of answers, repeats too
}

// conversation is what is known of one.
type conversation struct {
	name, mode string
	acked      map[int]string // ids by number
	asked      []int          // listed, in order
	answered   []int          // listed, in order
	ids        []string       // of the answers, in order

	open   map[string]Record // turns under way by delivery
	begun  map[string]bool   // deliveries
	last   int               // number of the newest turn
	of     map[int]string    // delivery of the turn that was done, by number
	first  map[int]string    // delivery of the first turn, by number
	ended  map[int]bool      // turns whose own message has the number and that were done
	passed map[string]string // deliveries to the external system by id of the message
	order  []string          // ids of messages as they first reached it
}

// Check reads the journals of the client and of the bot.
func Check(client, bot []Record) *Report {
	c := checker{report: &Report{}, conversations: map[string]*conversation{}}
	for _, r := range bot {
		c.turn(r)
	}
	for _, r := range client {
		c.client(r)
	}
	for _, name := range slices.Sorted(maps.Keys(c.conversations)) {
		c.conclude(c.conversations[name])
	}
	if c.report.Acked == 0 || c.report.Turns == 0 {
		c.report.Faults = append(c.report.Faults, "nothing happened: no message was acknowledged, or no turn began")
	}
	return c.report
}

type checker struct {
	report        *Report
	conversations map[string]*conversation
}

func (c *checker) fault(v *conversation, format string, args ...any) {
	c.report.Faults = append(c.report.Faults, v.name+" ("+v.mode+"): "+fmt.Sprintf(format, args...))
}

func (c *checker) of(r Record) *conversation {
	v := c.conversations[r.Conversation]
	if v == nil {
		v = &conversation{name: r.Conversation, mode: r.Mode, acked: map[int]string{}, last: -1, of: map[int]string{}, first: map[int]string{},
			open: map[string]Record{}, begun: map[string]bool{}, ended: map[int]bool{}, passed: map[string]string{}}
		c.conversations[r.Conversation] = v
	}
	return v
}

// turn reads a record of the bot. A process that was killed ends its turns.
func (c *checker) turn(r Record) {
	switch r.Kind {
	case Started:
		for _, v := range c.conversations {
			clear(v.open)
		}
	case Began:
		c.began(c.of(r), r)
	case Ended:
		v := c.of(r)
		delete(v.open, r.Delivery)
		if r.Outcome != Done {
			return
		}
		for _, n := range r.Numbers {
			v.of[n] = r.Delivery
		}
		v.ended[r.Numbers[len(r.Numbers)-1]] = true
	}
}

func (c *checker) began(v *conversation, r Record) {
	c.report.Turns++
	if v.begun[r.Delivery] {
		c.report.Repeats++
	}
	for delivery, other := range v.open {
		switch {
		case delivery == r.Delivery:
			c.fault(v, "attempt %d of %s began while attempt %d ran", r.Attempt, r.Delivery, other.Attempt)
		case v.mode == queue || v.mode == burst:
			c.fault(v, "the turn of %v began while that of %v ran", r.Numbers, other.Numbers)
		}
	}
	for _, n := range r.Numbers {
		if done := v.of[n]; done != "" && done != r.Delivery {
			c.fault(v, "message %d came again, as %s after it was done as %s", n, r.Delivery, done)
		}
		if first := v.first[n]; v.mode != burst && first != "" && first != r.Delivery {
			c.fault(v, "message %d came as %s and as %s", n, first, r.Delivery)
		}
		if v.first[n] == "" {
			v.first[n] = r.Delivery
			// A call that a later message cancelled may still arrive after that message's: nobody can call it back.
			if n < v.last && v.mode != concurrent && v.mode != cancelPrevious {
				c.fault(v, "message %d came for the first time after %d", n, v.last)
			}
		}
		v.last = max(v.last, n)
	}
	v.begun[r.Delivery], v.open[r.Delivery] = true, r
}

func (c *checker) client(r Record) {
	v := c.of(r)
	switch r.Kind {
	case Acked:
		c.report.Acked++
		if id := v.acked[r.Numbers[0]]; id != "" && id != r.ID {
			c.fault(v, "message %d was acknowledged as %s and as %s", r.Numbers[0], id, r.ID)
		}
		v.acked[r.Numbers[0]] = r.ID
	case Listed:
		if r.Answer {
			c.report.Answers++
			v.answered, v.ids = append(v.answered, r.Numbers[0]), append(v.ids, r.ID)
			return
		}
		if id := v.acked[r.Numbers[0]]; id != "" && id != r.ID {
			c.fault(v, "message %d is there as %s, and was acknowledged as %s", r.Numbers[0], r.ID, id)
		}
		v.asked = append(v.asked, r.Numbers[0])
	case Delivered:
		c.report.Sent++
		if before := v.passed[r.ID]; before == "" {
			v.order = append(v.order, r.ID)
		} else if before != r.Delivery {
			c.fault(v, "the answer %s was delivered as %s and as %s", r.ID, before, r.Delivery)
		}
		v.passed[r.ID] = r.Delivery
	}
}

// conclude asks what must be true at the end.
func (c *checker) conclude(v *conversation) {
	for i, n := range v.asked {
		if i > 0 && n <= v.asked[i-1] {
			c.fault(v, "message %d is there after %d", n, v.asked[i-1])
		}
	}
	newest := -1
	for n := range v.acked {
		newest = max(newest, n)
	}
	for _, n := range slices.Sorted(maps.Keys(v.acked)) {
		if !slices.Contains(v.asked, n) {
			c.fault(v, "message %d was acknowledged and is lost", n)
		}
		if v.of[n] == "" && (v.mode != cancelPrevious || n == newest) {
			c.fault(v, "message %d was acknowledged and no turn of it is done", n)
		}
	}
	answers := map[int]int{}
	for _, n := range v.answered {
		answers[n]++
	}
	for _, n := range slices.Sorted(maps.Keys(answers)) {
		if answers[n] > 1 {
			c.fault(v, "message %d was answered %d times", n, answers[n])
		}
	}
	for _, n := range slices.Sorted(maps.Keys(v.ended)) {
		if answers[n] == 0 {
			c.fault(v, "the turn of message %d is done and its answer is lost", n)
		}
	}
	var reached []string
	for _, id := range v.ids {
		if v.passed[id] == "" {
			c.fault(v, "the answer %s did not reach the external system", id)
			continue
		}
		reached = append(reached, id)
	}
	// A turn that was cancelled may still say something while the next one does: the two are then in no order.
	if v.mode != concurrent && v.mode != cancelPrevious && !slices.Equal(reached, v.order) {
		c.fault(v, "answers reached the external system as %v, want %v", v.order, reached)
	}
}

package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/platform"
)

type conversationTrace struct {
	botFlag
	ID    string `arg:"" help:"Id of the conversation."`
	Limit count  `help:"How many of the newest messages, and of the newest deliveries, at most." default:"50"`
}

// Help says what the numbers are.
func (conversationTrace) Help() string {
	return `The steps are numbered as in docs/architecture.md: 3.0 an integration brought a message, 4.0 the bot is told,
5.0 the bot said something, 6.0 the integration is told, which sends it (7.0). Each attempt is a line of its own.
Webhooks (1.1, 2.0) are in the server's log: "webhook received".`
}

// step is one thing that happened in a conversation.
type step struct {
	At      platform.Time `json:"at"`
	Step    string        `json:"step"`
	What    string        `json:"what"`
	Outcome string        `json:"outcome,omitempty"`
	ID      string        `json:"id"` // of the message or the delivery
}

// Run shows each step of a conversation's messages and events, oldest first.
func (c conversationTrace) Run(ctx context.Context, s *session) error {
	client, err := s.botClient(ctx, c.Bot)
	if err != nil {
		return err
	}
	conversation, err := client.GetConversation(ctx, &platform.GetConversationInput{ID: c.ID})
	if err != nil {
		return err
	}
	messages, err := newest(ctx, client, c.ID, c.Limit)
	if err != nil {
		return err
	}
	deliveries, err := deliveryList{Conversation: c.ID, Limit: c.Limit}.fetch(ctx, client)
	if err != nil {
		return err
	}
	steps := []step{}
	for i := range messages {
		steps = append(steps, messageStep(&messages[i], conversation.Conversation.Integration))
	}
	for i := range deliveries {
		steps = append(steps, deliverySteps(&deliveries[i])...)
	}
	slices.SortStableFunc(steps, func(a, b step) int {
		return cmp.Or(a.At.Compare(b.At.Time), strings.Compare(a.Step, b.Step))
	})
	return s.print(steps, func(w io.Writer) {
		var rows [][]string
		for _, st := range steps {
			rows = append(rows, []string{st.At.String(), st.Step, st.What, st.Outcome, st.ID})
		}
		table(w, []string{"AT", "STEP", "WHAT", "OUTCOME", "ID"}, rows, "Nothing was said yet.")
	})
}

func messageStep(m *platform.Message, alias string) step {
	st := step{At: m.CreatedAt, Step: "3.0", What: fmt.Sprintf("%s brought %s: %s", alias, m.Type, shorten(summary(m), 40)), ID: m.ID}
	if m.Direction == platform.Outgoing {
		st.Step, st.What = "5.0", fmt.Sprintf("the bot said %s: %s", m.Type, shorten(summary(m), 40))
	}
	return st
}

// deliverySteps is a line for each attempt, and one for what still waits.
func deliverySteps(d *platform.Delivery) []step {
	st := step{At: d.CreatedAt, Step: "4.0", What: "to the bot: " + d.Type, ID: d.ID}
	if d.Target == "installation" {
		st.Step, st.What = "6.0", "to "+aliasText(d)+": "+d.Type
	}
	var steps []step
	for _, a := range d.Log {
		st.At, st.Outcome = a.At, fmt.Sprintf("attempt %d %s after %d ms", a.Number, a.Outcome, a.Duration)
		if a.Error != "" {
			st.Outcome += ": " + shorten(a.Error, 80)
		}
		steps = append(steps, st)
	}
	switch {
	case d.State == platform.DeliveryPending && d.NextAttemptAt != nil:
		st.At, st.Outcome = *d.NextAttemptAt, "next attempt"
	case d.State == platform.DeliveryHeld || d.State == platform.DeliveryDiscarded:
		st.Outcome = string(d.State)
		if d.LastError != "" {
			st.Outcome += ": " + shorten(d.LastError, 120)
		}
		if d.FinishedAt != nil {
			st.At = *d.FinishedAt
		}
	default:
		return steps
	}
	return append(steps, st)
}

package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/bellhop-dev/bellhop/platform"
)

type deliveryCommand struct {
	access

	List    deliveryList    `cmd:"" default:"1" help:"List deliveries, newest first." example:"bellhop delivery list --state dead\nbellhop delivery list --conversation conv_01J... --json"`
	Get     deliveryGet     `cmd:"" help:"Show a delivery with each of its attempts." example:"bellhop delivery get dlv_01J...\nbellhop delivery get dlv_01J... --body"`
	Replay  deliveryReplay  `cmd:"" help:"Send dead deliveries again, under the same delivery id." example:"bellhop delivery replay dlv_01J...\nbellhop delivery replay --all-dead"`
	Cancel  deliveryCancel  `cmd:"" help:"End the attempt of a delivery that is under way, and give it up." example:"bellhop delivery cancel dlv_01J..."`
	Discard deliveryDiscard `cmd:"" help:"Give a delivery up and free its conversation." example:"bellhop delivery discard dlv_01J..."`
}

type deliveryList struct {
	Bot          string `help:"Only of this bot." placeholder:"ID"`
	State        string `help:"Only in this state: pending, delivered, dead, held or discarded." enum:"pending,delivered,dead,held,discarded," default:""`
	Conversation string `help:"Only of this conversation." placeholder:"ID"`
	Limit        count  `help:"How many of the newest at most." default:"50"`
}

// Run lists deliveries.
func (c deliveryList) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	found, err := c.fetch(ctx, client)
	if err != nil {
		return err
	}
	return s.print(found, func(w io.Writer) {
		var rows [][]string
		for _, d := range found {
			rows = append(rows, []string{d.ID, string(d.State), targetText(&d), whatText(&d), strconv.Itoa(d.Attempts), d.CreatedAt.String(), shorten(d.LastError, 60)})
		}
		table(w, []string{"ID", "STATE", "TO", "WHAT", "TRIES", "CREATED", "LAST ERROR"}, rows, "No deliveries.")
	})
}

func (c deliveryList) fetch(ctx context.Context, client *platform.Client) ([]platform.Delivery, error) {
	return upTo(c.Limit, func(token string, size int) ([]platform.Delivery, string, error) {
		out, err := client.ListDeliveries(ctx, &platform.ListDeliveriesInput{
			BotID: c.Bot, State: c.State, ConversationID: c.Conversation, NextToken: token, PageSize: size,
		})
		if err != nil {
			return nil, "", err
		}
		return out.Deliveries, out.Meta.NextToken, nil
	})
}

func targetText(d *platform.Delivery) string {
	switch d.Target {
	case "bot":
		return d.BotID
	case "alert":
		return d.AlertID
	}
	return aliasText(d) + " of " + d.BotID
}

// aliasText is the installation's alias, marked when the installation was
// removed.
func aliasText(d *platform.Delivery) string {
	if d.AliasRemoved {
		return d.Alias + " (removed)"
	}
	return d.Alias
}

// whatText is what is told: an operation, and of what type where it has types.
func whatText(d *platform.Delivery) string {
	if d.Type == "" || d.Type == d.Operation {
		return d.Operation
	}
	return d.Operation + " " + d.Type
}

func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

type deliveryGet struct {
	ID   string `arg:"" help:"Id of the delivery."`
	Body bool   `help:"Show the body too; it holds what people wrote."`
}

// Run shows a delivery.
func (c deliveryGet) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	out, err := client.GetDelivery(ctx, &platform.GetDeliveryInput{ID: c.ID})
	if err != nil {
		return err
	}
	if !c.Body {
		out.Body = nil
	}
	return s.print(out, func(w io.Writer) {
		printDelivery(w, &out.Delivery)
		if c.Body {
			indented, err := json.MarshalIndent(out.Body, "", "  ")
			if err == nil {
				fmt.Fprintf(w, "\n%s\n", indented)
			}
		}
	})
}

func printDelivery(w io.Writer, d *platform.Delivery) {
	fmt.Fprintf(w, "%s  %s\nto: %s\nwhat: %s\nlane: %s, number %d\ncreated: %s\n",
		d.ID, d.State, targetText(d), whatText(d), d.Lane, d.Sequence, d.CreatedAt)
	if d.State == platform.DeliveryPending && d.NextAttemptAt != nil {
		fmt.Fprintf(w, "next attempt: %s\n", d.NextAttemptAt)
	}
	if d.State == platform.DeliveryDiscarded && d.LastError != "" {
		fmt.Fprintf(w, "discarded: %s\n", d.LastError)
	}
	if d.LeaseUntil != nil {
		fmt.Fprintf(w, "under way: attempt %d, leased until %s\n", d.Attempts, d.LeaseUntil)
	}
	if d.CarriedBy != "" {
		fmt.Fprintf(w, "carried by: %s, whose attempts these are\n", d.CarriedBy)
	}
	var rows [][]string
	for _, a := range d.Log {
		status := ""
		if a.Status != 0 {
			status = strconv.Itoa(a.Status)
		}
		rows = append(rows, []string{strconv.Itoa(a.Number), a.At.String(), fmt.Sprintf("%d ms", a.Duration), a.Outcome, status, a.Error})
	}
	table(w, []string{"TRY", "AT", "TOOK", "OUTCOME", "STATUS", "ERROR"}, rows, "No attempt has ended yet.")
}

type deliveryReplay struct {
	ID      []string `arg:"" optional:"" help:"Ids of deliveries."`
	AllDead bool     `name:"all-dead" help:"All dead ones, oldest first."`
	Bot     string   `help:"With --all-dead: only of this bot." placeholder:"ID"`
}

// Run sends deliveries again, oldest first.
func (c deliveryReplay) Run(ctx context.Context, s *session) error {
	if c.AllDead == (len(c.ID) > 0) {
		return usagef("name deliveries, or say --all-dead")
	}
	client, _, err := s.client()
	if err != nil {
		return err
	}
	ids := c.ID
	if c.AllDead {
		dead, err := deliveryList{Bot: c.Bot, State: "dead", Limit: 1 << 30}.fetch(ctx, client)
		if err != nil {
			return err
		}
		for i := len(dead) - 1; i >= 0; i-- {
			ids = append(ids, dead[i].ID)
		}
	}
	replayed := []platform.Delivery{}
	for _, id := range ids {
		out, err := client.ReplayDelivery(ctx, &platform.ReplayDeliveryInput{ID: id})
		if c.AllDead && platform.IsType(err, platform.TypeRelationConflict) {
			fmt.Fprintln(s.Stderr, err) // deleted, or replayed by another, since the list was read
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		replayed = append(replayed, out.Delivery)
	}
	return s.print(replayed, func(w io.Writer) {
		for _, d := range replayed {
			fmt.Fprintln(w, d.ID, d.State)
		}
		fmt.Fprintf(w, "%d sent again; \"bellhop delivery list\" shows how they fare\n", len(replayed))
	})
}

type deliveryDiscard struct {
	ID string `arg:"" help:"Id of the delivery."`
}

// Run gives a delivery up.
func (c deliveryDiscard) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	out, err := client.DiscardDelivery(ctx, &platform.DiscardDeliveryInput{ID: c.ID})
	if err != nil {
		return err
	}
	return s.print(out.Delivery, func(w io.Writer) { fmt.Fprintln(w, out.Delivery.ID, out.Delivery.State) })
}

type deliveryCancel struct {
	ID string `arg:"" help:"Id of the delivery."`
}

// Run ends an attempt and gives its delivery up.
func (c deliveryCancel) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	out, err := client.CancelDelivery(ctx, &platform.CancelDeliveryInput{ID: c.ID})
	if err != nil {
		return err
	}
	return s.print(out.Delivery, func(w io.Writer) { fmt.Fprintln(w, out.Delivery.ID, out.Delivery.State) })
}

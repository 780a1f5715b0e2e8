package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/bellhop-dev/bellhop/platform"
)

type alertCommand struct {
	access

	List   alertList   `cmd:"" default:"1" help:"List the endpoints that alerts are sent to." example:"bellhop alert list"`
	Create alertCreate `cmd:"" help:"Add an endpoint; its secret is shown this once." example:"bellhop alert create https://ops.example.com/bellhop\nbellhop alert create https://ops.example.com/bellhop --bot bot_01J... --event delivery.dead"`
	Test   alertTest   `cmd:"" help:"Send alert.test to an endpoint." example:"bellhop alert test alert_01J..."`
	Rotate alertRotate `cmd:"" help:"Give an endpoint a new secret; the old one signs too for a day." example:"bellhop alert rotate alert_01J..."`
	Delete alertDelete `cmd:"" help:"Remove an endpoint." example:"bellhop alert delete alert_01J..."`
}

type alertList struct {
	Bot string `help:"Only those that get events of this bot." placeholder:"ID"`
}

// Run lists endpoints.
func (c alertList) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	out, err := client.ListAlerts(ctx, &platform.ListAlertsInput{BotID: c.Bot})
	if err != nil {
		return err
	}
	return s.print(out.Alerts, func(w io.Writer) {
		var rows [][]string
		for _, a := range out.Alerts {
			bot, state := a.BotID, "enabled"
			if bot == "" {
				bot = "all"
			}
			if a.Disabled != "" {
				state = "disabled: " + a.Disabled
			}
			rows = append(rows, []string{a.ID, bot, strings.Join(a.Events, " "), a.URL, state, a.Note})
		}
		table(w, []string{"ID", "BOT", "EVENTS", "URL", "STATE", "NOTE"}, rows, "No alerts. \"bellhop alert create URL\" adds an endpoint.")
	})
}

type alertCreate struct {
	URL   string   `arg:"" name:"url" help:"Address that alerts are sent to."`
	Bot   string   `help:"Only events of this bot; by default of all." placeholder:"ID"`
	Event []string `help:"Only events of this type; may be repeated. By default all: delivery.dead, target.down, target.up, installation.failed." placeholder:"TYPE"`
	Note  string   `help:"What it is for; \"bellhop alert list\" shows it." placeholder:"TEXT"`
}

// Run adds an endpoint.
func (c alertCreate) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	out, err := client.CreateAlert(ctx, &platform.CreateAlertInput{URL: c.URL, BotID: c.Bot, Events: c.Event, Note: c.Note})
	if err != nil {
		return err
	}
	return s.print(out, func(w io.Writer) {
		printSecret(w, out)
		fmt.Fprintf(w, "\"bellhop alert test %s\" sends a first alert\n", out.Alert.ID)
	})
}

func printSecret(w io.Writer, out *platform.CreateAlertOutput) {
	fmt.Fprintf(w, "%s\nsecret, shown this once: %s\n", out.Alert.ID, out.Secret)
}

type alertTest struct {
	ID string `arg:"" help:"Id of the alert."`
}

// Run sends alert.test.
func (c alertTest) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	out, err := client.TestAlert(ctx, &platform.TestAlertInput{ID: c.ID})
	if err != nil {
		return err
	}
	return s.print(out.Delivery, func(w io.Writer) {
		fmt.Fprintf(w, "sent as %s; \"bellhop delivery get %s\" shows what the endpoint answers\n", out.Delivery.ID, out.Delivery.ID)
	})
}

type alertRotate struct {
	ID string `arg:"" help:"Id of the alert."`
}

// Run makes a new secret.
func (c alertRotate) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	out, err := client.RotateAlert(ctx, &platform.RotateAlertInput{ID: c.ID})
	if err != nil {
		return err
	}
	return s.print(out, func(w io.Writer) {
		printSecret(w, out)
		fmt.Fprintln(w, "the old secret signs too for a day: every alert has both signatures")
	})
}

type alertDelete struct {
	ID string `arg:"" help:"Id of the alert."`
}

// Run removes an endpoint.
func (c alertDelete) Run(ctx context.Context, s *session) error {
	client, _, err := s.client()
	if err != nil {
		return err
	}
	if _, err := client.DeleteAlert(ctx, &platform.DeleteAlertInput{ID: c.ID}); err != nil {
		return err
	}
	return s.print(map[string]string{"deleted": c.ID}, func(w io.Writer) { fmt.Fprintln(w, "deleted", c.ID) })
}

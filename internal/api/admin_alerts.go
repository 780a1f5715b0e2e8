package api

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bellhop-dev/bellhop/internal/alert"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

const (
	maxAlerts   = 100 // endpoints of a server
	maxAlertURL = 2000
	oldSecretOf = 24 * time.Hour
)

func showAlert(a *store.Alert) platform.Alert {
	shown := platform.Alert{
		ID: a.ID, CreatedAt: platform.At(a.CreatedAt), BotID: a.BotID, URL: a.URL, Note: a.Note, Events: a.Events, Disabled: a.Disabled,
	}
	if len(shown.Events) == 0 {
		shown.Events = platform.AlertTypes()
	}
	return shown
}

// checkAlert refuses what could never be sent.
func checkAlert(in *platform.CreateAlertInput) error {
	u, err := url.Parse(in.URL)
	switch {
	case in.URL == "":
		return platform.Errorf(platform.TypeInvalidPayload, "url is missing; give the address that alerts are sent to")
	case len(in.URL) > maxAlertURL:
		return platform.Errorf(platform.TypeInvalidPayload, "url has %d bytes; give at most %d", len(in.URL), maxAlertURL)
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Host == "":
		return platform.Errorf(platform.TypeInvalidPayload, "url %.200q is not an address; give one that begins with https:// or http://", in.URL)
	case u.User != nil:
		return platform.Errorf(platform.TypeInvalidPayload, "url holds a user or a password; leave them out, alerts are signed")
	case utf8.RuneCountInString(in.Note) > maxName:
		return platform.Errorf(platform.TypeInvalidPayload, "note has %d characters; give at most %d", utf8.RuneCountInString(in.Note), maxName)
	}
	for _, typ := range in.Events {
		if !slices.Contains(platform.AlertTypes(), typ) {
			return platform.Errorf(platform.TypeInvalidPayload, "events: %.60q is not one of %s", typ, strings.Join(platform.AlertTypes(), ", "))
		}
	}
	return nil
}

func (s *Service) createAlert(ctx context.Context, _ *Identity, in *platform.CreateAlertInput) (*platform.CreateAlertOutput, error) {
	if err := checkAlert(in); err != nil {
		return nil, err
	}
	return update(ctx, s, func(tx *store.Tx) (*platform.CreateAlertOutput, error) {
		if in.BotID != "" {
			if _, err := tx.Bot(ctx, in.BotID); errors.Is(err, store.ErrNotFound) {
				return nil, platform.Errorf(platform.TypeReferenceNotFound, "botId: bot %.60q not found", in.BotID)
			} else if err != nil {
				return nil, err
			}
		}
		list, err := tx.Alerts(ctx)
		if err != nil {
			return nil, err
		}
		if len(list) >= maxAlerts {
			return nil, platform.Errorf(platform.TypeLimitExceeded, "there are %d alerts, which is the limit; delete one first", len(list))
		}
		a := &store.Alert{
			ID: s.ids.New(platform.PrefixAlert, tx.Now()), BotID: in.BotID, URL: in.URL, Note: in.Note,
			Events: slices.Compact(slices.Sorted(slices.Values(in.Events))), Secret: alert.NewSecret(),
		}
		if err := tx.PutAlert(ctx, a); err != nil {
			return nil, err
		}
		return &platform.CreateAlertOutput{Alert: showAlert(a), Secret: a.Secret}, nil
	})
}

func (s *Service) listAlerts(ctx context.Context, _ *Identity, in *platform.ListAlertsInput) (*platform.ListAlertsOutput, error) {
	return view(ctx, s, func(tx *store.Tx) (*platform.ListAlertsOutput, error) {
		list, err := tx.Alerts(ctx)
		if err != nil {
			return nil, err
		}
		out := &platform.ListAlertsOutput{Alerts: []platform.Alert{}}
		for i := range list {
			if in.BotID == "" || list[i].BotID == "" || list[i].BotID == in.BotID {
				out.Alerts = append(out.Alerts, showAlert(&list[i]))
			}
		}
		return out, nil
	})
}

func (s *Service) deleteAlert(ctx context.Context, _ *Identity, in *platform.DeleteAlertInput) (*platform.DeleteAlertOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.DeleteAlertOutput, error) {
		return &platform.DeleteAlertOutput{}, inPath.fault(tx.DeleteAlert(ctx, in.ID), "alert", in.ID)
	})
}

func (s *Service) rotateAlert(ctx context.Context, _ *Identity, in *platform.RotateAlertInput) (*platform.CreateAlertOutput, error) {
	return update(ctx, s, func(tx *store.Tx) (*platform.CreateAlertOutput, error) {
		a, err := tx.Alert(ctx, in.ID)
		if err != nil {
			return nil, inPath.fault(err, "alert", in.ID)
		}
		until := tx.Now().Add(oldSecretOf)
		a.Secret, a.OldSecret, a.OldUntil, a.Disabled = alert.NewSecret(), a.Secret, &until, ""
		if err := tx.PutAlert(ctx, a); err != nil {
			return nil, err
		}
		return &platform.CreateAlertOutput{Alert: showAlert(a), Secret: a.Secret}, nil
	})
}

func (s *Service) testAlert(ctx context.Context, _ *Identity, in *platform.TestAlertInput) (*platform.TestAlertOutput, error) {
	var d *store.Delivery
	_, err := update(ctx, s, func(tx *store.Tx) (*store.Delivery, error) {
		a, err := tx.Alert(ctx, in.ID)
		if err != nil {
			return nil, inPath.fault(err, "alert", in.ID)
		}
		if d, err = alert.Enqueue(ctx, tx, &s.ids, a, platform.AlertTest, platform.AlertData{BotID: a.BotID}); err == nil {
			tx.OnCommit(func() { s.Dispatcher.Notify(*d) })
		}
		return d, err
	})
	if err != nil {
		return nil, err
	}
	return &platform.TestAlertOutput{Delivery: s.showDelivery(ctx, d)}, nil
}

package linear

import (
	"context"
	"fmt"
	"time"

	"github.com/bellhop-dev/bellhop/integration"
	"github.com/bellhop-dev/bellhop/platform"
)

// States of an installation.
const (
	stateCredentials      = "credentials"
	stateAdminCredentials = "adminCredentials"
	stateEnvironment      = "environment"
	stateWebhook          = "webhook"
)

// credentials are what OAuth gave.
type credentials struct {
	AccessToken  string    `json:"accessToken"`
	RefreshToken string    `json:"refreshToken,omitempty"`
	ExpiresAt    time.Time `json:"expiresAt,omitzero"`
}

// environment is what register found out: whom the credentials act as, so that
// nobody needs to ask for every webhook.
type environment struct {
	ViewerID         string `json:"viewerId"`
	ViewerName       string `json:"viewerName,omitempty"`
	OrganizationID   string `json:"organizationId"`
	OrganizationName string `json:"organizationName,omitempty"`
}

// ownWebhook is the webhook that register makes. It is noted before it is made,
// so that one whose answer was lost is found again.
type ownWebhook struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
}

// load reads a state of the installation; nil means that it is not set.
func load[T any](ctx context.Context, call *integration.Call, name string) (*T, error) {
	v, err := integration.State[T](call, name, "").Get(ctx)
	if platform.IsType(err, platform.TypeResourceNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the state %s: %w", name, err)
	}
	return v, nil
}

func keep[T any](ctx context.Context, call *integration.Call, name string, v T) error {
	if err := integration.State[T](call, name, "").Set(ctx, v); err != nil {
		return fmt.Errorf("keep the state %s: %w", name, err)
	}
	return nil
}

func forget(ctx context.Context, call *integration.Call, name string) error {
	if err := integration.State[struct{}](call, name, "").Delete(ctx); err != nil {
		return fmt.Errorf("forget the state %s: %w", name, err)
	}
	return nil
}

package api

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// A server has one workspace, one account that administers it, and that as its
// one member. What can be told of them is one setting.
const ownerSetting = "owner"

const (
	accountID = "accnt_00000000000000000000000000"
	memberID  = "member_00000000000000000000000000"
	ownerRole = "owner"
	// accountEmail is what clients get where they insist on an address; nobody
	// writes to it.
	accountEmail = "owner@localhost"
	// maxOwner bounds what is kept, preferences included.
	maxOwner = 64 << 10
)

// owner is the setting.
type owner struct {
	Workspace   platform.Workspace         `json:"workspace"`
	Account     platform.Account           `json:"account"`
	Preferences map[string]json.RawMessage `json:"preferences,omitempty"`

	WorkspacePreferences map[string]json.RawMessage `json:"workspacePreferences,omitempty"`
}

func readOwner(ctx context.Context, tx *store.Tx) (*owner, error) {
	text, err := tx.Setting(ctx, ownerSetting)
	if err != nil {
		return nil, err
	}
	o := &owner{}
	err = json.Unmarshal([]byte(text), o)
	if o.Workspace.Handle == "" {
		o.Workspace.Handle = defaultHandle
	}
	return o, err
}

// defaultHandle is the workspace's handle until it is given another: without one the official command deploys nothing
// unless it may ask for one.
const defaultHandle = "bellhop"

func writeOwner(ctx context.Context, tx *store.Tx, o *owner) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	if len(text) > maxOwner {
		return platform.Errorf(platform.TypePayloadTooLarge, "the account, the workspace and the preferences have %d bytes; at most %d are kept", len(text), maxOwner)
	}
	return tx.PutSetting(ctx, ownerSetting, string(text))
}

// owner reads the setting and makes it the first time.
func (s *Service) owner(ctx context.Context) (*owner, error) {
	o, err := view(ctx, s, func(tx *store.Tx) (*owner, error) { return readOwner(ctx, tx) })
	if errors.Is(err, store.ErrNotFound) {
		return s.changeOwner(ctx, func(*owner) error { return nil })
	}
	return o, err
}

// changeOwner changes the setting.
func (s *Service) changeOwner(ctx context.Context, change func(*owner) error) (*owner, error) {
	return update(ctx, s, func(tx *store.Tx) (*owner, error) {
		if err := tx.LockSetting(ctx, ownerSetting); err != nil {
			return nil, err
		}
		o, err := readOwner(ctx, tx)
		if errors.Is(err, store.ErrNotFound) {
			now := platform.At(tx.Now())
			o = &owner{
				Workspace: platform.Workspace{
					ID: s.WorkspaceID, Name: "Bellhop", Handle: defaultHandle, OwnerID: accountID, CreatedAt: now, UpdatedAt: now, BillingVersion: "v4", Plan: "enterprise",
				},
				Account: platform.Account{ID: accountID, Email: accountEmail, EmailVerified: true, CreatedAt: now},
			}
		} else if err != nil {
			return nil, err
		}
		if err := change(o); err != nil {
			return nil, err
		}
		return o, writeOwner(ctx, tx, o)
	})
}

func (s *Service) getAccount(ctx context.Context, _ *Identity, _ *platform.GetAccountInput) (*platform.GetAccountOutput, error) {
	o, err := s.owner(ctx)
	if err != nil {
		return nil, err
	}
	return &platform.GetAccountOutput{Account: o.Account}, nil
}

func setText(to *string, f platform.Field[string]) {
	if f.Present {
		*to = f.Value
	}
}

func (s *Service) updateAccount(ctx context.Context, _ *Identity, in *platform.UpdateAccountInput) (*platform.GetAccountOutput, error) {
	o, err := s.changeOwner(ctx, func(o *owner) error {
		setText(&o.Account.DisplayName, in.DisplayName)
		setText(&o.Account.ProfilePicture, in.ProfilePicture)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &platform.GetAccountOutput{Account: o.Account}, nil
}

func (s *Service) getAccountPreference(ctx context.Context, _ *Identity, in *platform.GetAccountPreferenceInput) (*platform.GetAccountPreferenceOutput, error) {
	o, err := s.owner(ctx)
	if err != nil {
		return nil, err
	}
	return &platform.GetAccountPreferenceOutput{Value: preference(o.Preferences, in.Key)}, nil
}

func (s *Service) setAccountPreference(ctx context.Context, _ *Identity, in *platform.SetAccountPreferenceInput) (*platform.SetAccountPreferenceOutput, error) {
	_, err := s.changeOwner(ctx, func(o *owner) error {
		o.Preferences = withPreference(o.Preferences, in)
		return nil
	})
	return &platform.SetAccountPreferenceOutput{}, err
}

// workspace is the workspace with the number of its bots.
func (s *Service) workspace(ctx context.Context) (*platform.Workspace, error) {
	o, err := s.owner(ctx)
	if err != nil {
		return nil, err
	}
	w := o.Workspace
	w.BotCount, err = view(ctx, s, func(tx *store.Tx) (int64, error) { return tx.CountBots(ctx) })
	return &w, err
}

func (s *Service) listWorkspaces(ctx context.Context, _ *Identity, in *platform.ListWorkspacesInput) (*platform.ListWorkspacesOutput, error) {
	w, err := s.workspace(ctx)
	if err != nil {
		return nil, err
	}
	out := &platform.ListWorkspacesOutput{Workspaces: []platform.Workspace{}}
	if in.Handle == "" || in.Handle == w.Handle {
		out.Workspaces = append(out.Workspaces, *w)
	}
	return out, nil
}

func (s *Service) getWorkspace(ctx context.Context, _ *Identity, in *platform.GetWorkspaceInput) (*platform.GetWorkspaceOutput, error) {
	if err := s.checkWorkspace(in.ID); err != nil {
		return nil, err
	}
	w, err := s.workspace(ctx)
	if err != nil {
		return nil, err
	}
	return &platform.GetWorkspaceOutput{Workspace: *w}, nil
}

func workspaceNotFound(id string) *platform.Error {
	return platform.Errorf(platform.TypeResourceNotFound, "workspace %.60q not found; \"bellhop server\" and listWorkspaces tell the one that there is", id)
}

// handleForm is also what stands before the slash in the name of an integration.
var handleForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,49}$`)

func (s *Service) updateWorkspace(ctx context.Context, _ *Identity, in *platform.UpdateWorkspaceInput) (*platform.GetWorkspaceOutput, error) {
	if err := s.checkWorkspace(in.ID); err != nil {
		return nil, err
	}
	if in.Handle.Value != "" && !handleForm.MatchString(in.Handle.Value) {
		return nil, platform.Errorf(platform.TypeInvalidIdentifier, "handle: %.60q is not a handle; use at most 50 lower-case letters, digits and -", in.Handle.Value)
	}
	if in.Name.Present && strings.TrimSpace(in.Name.Value) == "" {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "name: it is empty; give a name or leave it out")
	}
	_, err := s.changeOwner(ctx, func(o *owner) error {
		w := &o.Workspace
		setText(&w.Name, in.Name)
		setText(&w.Handle, in.Handle)
		setText(&w.About, in.About)
		setText(&w.ProfilePicture, in.ProfilePicture)
		setText(&w.ContactEmail, in.ContactEmail)
		setText(&w.Website, in.Website)
		w.UpdatedAt = platform.At(s.Now())
		return nil
	})
	if err != nil {
		return nil, err
	}
	w, err := s.workspace(ctx)
	if err != nil {
		return nil, err
	}
	return &platform.GetWorkspaceOutput{Workspace: *w}, nil
}

func (s *Service) checkHandleAvailability(ctx context.Context, _ *Identity, in *platform.CheckHandleAvailabilityInput) (*platform.CheckHandleAvailabilityOutput, error) {
	w, err := s.workspace(ctx)
	if err != nil {
		return nil, err
	}
	out := &platform.CheckHandleAvailabilityOutput{Available: handleForm.MatchString(in.Handle), Suggestions: []string{}}
	if in.Handle == w.Handle {
		out.UsedBy = w.ID
	}
	return out, nil
}

func (s *Service) member(ctx context.Context) (*platform.WorkspaceMember, error) {
	o, err := s.owner(ctx)
	if err != nil {
		return nil, err
	}
	a := o.Account
	return &platform.WorkspaceMember{ID: memberID, Email: a.Email, CreatedAt: a.CreatedAt, Role: ownerRole, DisplayName: a.DisplayName}, nil
}

func (s *Service) getWorkspaceMember(ctx context.Context, _ *Identity, _ *platform.GetWorkspaceMemberInput) (*platform.GetWorkspaceMemberOutput, error) {
	m, err := s.member(ctx)
	if err != nil {
		return nil, err
	}
	return &platform.GetWorkspaceMemberOutput{WorkspaceMember: *m}, nil
}

func (s *Service) listWorkspaceMembers(ctx context.Context, _ *Identity, _ *platform.ListWorkspaceMembersInput) (*platform.ListWorkspaceMembersOutput, error) {
	m, err := s.member(ctx)
	if err != nil {
		return nil, err
	}
	return &platform.ListWorkspaceMembersOutput{Members: []platform.WorkspaceMember{*m}}, nil
}

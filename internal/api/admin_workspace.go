package api

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/platform"
)

func (s *Service) listPublicWorkspaces(ctx context.Context, _ *Identity, in *platform.ListPublicWorkspacesInput) (*platform.ListWorkspacesOutput, error) {
	w, err := s.workspace(ctx)
	if err != nil {
		return nil, err
	}
	out := &platform.ListWorkspacesOutput{Workspaces: []platform.Workspace{}}
	if named := len(in.WorkspaceIDs) == 0 || slices.Contains(in.WorkspaceIDs, w.ID); named && contains(in.Search, w.Name, w.Handle) {
		out.Workspaces = append(out.Workspaces, *w)
	}
	return out, nil
}

// contains tells whether one of the texts has what is searched for in it, in
// whatever case. Everything has nothing in it.
func contains(search string, texts ...string) bool {
	search = strings.ToLower(strings.TrimSpace(search))
	return search == "" || slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(strings.ToLower(text), search) })
}

func (s *Service) getWorkspacePreference(ctx context.Context, _ *Identity, in *platform.GetAccountPreferenceInput) (*platform.GetAccountPreferenceOutput, error) {
	o, err := s.owner(ctx)
	if err != nil {
		return nil, err
	}
	return &platform.GetAccountPreferenceOutput{Value: preference(o.WorkspacePreferences, in.Key)}, nil
}

func (s *Service) setWorkspacePreference(ctx context.Context, _ *Identity, in *platform.SetAccountPreferenceInput) (*platform.SetAccountPreferenceOutput, error) {
	_, err := s.changeOwner(ctx, func(o *owner) error {
		o.WorkspacePreferences = withPreference(o.WorkspacePreferences, in)
		return nil
	})
	return &platform.SetAccountPreferenceOutput{}, err
}

// preference is what is kept under a key; null is nothing.
func preference(kept map[string]json.RawMessage, key string) json.RawMessage {
	if value := kept[key]; value != nil {
		return value
	}
	return json.RawMessage("null")
}

// withPreference is a copy with the change; null removes.
func withPreference(kept map[string]json.RawMessage, in *platform.SetAccountPreferenceInput) map[string]json.RawMessage {
	kept = maps.Clone(kept)
	if kept == nil {
		kept = map[string]json.RawMessage{}
	}
	if len(in.Value) == 0 || string(in.Value) == "null" {
		delete(kept, in.Key)
	} else {
		kept[in.Key] = in.Value
	}
	return kept
}

// A server bills nobody, and its limits are in its configuration.

func (s *Service) listWorkspaceInvoices(_ context.Context, _ *Identity, in *platform.GetWorkspaceInput) (*platform.ListWorkspaceInvoicesOutput, error) {
	return &platform.ListWorkspaceInvoicesOutput{Invoices: []struct{}{}}, s.checkWorkspace(in.ID)
}

func (s *Service) listWorkspaceQuotas(_ context.Context, _ *Identity, in *platform.GetWorkspaceInput) (*platform.ListWorkspaceQuotasOutput, error) {
	return &platform.ListWorkspaceQuotasOutput{Quotas: []struct{}{}}, s.checkWorkspace(in.ID)
}

// vendorWorkspace is a workspace of the vendor's own, in which alone older
// versions of the official command deploy interfaces. Here it is another name
// for the one workspace.
const vendorWorkspace = "11111111-1111-1111-aaaa-111111111111"

func (s *Service) isWorkspace(id string) bool { return id == s.WorkspaceID || id == vendorWorkspace }

func (s *Service) checkWorkspace(id string) error {
	if !s.isWorkspace(id) {
		return workspaceNotFound(id)
	}
	return nil
}

package api

import (
	"context"

	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/platform"
)

// The hub is what is published on this server and not private. What is private
// is like what does not exist.

func (s *Service) publicIntegration(ctx context.Context, in *platform.Integration) (*platform.PublicIntegration, error) {
	if has, _ := in.Shown(); !has {
		return nil, platform.Errorf(platform.TypeResourceNotFound, "integration %.120q not found in the hub", in.Name+"@"+in.Version)
	}
	w, err := s.workspace(ctx)
	if err != nil {
		return nil, err
	}
	installs, err := view(ctx, s, func(tx *store.Tx) ([]store.Installation, error) { return tx.InstallationsOfIntegration(ctx, in.ID) })
	if err != nil {
		return nil, err
	}
	return &platform.PublicIntegration{
		Integration:    *in,
		OwnerWorkspace: platform.OwnerWorkspace{ID: w.ID, Handle: optional(w.Handle), Name: w.Name},
		Meta:           platform.HubMeta{Installs: len(installs)},
	}, nil
}

func (s *Service) listPublicIntegrations(ctx context.Context, _ *Identity, in *platform.ListIntegrationsInput) (*platform.ListIntegrationsOutput, error) {
	w, err := s.workspace(ctx)
	if err != nil {
		return nil, err
	}
	owner := platform.OwnerWorkspace{ID: w.ID, Handle: optional(w.Handle), Name: w.Name}
	out, err := s.findIntegrations(ctx, in, func(i *platform.Integration) bool {
		_, listed := i.Shown()
		return listed
	})
	if err != nil {
		return nil, err
	}
	installs, err := s.countInstalls(ctx, out.Integrations)
	for i := range out.Integrations {
		shown := &out.Integrations[i]
		shown.OwnerWorkspace, shown.Meta = &owner, &platform.HubMeta{Installs: installs[shown.ID]}
	}
	return out, err
}

func (s *Service) getPublicIntegrationByID(ctx context.Context, id *Identity, in *platform.GetIntegrationInput) (*platform.GetPublicIntegrationOutput, error) {
	found, err := s.getIntegration(ctx, id, in)
	if err != nil {
		return nil, err
	}
	shown, err := s.publicIntegration(ctx, &found.Integration)
	if err != nil {
		return nil, err
	}
	return &platform.GetPublicIntegrationOutput{Integration: *shown}, nil
}

func (s *Service) getPublicIntegration(ctx context.Context, id *Identity, in *platform.GetIntegrationByNameInput) (*platform.GetPublicIntegrationOutput, error) {
	found, err := s.getIntegrationByName(ctx, id, in)
	if err != nil {
		return nil, err
	}
	shown, err := s.publicIntegration(ctx, &found.Integration)
	if err != nil {
		return nil, err
	}
	return &platform.GetPublicIntegrationOutput{Integration: *shown}, nil
}

func (s *Service) listPublicInterfaces(ctx context.Context, _ *Identity, in *platform.ListInterfacesInput) (*platform.ListInterfacesOutput, error) {
	list, meta, err := interfaces.list(ctx, s, in, (*platform.Interface).Shown)
	if err != nil {
		return nil, err
	}
	return &platform.ListInterfacesOutput{Interfaces: summaries(list, (*platform.Interface).Summary), Meta: meta}, nil
}

func (s *Service) getPublicInterfaceByID(ctx context.Context, _ *Identity, in *platform.GetInterfaceInput) (*platform.GetInterfaceOutput, error) {
	return publicInterface(interfaceOutput(interfaces.get(ctx, s, in.ID)))
}

func (s *Service) getPublicInterface(ctx context.Context, _ *Identity, in *platform.GetInterfaceByNameInput) (*platform.GetInterfaceOutput, error) {
	return publicInterface(interfaceOutput(interfaces.getByName(ctx, s, in.Name, in.Version)))
}

func publicInterface(out *platform.GetInterfaceOutput, err error) (*platform.GetInterfaceOutput, error) {
	if err == nil && !out.Interface.Shown() {
		return nil, platform.Errorf(platform.TypeResourceNotFound, "interface %.120q not found in the hub", out.Interface.Name+"@"+out.Interface.Version)
	}
	return out, err
}

func (s *Service) listPublicPlugins(ctx context.Context, _ *Identity, in *platform.ListPluginsInput) (*platform.ListPluginsOutput, error) {
	list, meta, err := plugins.list(ctx, s, (*platform.ListInterfacesInput)(in), func(p *platform.Plugin) bool {
		_, listed := p.Shown()
		return listed
	})
	if err != nil {
		return nil, err
	}
	return &platform.ListPluginsOutput{Plugins: summaries(list, (*platform.Plugin).Summary), Meta: meta}, nil
}

func (s *Service) getPublicPluginByID(ctx context.Context, _ *Identity, in *platform.GetPluginInput) (*platform.GetPluginOutput, error) {
	return publicPlugin(pluginOutput(plugins.get(ctx, s, in.ID)))
}

func (s *Service) getPublicPlugin(ctx context.Context, _ *Identity, in *platform.GetPluginByNameInput) (*platform.GetPluginOutput, error) {
	return publicPlugin(pluginOutput(plugins.getByName(ctx, s, in.Name, in.Version)))
}

func publicPlugin(out *platform.GetPluginOutput, err error) (*platform.GetPluginOutput, error) {
	if err != nil {
		return nil, err
	}
	if has, _ := out.Plugin.Shown(); !has {
		return nil, platform.Errorf(platform.TypeResourceNotFound, "plugin %.120q not found in the hub", out.Plugin.Name+"@"+out.Plugin.Version)
	}
	return out, nil
}

func (s *Service) getPublicPluginCode(ctx context.Context, id *Identity, in *platform.GetPluginCodeInput) (*platform.GetPluginCodeOutput, error) {
	if _, err := s.getPublicPluginByID(ctx, id, &platform.GetPluginInput{ID: in.ID}); err != nil {
		return nil, err
	}
	return s.getPluginCode(ctx, id, in)
}

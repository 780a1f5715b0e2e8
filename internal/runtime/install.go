package runtime

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/verdict"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/schema"
	"github.com/bellhop-dev/bellhop/wire"
)

var aliasForm = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_/.-]{0,99}$`)

// PutInstallation installs an integration on a bot under an alias, or changes
// an installation; members of in that are absent stay as they are. It calls
// register before it returns: a register that fails is told in the status, not
// as an error. in.Integration is an id or name@version: another version of what
// is installed is an upgrade, which keeps everything; another integration takes
// the place of the installation, which is removed.
func (r *Runtime) PutInstallation(ctx context.Context, in *platform.PutInstallationInput) (*catalog.Installation, error) {
	unlock, err := r.lock(ctx, in.BotID)
	if err != nil {
		return nil, err
	}
	defer unlock()
	return r.put(ctx, in)
}

// planned is a change of an installation that was checked and not made.
type planned struct {
	row      *store.Installation
	target   *catalog.Integration
	old      *catalog.Installation // what becomes row; nil for a new one
	replaced *catalog.Installation // what goes because another integration takes its alias; or nil
}

// plan checks a change.
func (r *Runtime) plan(ctx context.Context, b *catalog.Bot, in *platform.PutInstallationInput) (*planned, error) {
	if !aliasForm.MatchString(in.Alias) {
		return nil, platform.Errorf(platform.TypeInvalidIdentifier, "alias: %.60q is not an alias; use letters, digits, - and _, a letter first", in.Alias)
	}
	p := &planned{old: b.Installations[in.Alias]}
	target, err := r.integration(ctx, in, p.old)
	if err != nil {
		return nil, err
	}
	p.target = target
	if p.old != nil && p.old.Integration.Name != target.Name {
		p.replaced = p.old
		p.old, in = nil, whole(in, p.replaced)
	}
	if p.row, err = r.newRow(in, p.old, target); err != nil {
		return nil, err
	}
	if p.replaced != nil {
		p.row.Settings = p.replaced.Settings
	}
	return p, nil
}

// put is PutInstallation for a caller that holds the bot's lock.
func (r *Runtime) put(ctx context.Context, in *platform.PutInstallationInput) (*catalog.Installation, error) {
	b, err := r.cfg.Catalog.Bot(ctx, in.BotID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, platform.Errorf(platform.TypeResourceNotFound, "bot %q not found", in.BotID)
	} else if err != nil {
		return nil, err
	}
	p, err := r.plan(ctx, b, in)
	if err != nil {
		return nil, err
	}
	if p.replaced != nil {
		if err := r.remove(ctx, p.replaced, false); err != nil {
			return nil, err
		}
	}
	row, old := p.row, p.old
	changed := old == nil || old.IntegrationID != row.IntegrationID || old.ConfigurationType != row.ConfigurationType ||
		string(old.Configuration) != string(row.Configuration) || !old.Enabled && row.Enabled ||
		old.Status != store.StatusRegistered
	if changed {
		row.Status, row.StatusReason = store.StatusRegistrationPending, ""
	}
	if err := r.write(ctx, row, p.target.Name); err != nil {
		return nil, err
	}
	if changed && row.Enabled {
		if err := r.register(ctx, row.ID); err != nil {
			return nil, err
		}
	}
	if old != nil && changed && row.Enabled {
		if err := r.mended(ctx, row.ID); err != nil {
			return nil, err
		}
	}
	return r.cfg.Catalog.Installation(ctx, row.ID)
}

// mended has what waits for an installation attempted now.
func (r *Runtime) mended(ctx context.Context, id string) error {
	err := r.cfg.Store.Update(ctx, func(tx *store.Tx) error { return tx.Hasten(ctx, store.TargetInstallation, id) })
	r.cfg.Mended(id)
	return err
}

// whole is what is asked for when another integration takes an installation's
// place: what is not said about dead letters and being enabled stays.
func whole(in *platform.PutInstallationInput, old *catalog.Installation) *platform.PutInstallationInput {
	asked := *in
	if asked.Enabled == nil {
		asked.Enabled = &old.Enabled
	}
	if asked.OnDeadLetter == "" && old.HoldDead {
		asked.OnDeadLetter = "hold"
	}
	return &asked
}

// integration finds the integration version that is to be installed.
func (r *Runtime) integration(ctx context.Context, in *platform.PutInstallationInput, old *catalog.Installation) (*catalog.Integration, error) {
	ref := in.Integration
	if ref == "" {
		if old == nil {
			return nil, platform.Errorf(platform.TypeInvalidPayload, "integration: it is needed the first time; give an id or name@version")
		}
		return old.Integration, nil
	}
	id := ref
	if !platform.IsIntegrationID(ref) {
		name, version, ok := strings.Cut(ref, "@")
		if !ok || version == "" {
			version = "latest"
		}
		row, err := r.cfg.FindIntegration(ctx, name, version)
		if errors.Is(err, store.ErrNotFound) {
			return nil, platform.Errorf(platform.TypeReferenceNotFound, "integration: %.120q not found; \"bellhop integration list\" shows what there is", ref)
		} else if err != nil {
			return nil, err
		}
		id = row.ID
	}
	found, err := r.cfg.Catalog.Integration(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, platform.Errorf(platform.TypeReferenceNotFound, "integration: %.120q not found", ref)
	}
	return found, err
}

// newRow merges what is asked for into what there is, and checks it.
func (r *Runtime) newRow(in *platform.PutInstallationInput, old *catalog.Installation, target *catalog.Integration) (*store.Installation, error) {
	row := &store.Installation{BotID: in.BotID, Alias: in.Alias, WebhookID: newUUID(), Enabled: true, Configuration: json.RawMessage("{}"), Status: store.StatusRegistrationPending}
	if old != nil {
		copied := old.Installation
		row = &copied
	}
	row.IntegrationID = target.ID
	if in.Enabled != nil {
		row.Enabled = *in.Enabled
	}
	if in.ConfigurationType.Present {
		row.ConfigurationType = in.ConfigurationType.Value
	}
	switch in.OnDeadLetter {
	case "":
	case "hold", "free":
		row.HoldDead = in.OnDeadLetter == "hold"
	default:
		return nil, platform.Errorf(platform.TypeInvalidPayload, "onDeadLetter: must be free or hold, not %.40q", in.OnDeadLetter)
	}
	if in.DisabledChannels != nil {
		if err := declared(target, in.DisabledChannels); err != nil {
			return nil, err
		}
		row.DisabledChannels = slices.Compact(slices.Sorted(slices.Values(in.DisabledChannels)))
	}
	if in.Configuration != nil {
		row.Configuration = schema.Unmask(in.Configuration, row.Configuration)
	}
	const most = 20 << 10
	if len(row.Configuration) > most {
		return nil, platform.Errorf(platform.TypePayloadTooLarge, "configuration: it has %d bytes; at most %d are allowed", len(row.Configuration), most)
	}
	_, v, ok := target.Configuration(row.ConfigurationType)
	if !ok {
		return nil, platform.Errorf(platform.TypeInvalidPayload, "configurationType: %.60q is not one of %s@%s; it has %s", row.ConfigurationType, target.Name, target.Version, catalog.Names(target.Def.Configurations))
	}
	if err := v.Validate(row.Configuration); err != nil {
		return nil, platform.Errorf(platform.TypeInvalidDataFormat, "%s", inField(err, "configuration"))
	}
	return row, nil
}

// declared refuses channels that the integration has not.
func declared(target *catalog.Integration, channels []string) error {
	for _, name := range channels {
		if _, ok := target.Def.Channels[name]; !ok {
			return platform.Errorf(platform.TypeInvalidPayload, "disabledChannels: %.60q is not a channel of %s@%s; it has %s",
				name, target.Name, target.Version, catalog.Names(target.Def.Channels))
		}
	}
	return nil
}

// write writes an installation, but for what its code says of itself, which
// may have changed since it was read. A new one of the integration called name
// adopts what the same integration left under its alias when it was removed.
func (r *Runtime) write(ctx context.Context, row *store.Installation, name string) error {
	var robbed []string
	err := r.cfg.Store.Update(ctx, func(tx *store.Tx) (err error) {
		if row.ID == "" {
			if row.ID, err = tx.ReviveInstallation(ctx, row.BotID, row.Alias, name); err != nil {
				return err
			}
			row.ID = cmp.Or(row.ID, r.cfg.IDs.New(platform.PrefixInstallation, tx.Now()))
			return tx.PutInstallation(ctx, row)
		}
		now, err := tx.Installation(ctx, row.ID)
		if err != nil {
			return err
		}
		row.Identifier, row.RegisterEvery, row.RegisterAt = now.Identifier, now.RegisterEvery, now.RegisterAt
		if now.IntegrationID != row.IntegrationID {
			if robbed, err = takeIdentifier(ctx, tx, row); err != nil {
				return err
			}
		}
		return tx.PutInstallation(ctx, row)
	})
	for _, botID := range append(robbed, row.BotID) {
		r.cfg.Catalog.InvalidateBot(botID)
	}
	r.relisten()
	return err
}

// DeleteInstallation unregisters an installation and removes it. An unregister
// that fails keeps it, unless forced.
func (r *Runtime) DeleteInstallation(ctx context.Context, botID, alias string, force bool) error {
	unlock, err := r.lock(ctx, botID)
	if err != nil {
		return err
	}
	defer unlock()
	b, err := r.cfg.Catalog.Bot(ctx, botID)
	if err != nil {
		return err
	}
	in := b.Installations[alias]
	if in == nil {
		return store.ErrNotFound
	}
	return r.remove(ctx, in, force)
}

// remove is DeleteInstallation for who has the bot's lock.
func (r *Runtime) remove(ctx context.Context, in *catalog.Installation, force bool) error {
	if in.Status != store.StatusUnregistered {
		if err := r.unregister(ctx, in, force); err != nil {
			return err
		}
	}
	return r.drop(ctx, in)
}

// drop removes the row of an installation that is unregistered.
func (r *Runtime) drop(ctx context.Context, in *catalog.Installation) error {
	var freed []store.Delivery
	err := r.cfg.Store.Update(ctx, func(tx *store.Tx) error {
		err := tx.DeleteInstallation(ctx, in.ID)
		freed = tx.Discarded()
		return err
	})
	if err == nil {
		r.cfg.Discarded(freed)
	}
	r.cfg.Catalog.InvalidateBot(in.BotID)
	r.relisten()
	return err
}

func (r *Runtime) unregister(ctx context.Context, in *catalog.Installation, force bool) error {
	err := r.life(ctx, in, wire.OpUnregister)
	if err == nil {
		return nil
	}
	r.cfg.Logger.Warn("unregister failed", "bot_id", in.BotID, "installation_id", in.ID, "alias", in.Alias, "forced", force, "error", err)
	if force {
		return nil
	}
	row := in.Installation
	row.Status, row.StatusReason = store.StatusUnregistrationFailed, clean(err.Error())
	if err := r.write(ctx, &row, in.Integration.Name); err != nil {
		return err
	}
	return platform.Errorf(platform.TypeRuntime, "%s could not unregister: %s; fix that, or leave what is outside as it is with `bellhop install remove %s --bot %s --force`",
		in.Alias, row.StatusReason, in.Alias, in.BotID)
}

// callLife calls register or unregister.
func (r *Runtime) callLife(ctx context.Context, in *catalog.Installation, operation string) error {
	h, err := r.Installation(in)
	if err != nil {
		return &final{err}
	}
	req := r.Request(in, operation, operation)
	if req.Body, err = json.Marshal(platform.RegisterBody{WebhookURL: req.WebhookURL}); err != nil {
		return err
	}
	return r.tell(ctx, h, req)
}

// UnregisterBot tells a bot's code that the bot is about to be removed. Code
// that refuses or is away does not keep the bot.
func (r *Runtime) UnregisterBot(ctx context.Context, b *catalog.Bot) {
	if b.URL == "" && b.Builtin == "" && b.Deployment == "" {
		return
	}
	h, err := r.Bot(b)
	if err == nil {
		req := botRequest(b, wire.OpUnregister, wire.OpUnregister)
		req.Body = []byte("{}")
		err = r.tell(ctx, h, req)
	}
	if err != nil {
		r.cfg.Logger.Warn("unregister failed", "bot_id", b.ID, "forced", true, "error", err)
	}
}

// tell makes a call of the life cycle.
func (r *Runtime) tell(ctx context.Context, h wire.Handler, req *wire.Request) error {
	ctx, cancel := context.WithTimeoutCause(ctx, r.cfg.RegisterTimeout, fmt.Errorf("no answer within %s", r.cfg.RegisterTimeout))
	defer cancel()
	resp, err := h.Handle(ctx, req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	a := classify(resp)
	if a.Kind == verdict.Refused {
		return &final{a.Err}
	}
	return a.Err
}

// final is a fault that trying again does not mend.
type final struct{ error }

// Unwrap returns the fault.
func (f *final) Unwrap() error { return f.error }

// lock holds other changes of a bot's installations. The error is the
// context's, when it ends before the others do.
func (r *Runtime) lock(ctx context.Context, botID string) (unlock func(), err error) {
	r.mu.Lock()
	held := r.installing[botID]
	if held == nil {
		held = &turn{place: make(chan struct{}, 1)}
		r.installing[botID] = held
	}
	held.wanted++
	r.mu.Unlock()
	done := func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if held.wanted--; held.wanted == 0 {
			delete(r.installing, botID)
		}
	}
	select {
	case held.place <- struct{}{}:
		return func() { <-held.place; done() }, nil
	case <-ctx.Done():
		done()
		return nil, ctx.Err()
	}
}

// turn is whose turn it is to change a bot's installations: place is full
// while somebody does, wanted counts who does and who waits.
type turn struct {
	place  chan struct{}
	wanted int
}

func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

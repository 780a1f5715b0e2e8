package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/bellhop-dev/bellhop/internal/catalog"
	"github.com/bellhop-dev/bellhop/internal/store"
	"github.com/bellhop-dev/bellhop/internal/vrl"
	"github.com/bellhop-dev/bellhop/platform"
	"github.com/bellhop-dev/bellhop/wire"
)

// Directory finds installations by what an external system calls them.
type Directory interface {
	// Integration returns a version by id; store.ErrNotFound when there is none.
	Integration(ctx context.Context, id string) (*catalog.Integration, error)
	// Versions returns the versions of an integration, the newest first.
	Versions(ctx context.Context, name string) ([]*catalog.Integration, error)
	// ByIdentifier returns the installation of any version of an integration
	// that holds an identifier; store.ErrNotFound when there is none.
	ByIdentifier(ctx context.Context, name, identifier string) (*catalog.Installation, error)
	// Secrets returns the secrets of a version, for its scripts.
	Secrets(ctx context.Context, integrationID string) (map[string]string, error)
}

// scriptTimeout bounds one run of a script.
const scriptTimeout = time.Second

// serveShared answers a call to the address that the installations of an
// integration share: the definition's script finds whose it is.
func (h *Handler) serveShared(w http.ResponseWriter, v *visit, names []named) error {
	r := v.r
	versions, path, err := h.versions(r.Context(), names)
	if err != nil {
		return err
	}
	v.path = path
	most := h.cfg.MaxBody
	if len(versions) > 0 {
		most = h.most(versions[0])
	}
	body, err := h.bodies.Read(w, r, most, v.address())
	if err != nil {
		return err
	}
	defer body.Release()
	if err := h.calls.Take(1, v.address()); err != nil {
		return err
	}
	defer h.calls.Give(1, v.address())
	event := map[string]any{"method": r.Method, "path": path, "query": query(r.URL.RawQuery), "headers": anyMap(headers(r))}
	if len(body.Bytes) > 0 {
		event["body"] = string(body.Bytes)
	}
	v.in, err = h.identify(r.Context(), versions, event)
	if errors.Is(err, store.ErrNotFound) {
		return h.fallBack(w, v, versions, event)
	} else if err != nil {
		return err
	}
	handler, req, err := h.request(v)
	if err != nil {
		return err
	}
	return h.pass(w, v, handler, req, body)
}

// versions returns the versions of the first name that has any.
func (h *Handler) versions(ctx context.Context, names []named) ([]*catalog.Integration, string, error) {
	if err := h.finds.enter(); err != nil {
		return nil, "", err
	}
	defer h.finds.leave()
	for _, n := range names {
		one, err := h.cfg.Directory.Integration(ctx, n.name)
		if err == nil {
			return []*catalog.Integration{one}, n.path, nil
		} else if !errors.Is(err, store.ErrNotFound) {
			return nil, "", err
		}
		list, err := h.cfg.Directory.Versions(ctx, n.name)
		if err != nil || len(list) > 0 {
			return list, n.path, err
		}
	}
	return nil, "", platform.Errorf(platform.TypeResourceNotFound, "this address names no integration that is published on this server")
}

// identify returns whose a call is; store.ErrNotFound when no version's script
// says so.
func (h *Handler) identify(ctx context.Context, versions []*catalog.Integration, event map[string]any) (*catalog.Installation, error) {
	tried := map[string]bool{}
	for _, v := range versions {
		if v.Extract() == nil || tried[v.Def.Identifier.ExtractScript] {
			continue
		}
		tried[v.Def.Identifier.ExtractScript] = true
		result, err := h.script(ctx, v, v.Extract(), event)
		if err != nil {
			h.cfg.Logger.Debug("no identifier found", "integration", v.Name, "version", v.Version, "error", err)
			continue
		}
		in, err := h.cfg.Directory.ByIdentifier(ctx, v.Name, identifier(result))
		if !errors.Is(err, store.ErrNotFound) {
			return in, err
		}
	}
	return nil, store.ErrNotFound
}

func (h *Handler) script(ctx context.Context, v *catalog.Integration, program *vrl.Program, event map[string]any) (any, error) {
	secrets, err := h.cfg.Directory.Secrets(ctx, v.ID)
	if err != nil {
		return nil, err
	}
	event["secrets"] = anyMap(secrets)
	defer delete(event, "secrets")
	ctx, cancel := context.WithTimeout(ctx, scriptTimeout)
	defer cancel()
	return program.Run(ctx, event)
}

// identifier is a script's result as the identifier it means; "" is none.
func identifier(result any) string {
	switch result := result.(type) {
	case string:
		return result
	case int64:
		return strconv.FormatInt(result, 10)
	}
	return ""
}

// fallBack lets the definition answer a call that is nobody's.
func (h *Handler) fallBack(w http.ResponseWriter, v *visit, versions []*catalog.Integration, event map[string]any) error {
	for _, i := range versions {
		if i.Fallback() == nil {
			continue
		}
		result, err := h.script(v.r.Context(), i, i.Fallback(), event)
		if err != nil {
			h.cfg.Logger.Warn("fallback script failed", "integration", i.Name, "version", i.Version, "error", err)
			break
		}
		if answer, ok := result.(map[string]any); ok && len(answer) > 0 {
			return v.write(w, scripted(answer))
		}
	}
	return platform.Errorf(platform.TypeResourceNotFound, "no installation on this server has claimed what this call is about; "+
		"its identifier is set when an installation is connected (configureIntegration)")
}

// scripted is the answer that a script words: {status?, headers?, body?}.
func scripted(answer map[string]any) *wire.Response {
	resp := &wire.Response{Header: http.Header{}}
	if status, ok := answer["status"].(int64); ok {
		resp.Status = int(status)
	}
	if all, ok := answer["headers"].(map[string]any); ok {
		for key, value := range all {
			if text, ok := value.(string); ok {
				resp.Header.Set(key, text)
			}
		}
	}
	switch body := answer["body"].(type) {
	case nil:
	case string:
		resp.Body = []byte(body)
	default:
		resp.Body, _ = json.Marshal(body) // a script's values always encode
	}
	return resp
}

func anyMap(m map[string]string) map[string]any {
	made := make(map[string]any, len(m))
	for key, value := range m {
		made[key] = value
	}
	return made
}

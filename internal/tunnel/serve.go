package tunnel

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/coder/websocket"

	"github.com/bellhop-dev/bellhop/internal/reply"
	"github.com/bellhop-dev/bellhop/platform"
)

var _ http.Handler = (*Hub)(nil)

// Serves tells whether the path of a request is one where tunnels are opened.
func Serves(path string) bool {
	return path == Prefix || strings.HasPrefix(path, Prefix+"/")
}

// ServeHTTP opens a tunnel and carries it until it ends. The official CLI
// sends nothing that tells who it is, and opens the tunnel before it registers
// what is at its end. So an id alone opens a tunnel when nobody can guess it;
// nothing is sent through until an authenticated call has registered the id.
// Any other id needs an account's token before it in the path.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token, id, ok := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, Prefix), "/"), "/")
	if !ok {
		token, id = "", token
	}
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		h.refuse(w, r, platform.Errorf(platform.TypeInvalidPayload, "tunnels to code in development are opened here: bp dev --tunnel-url %s", "http(s)://HOST"+Prefix))
		return
	}
	valid := idForm.MatchString(id)
	from, err := h.admit(r.Context(), token, id, valid)
	if err != nil {
		h.refuse(w, r, reply.AsError(err))
		return
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		h.cfg.Logger.Debug("tunnel not opened", "error", err) // Accept has answered
		return
	}
	if !valid {
		_ = conn.Close(closeInvalidID, "invalid url")
		return
	}
	// The connection is no longer the HTTP server's, which ends its context.
	h.carry(context.WithoutCancel(r.Context()), newPeer(h, id, from.workspaceID, conn), from.claimed)
}

func (h *Hub) refuse(w http.ResponseWriter, r *http.Request, e *platform.Error) {
	reply.Log(r.Context(), h.cfg.Logger, "tunnel refused", e)
	reply.Error(w, e)
}

// admission is what is known of who opens a tunnel.
type admission struct {
	workspaceID string // of the token; "" without one
	claimed     bool   // with a token, or for something that is registered
}

// admit tells who may open a tunnel, while there is room for one; an id that
// is not valid is told so later, in the words of the protocol.
func (h *Hub) admit(ctx context.Context, token, id string, valid bool) (from admission, err error) {
	switch {
	case token != "":
		if from.workspaceID, err = h.cfg.Admit(ctx, token); err != nil {
			return from, err
		}
		from.claimed = true
	case valid && !secretForm.MatchString(id):
		return from, platform.Errorf(platform.TypeUnauthorized, "a tunnel with an id of one's own choice needs an account token: %s/<token>/<id>", Prefix)
	}
	h.mu.Lock()
	full := h.closed || len(h.peers) >= h.cfg.Open
	crowded := h.unclaimed >= h.cfg.Unclaimed
	h.mu.Unlock()
	if !full && crowded && !from.claimed {
		if from.claimed, err = h.cfg.Registered(ctx, id); err != nil {
			return from, err
		}
		full = !from.claimed
	}
	if full {
		return from, platform.Unavailable(errCrowded, errCrowded.Error()+"; come back later, or put an account token into the address", retryAfter)
	}
	return from, nil
}

// carry makes p the peer of its id and serves it. A peer that has the id and
// lives keeps it; one that does not answer makes room: it is the same
// developer's, before the line broke.
func (h *Hub) carry(ctx context.Context, p *peer, claimed bool) {
	for {
		other, err := h.add(p, claimed)
		switch {
		case err == nil:
			h.run(ctx, p)
			return
		case !errors.Is(err, errConflict):
			_ = p.conn.Close(websocket.StatusTryAgainLater, err.Error())
			return
		case other.alive(ctx, h.cfg.Probe):
			h.cfg.Logger.Warn("tunnel refused", "error", errConflict)
			_ = p.conn.Close(closeConflict, errConflict.Error())
			return
		}
		other.end(errSilent)
		<-other.removed
	}
}

func (h *Hub) run(ctx context.Context, p *peer) {
	h.cfg.Logger.Info("tunnel opened", "tunnel", short(p.id))
	if h.cfg.Opened != nil {
		go h.cfg.Opened(p.id)
	}
	why := p.serve(ctx)
	h.remove(p)
	h.cfg.Logger.Info("tunnel closed", "tunnel", short(p.id), "error", why)
}

// short is what a log may have of an id: whoever has it all can take the
// tunnel.
func short(id string) string { return id[:min(len(id), 8)] + "…" }

// needed keeps a peer that something is registered for.
func (h *Hub) needed(ctx context.Context, p *peer) error {
	h.mu.Lock()
	claimed := p.claimed
	h.mu.Unlock()
	if claimed {
		return nil
	}
	registered, err := h.cfg.Registered(ctx, p.id)
	if err != nil {
		h.cfg.Logger.Warn("tunnel not looked up", "error", err)
		return nil
	}
	if !registered {
		return errUnregistered
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.claim(p)
	return nil
}

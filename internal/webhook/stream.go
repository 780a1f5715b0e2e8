package webhook

import (
	"context"
	"errors"
	"mime"
	"net/http"

	"github.com/bellhop-dev/bellhop/internal/admission"
	"github.com/bellhop-dev/bellhop/internal/reply"
	"github.com/bellhop-dev/bellhop/wire"
)

// maxStreams is how many streams there are at a time.
const maxStreams = 10_000

// stream lets the integration answer over time and reports whether it did.
// Only answers that turn out to be event streams have a share of the streams.
func (h *Handler) stream(w http.ResponseWriter, v *visit, s wire.Streamer, req *wire.Request) bool {
	ctx, cancel := context.WithCancel(v.r.Context())
	defer cancel()
	c := &counted{ResponseWriter: w, r: v.r, streams: h.streams, key: v.address(), cancel: cancel}
	defer c.release()
	done := s.Stream(c, within(v.r.WithContext(ctx), v.path), req)
	if done && c.status != 0 {
		v.status = c.status
	}
	return done
}

// counted takes a place when an event stream begins. Where there is none it
// answers the refusal in its stead and ends the stream's context.
type counted struct {
	http.ResponseWriter
	r       *http.Request
	streams *admission.Shares
	key     string
	cancel  context.CancelFunc

	status  int // 0 until the header is written
	holds   bool
	refused bool
}

var errNoPlace = errors.New("there is no place for another stream")

func (c *counted) WriteHeader(status int) {
	if c.status != 0 || c.refused {
		return
	}
	if status < http.StatusOK { // informational; the answer follows
		c.ResponseWriter.WriteHeader(status)
		return
	}
	if c.status = status; isEventStream(c.Header()) {
		if err := c.streams.Take(1, c.key); err != nil {
			c.refuse(err)
			return
		}
		c.holds = true
	}
	c.ResponseWriter.WriteHeader(status)
}

func isEventStream(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && kind == "text/event-stream"
}

func (c *counted) refuse(err error) {
	e := reply.AsError(err)
	c.refused, c.status = true, e.Code
	c.Header().Del("Content-Type")
	reply.ErrorTo(c.ResponseWriter, c.r, e)
	c.cancel()
}

func (c *counted) Write(p []byte) (int, error) {
	c.WriteHeader(http.StatusOK)
	if c.refused {
		return 0, errNoPlace
	}
	return c.ResponseWriter.Write(p)
}

// FlushError is what [http.ResponseController] calls.
func (c *counted) FlushError() error {
	c.WriteHeader(http.StatusOK)
	if c.refused {
		return errNoPlace
	}
	return http.NewResponseController(c.ResponseWriter).Flush()
}

// Flush is for handlers that ask for an [http.Flusher].
func (c *counted) Flush() { _ = c.FlushError() }

// Unwrap lets [http.ResponseController] set deadlines.
func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *counted) release() {
	if c.holds {
		c.streams.Give(1, c.key)
	}
}

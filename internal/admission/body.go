package admission

import (
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/bellhop-dev/bellhop/platform"
)

// window is how long a body may take for the least that has to arrive in it.
const window = 10 * time.Second

// Bodies reads bodies. It is safe for concurrent use.
type Bodies struct {
	// Rate is how many bytes of a body have to arrive in a second, on average
	// over ten seconds or until its end.
	Rate int64
	// Held are the bytes of bodies that are kept at a time.
	Held *Shares
	now  func() time.Time
}

// NewBodies returns Bodies that keep total bytes at a time, and one of each key.
func NewBodies(rate, total, one int64) *Bodies {
	return &Bodies{Rate: rate, Held: NewShares("bytes of bodies", total, one), now: time.Now}
}

// Body is what was read.
type Body struct {
	Bytes []byte
	held  int64
	keys  []string
	from  *Bodies
}

// Release gives back the room of the body; a nil body has none. It may be called more than once.
func (b *Body) Release() {
	if b != nil && b.held > 0 {
		b.from.Held.Give(b.held, b.keys...)
		b.held = 0
	}
}

// Grow takes room for n bytes more, which are made of the body.
func (b *Body) Grow(n int64) error {
	err := b.from.Held.Take(n, b.keys...)
	if err == nil {
		b.held += n
	}
	return err
}

// chunk is how much room is taken at a time.
const chunk = 64 << 10

// Read reads the body of a request, of at most limit bytes. Room is taken as
// bytes arrive, not before: who sends slowly holds nothing. Call Release when
// the body is not needed any more; after an error there is nothing to release.
func (b *Bodies) Read(w http.ResponseWriter, r *http.Request, limit int64, keys ...string) (*Body, error) {
	body := &Body{keys: keys, from: b}
	if r.ContentLength == 0 {
		return body, nil
	}
	if r.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	source, done := b.Pace(w, http.MaxBytesReader(w, r.Body, limit))
	defer done()
	err := b.fill(body, source, r.ContentLength, limit)
	if err == nil {
		return body, nil
	}
	body.Release()
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, tooLarge(limit)
	}
	if _, ok := errors.AsType[*platform.Error](err); ok {
		return nil, err
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		w.Header().Set("Connection", "close")
		e := platform.Errorf(platform.TypeInvalidPayload, "the body came too slowly; send at least %d bytes a second", b.Rate)
		e.Code, e.RetryAfter = http.StatusRequestTimeout, time.Second
		return nil, e
	}
	return nil, platform.Errorf(platform.TypeInvalidPayload, "the body could not be read to its end")
}

// fill reads to the end. length is that of the body, or less than 0 when it is not known.
func (b *Bodies) fill(body *Body, source io.Reader, length, limit int64) error {
	for {
		have := int64(len(body.Bytes))
		if have == length {
			return nil
		}
		if have == body.held {
			room := min(max(have, chunk), limit+1-have) // a body in memory is copied when it grows
			if length >= 0 {
				room = min(room, length-have)
			}
			if err := body.Grow(room); err != nil {
				return err
			}
			body.Bytes = slices.Grow(body.Bytes, int(room))
		}
		n, err := source.Read(body.Bytes[have:body.held])
		body.Bytes = body.Bytes[:have+int64(n)]
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Pace returns a reader of a body that fails when the body comes too slowly: in
// each window a whole window's bytes have to arrive. Call done at the end: a
// deadline that stays ends the request.
func (b *Bodies) Pace(w http.ResponseWriter, body io.Reader) (paced io.Reader, done func()) {
	control := http.NewResponseController(w)
	p := &pace{body: body, least: b.Rate * int64(window/time.Second), next: func() {
		_ = control.SetReadDeadline(b.now().Add(window)) // not every connection knows deadlines
	}}
	p.next()
	return p, func() {
		if !p.failed { // or else the rest, which the server reads away, would have no deadline
			_ = control.SetReadDeadline(time.Time{})
		}
	}
}

// Guard serves requests whose bodies have a deadline also where nobody reads
// them: the server itself reads a rest away, before and after it answers.
func Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			control := http.NewResponseController(w)
			bound := func() { _ = control.SetReadDeadline(time.Now().Add(window)) }
			bound()
			defer bound()
		}
		next.ServeHTTP(w, r)
	})
}

type pace struct {
	body        io.Reader
	least, came int64
	next        func() // begins a window
	failed      bool
}

// Read reads and counts.
func (p *pace) Read(into []byte) (int, error) {
	n, err := p.body.Read(into)
	if p.came += int64(n); p.came >= p.least {
		p.came = 0
		p.next()
	}
	p.failed = p.failed || err != nil && err != io.EOF
	return n, err
}

func tooLarge(limit int64) error {
	return platform.Errorf(platform.TypePayloadTooLarge, "the body is over %d bytes, the most that is taken here", limit)
}

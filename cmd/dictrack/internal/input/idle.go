package input

import (
	"context"
	"errors"
	"io"
	"time"
)

// ErrIdle means that a stream has nothing to read at the moment. Reading may go on.
var ErrIdle = errors.New("nothing to read just now")

// idleTimeout is how long a stream may pause before the texts read so far are returned.
const idleTimeout = 200 * time.Millisecond

// idleReader reads ahead from a stream that may pause, and returns ErrIdle when it does.
type idleReader struct {
	ctx    context.Context
	chunks chan chunk
	unread []byte
	err    error
}

// chunk is the result of one Read.
type chunk struct {
	data []byte
	err  error
}

// newIdleReader starts a goroutine that reads r until r or ctx ends. A Read that blocks when ctx ends is abandoned.
func newIdleReader(ctx context.Context, r io.Reader) *idleReader {
	p := &idleReader{ctx: ctx, chunks: make(chan chunk, 4)}
	go p.readAhead(r)
	return p
}

func (p *idleReader) readAhead(r io.Reader) {
	for {
		buf := make([]byte, 32<<10)
		n, err := r.Read(buf)
		select {
		case p.chunks <- chunk{buf[:n], err}:
		case <-p.ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// Read returns the bytes that are there, or ErrIdle when none came within idleTimeout.
func (p *idleReader) Read(into []byte) (int, error) {
	if len(p.unread) == 0 && p.err == nil {
		if err := p.next(); err != nil {
			return 0, err
		}
	}
	n := copy(into, p.unread)
	p.unread = p.unread[n:]
	if len(p.unread) == 0 {
		return n, p.err
	}
	return n, nil
}

func (p *idleReader) next() error {
	select {
	case c := <-p.chunks:
		p.unread, p.err = c.data, c.err
		return nil
	default:
	}
	timer := time.NewTimer(idleTimeout)
	defer timer.Stop()
	select {
	case c := <-p.chunks:
		p.unread, p.err = c.data, c.err
		return nil
	case <-timer.C:
		return ErrIdle
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
}

package input

import (
	"context"
	"errors"
	"io"
	"time"
)

// ErrIdle says that a stream has nothing to read just now. Reading may go on.
var ErrIdle = errors.New("nothing to read just now")

// idleTimeout is how long a stream may pause before what was read is handed over.
const idleTimeout = 200 * time.Millisecond

// idleReader reads ahead from a stream that may pause, and says so with ErrIdle.
type idleReader struct {
	ctx    context.Context
	chunks chan chunk
	unread []byte
	err    error
}

// chunk is what one Read gave.
type chunk struct {
	data []byte
	err  error
}

// newIdleReader reads r until it ends or ctx does; a Read of r that is under way then is left to itself.
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

// Read gives what there is, or ErrIdle when there has been nothing for a while.
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

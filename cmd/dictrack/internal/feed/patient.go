package feed

import (
	"context"
	"errors"
	"io"
	"time"
)

// ErrIdle says that a stream has nothing to read just now. Reading may go on.
var ErrIdle = errors.New("nothing to read just now")

// patience is how long a stream may pause before what was read is handed over.
const patience = 200 * time.Millisecond

// patient reads ahead from a stream that may pause, and says so with ErrIdle.
type patient struct {
	ctx    context.Context
	chunks chan chunk
	rest   []byte
	err    error
}

// chunk is what one Read gave.
type chunk struct {
	data []byte
	err  error
}

// newPatient reads r until it ends or ctx does; a Read of r that is under way then is left to itself.
func newPatient(ctx context.Context, r io.Reader) *patient {
	p := &patient{ctx: ctx, chunks: make(chan chunk, 4)}
	go p.readAhead(r)
	return p
}

func (p *patient) readAhead(r io.Reader) {
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
func (p *patient) Read(into []byte) (int, error) {
	if len(p.rest) == 0 && p.err == nil {
		if err := p.next(); err != nil {
			return 0, err
		}
	}
	n := copy(into, p.rest)
	p.rest = p.rest[n:]
	if len(p.rest) == 0 {
		return n, p.err
	}
	return n, nil
}

func (p *patient) next() error {
	select {
	case c := <-p.chunks:
		p.rest, p.err = c.data, c.err
		return nil
	default:
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case c := <-p.chunks:
		p.rest, p.err = c.data, c.err
		return nil
	case <-timer.C:
		return ErrIdle
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
}

package memorycache

import (
	"context"
	"sync"
	"sync/atomic"
)

// room bounds how many calls the Backing does not have.
type room struct {
	limit   int64
	used    atomic.Int64
	waiting atomic.Int64

	mu   sync.Mutex    // protects all below
	free chan struct{} // closed when there may be room again; nil when nobody waits
}

// take makes room for one call; false when there is none.
func (r *room) take() bool {
	for {
		used := r.used.Load()
		if used >= r.limit {
			return false
		}
		if r.used.CompareAndSwap(used, used+1) {
			return true
		}
	}
}

// tight tells whether so much is used that it is time to give some back.
func (r *room) tight() bool { return r.used.Load() >= max(1, r.limit/2) }

// give gives the room of calls back.
func (r *room) give(calls int) {
	r.used.Add(-int64(calls))
	if r.waiting.Load() == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.free != nil {
		close(r.free)
		r.free = nil
	}
}

// wait makes room for one call as soon as there is some.
func (r *room) wait(ctx context.Context) error {
	r.waiting.Add(1)
	defer r.waiting.Add(-1)
	for {
		free := r.next()
		if r.take() {
			return nil
		}
		select {
		case <-free:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// next is closed when room is given back after this call.
func (r *room) next() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.free == nil {
		r.free = make(chan struct{})
	}
	return r.free
}

package pebblestore

import (
	"context"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"github.com/dictrack/dictrack/internal/boundedmap"
	"github.com/dictrack/dictrack/tracker"
)

// committer puts commits in order. One goroutine checks versions and applies; what waits for it goes
// into one batch. Another waits for the disk and answers, while the first goes on, so that everything
// that arrives during a sync shares the next one.
type committer struct {
	store *Store
	queue chan *request
	syncs chan *round
	ended sync.WaitGroup

	// Only the goroutine that applies uses these.
	floor       uint64
	definitions *boundedmap.Map[tracker.ID, struct{}] // those known to be stored
	held        *request                              // it has to be alone in the next round
	last        *round                                // nil before the first

	key, value []byte // of the head that is being written
}

// maxCachedDefinitions bounds how many definitions are remembered as stored; others are looked up.
const maxCachedDefinitions = 1 << 16

// request is work for the committer: changes, or something that has to be done alone.
type request struct {
	ctx    context.Context
	writes []write
	alone  func(c *committer, r *round) error
	done   chan answer[struct{}] // capacity 1
	err    error                 // to be answered when the round is on disk
}

// requests are answered, to be used again.
var requests = sync.Pool{New: func() any { return &request{done: make(chan answer[struct{}], 1)} }}

// over gives a request back that nobody looks at any more.
func (r *request) over() {
	clear(r.writes)
	*r = request{writes: r.writes[:0], done: r.done}
	requests.Put(r)
}

func newCommitter(s *Store, floor uint64) *committer {
	c := &committer{
		store: s, floor: floor, definitions: boundedmap.New[tracker.ID, struct{}](maxCachedDefinitions),
		queue: make(chan *request, 256), syncs: make(chan *round, 256),
	}
	c.ended.Go(c.applyAll)
	c.ended.Go(c.syncAll)
	return c
}

// stop ends the goroutines, when no request is under way.
func (c *committer) stop() {
	close(c.queue)
	c.ended.Wait()
}

// submit hands over a request and waits for its answer.
func (s *Store) submit(ctx context.Context, r *request) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	r.ctx = ctx
	select {
	case s.commits.queue <- r:
	case <-ctx.Done():
		s.calls.Done()
		return ctx.Err()
	case <-s.breaker.broken:
		s.calls.Done()
		return s.breaker.cause
	}
	select {
	case a := <-r.done:
		r.over()
		return a.err
	case <-ctx.Done(): // the committer may still look at it
		return ctx.Err()
	case <-s.breaker.broken:
		return s.breaker.cause
	}
}

// submitAlone hands over what has to be done alone.
func (s *Store) submitAlone(ctx context.Context, do func(c *committer, r *round) error) error {
	r := requests.Get().(*request)
	r.alone = do
	return s.submit(ctx, r)
}

// finish answers a request.
func (c *committer) finish(r *request, err error) {
	r.done <- answer[struct{}]{err: err}
	c.store.calls.Done()
}

func (c *committer) applyAll() {
	defer close(c.syncs)
	for {
		round := c.gather()
		if round == nil {
			return
		}
		if !round.batch.Empty() {
			if err := c.store.db.ApplyNoSyncWait(round.batch, pebble.Sync); err != nil {
				c.store.breaker.trip(err)
				return
			}
			c.last = round
		}
		select {
		case c.syncs <- round:
		case <-c.store.breaker.broken:
			return
		}
	}
}

// gather makes a round of what waits; nil when there is no more to come.
func (c *committer) gather() *round {
	r := c.held
	c.held = nil
	if r == nil {
		select {
		case r = <-c.queue:
		case <-c.store.breaker.broken:
		}
	}
	if r == nil {
		return nil
	}
	round := newRound(c.store.db)
	if r.alone != nil {
		c.admit(round, r)
		return round
	}
	for r != nil && r.alone == nil {
		c.admit(round, r)
		r = c.next(round)
	}
	c.held = r
	return round
}

// next is the request that waits; nil if there is none or the round is full.
func (c *committer) next(r *round) *request {
	if r.full() {
		return nil
	}
	select {
	case more := <-c.queue:
		return more
	default:
		return nil
	}
}

// admit does the work of a request that somebody still waits for.
func (c *committer) admit(round *round, r *request) {
	err := r.ctx.Err()
	if err == nil && r.alone != nil {
		err = r.alone(c, round)
	} else if err == nil {
		err = c.addAll(round, r)
	}
	if err != nil {
		c.finish(r, err)
		return
	}
	round.waiting = append(round.waiting, r)
}

func (c *committer) syncAll() {
	for round := range c.syncs {
		var err error
		if !round.batch.Empty() {
			err = round.batch.SyncWait()
		}
		if err != nil {
			c.store.breaker.trip(err)
			return
		}
		close(round.durable)
		for _, r := range round.waiting {
			c.finish(r, r.err)
		}
		_ = round.batch.Close() // gives its memory back, and cannot fail
	}
}

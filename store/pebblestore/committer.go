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
	syncs chan *writeBatch
	ended sync.WaitGroup

	// Only the goroutine that applies uses these.
	firstVersion       uint64
	definitions *boundedmap.Map[tracker.ID, struct{}] // those known to be stored
	deferred        *request                              // it has to be alone in the next round
	lastBatch        *writeBatch                                // nil before the first

	key, value []byte // of the head that is being written
}

// maxCachedDefinitions bounds how many definitions are remembered as stored; others are looked up.
const maxCachedDefinitions = 1 << 16

// request is work for the committer: changes, or something that has to be done alone.
type request struct {
	ctx    context.Context
	writes []write
	exclusive  func(c *committer, r *writeBatch) error
	done   chan result[struct{}] // capacity 1
	err    error                 // to be answered when the round is on disk
}

// requests are answered, to be used again.
var requests = sync.Pool{New: func() any { return &request{done: make(chan result[struct{}], 1)} }}

// release gives a request back that nobody looks at any more.
func (r *request) release() {
	clear(r.writes)
	*r = request{writes: r.writes[:0], done: r.done}
	requests.Put(r)
}

func newCommitter(s *Store, floor uint64) *committer {
	c := &committer{
		store: s, firstVersion: floor, definitions: boundedmap.New[tracker.ID, struct{}](maxCachedDefinitions),
		queue: make(chan *request, 256), syncs: make(chan *writeBatch, 256),
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
	if err := s.enter(ctx); err != nil {
		return err
	}
	r.ctx = ctx
	select {
	case s.committer.queue <- r:
	case <-ctx.Done():
		s.calls.Done()
		return ctx.Err()
	case <-s.breaker.broken:
		s.calls.Done()
		return s.breaker.cause
	}
	select {
	case a := <-r.done:
		r.release()
		return a.err
	case <-ctx.Done(): // the committer may still look at it
		return ctx.Err()
	case <-s.breaker.broken:
		return s.breaker.cause
	}
}

// submitExclusive hands over what has to be done alone.
func (s *Store) submitExclusive(ctx context.Context, do func(c *committer, r *writeBatch) error) error {
	r := requests.Get().(*request)
	r.exclusive = do
	return s.submit(ctx, r)
}

// answer answers a request.
func (c *committer) answer(r *request, err error) {
	r.done <- result[struct{}]{err: err}
	c.store.calls.Done()
}

func (c *committer) applyAll() {
	defer close(c.syncs)
	for {
		round := c.nextBatch()
		if round == nil {
			return
		}
		if !round.ops.Empty() {
			if err := c.store.db.ApplyNoSyncWait(round.ops, pebble.Sync); err != nil {
				c.store.breaker.trip(err)
				return
			}
			c.lastBatch = round
		}
		select {
		case c.syncs <- round:
		case <-c.store.breaker.broken:
			return
		}
	}
}

// nextBatch makes a round of what waits; nil when there is no more to come.
func (c *committer) nextBatch() *writeBatch {
	r := c.deferred
	c.deferred = nil
	if r == nil {
		select {
		case r = <-c.queue:
		case <-c.store.breaker.broken:
		}
	}
	if r == nil {
		return nil
	}
	round := newWriteBatch(c.store.db)
	if r.exclusive != nil {
		c.process(round, r)
		return round
	}
	for r != nil && r.exclusive == nil {
		c.process(round, r)
		r = c.nextRequest(round)
	}
	c.deferred = r
	return round
}

// nextRequest is the request that waits; nil if there is none or the round is full.
func (c *committer) nextRequest(r *writeBatch) *request {
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

// process does the work of a request that somebody still waits for.
func (c *committer) process(round *writeBatch, r *request) {
	err := r.ctx.Err()
	if err == nil && r.exclusive != nil {
		err = r.exclusive(c, round)
	} else if err == nil {
		err = c.applyChanges(round, r)
	}
	if err != nil {
		c.answer(r, err)
		return
	}
	round.requests = append(round.requests, r)
}

func (c *committer) syncAll() {
	for round := range c.syncs {
		var err error
		if !round.ops.Empty() {
			err = round.ops.SyncWait()
		}
		if err != nil {
			c.store.breaker.trip(err)
			return
		}
		close(round.durable)
		for _, r := range round.requests {
			c.answer(r, r.err)
		}
		_ = round.ops.Close() // gives its memory back, and cannot fail
	}
}

package pebblestore

import (
	"context"
	"slices"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
)

// Commit implements store.Store.
func (s *Store) Commit(ctx context.Context, changes []*record.Change) error {
	for _, c := range changes {
		if err := store.CheckGroupName(c.Group); err != nil {
			return err
		}
	}
	r := requests.Get().(*request)
	r.writes = slices.Grow(r.writes, len(changes))[:len(changes)]
	for i, c := range changes {
		r.writes[i].encode(c)
	}
	return s.submit(ctx, r)
}

// submit gives a request to the committer and waits for its answer.
func (s *Store) submit(ctx context.Context, r *request) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	r.ctx = ctx
	select {
	case s.committer.queue <- r:
	case <-ctx.Done():
		s.calls.Leave()
		return ctx.Err()
	case <-s.breaker.broken:
		s.calls.Leave()
		return s.breaker.cause
	}
	select {
	case err := <-r.done:
		r.release()
		return err
	case <-ctx.Done(): // the committer may still use r
		return ctx.Err()
	case <-s.breaker.broken:
		return s.breaker.cause
	}
}

// submitExclusive submits an operation that must be alone in its batch.
func (s *Store) submitExclusive(ctx context.Context, do func(c *committer, b *writeBatch) error) error {
	r := requests.Get().(*request)
	r.exclusive = do
	return s.submit(ctx, r)
}

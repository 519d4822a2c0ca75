package memorycache

import (
	"context"
	"time"

	"github.com/dictrack/dictrack/group"
)

// write brings changes to the Backing until the cache is closed.
func (c *WriteBehind) write() {
	f := &c.flusher
	defer close(f.ended)
	for c.life.Err() == nil {
		batch, wait := f.next(time.Now(), f.drains.Load() > 0 || c.room.tight())
		c.bring(batch)
		if len(batch) == 0 {
			f.sleep(c.life, wait)
		}
	}
}

// sleep waits until there may be something to do.
func (f *flusher) sleep(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-f.wake:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// bring writes the changes of groups in one Persist.
func (c *WriteBehind) bring(batch []*place) {
	flights := c.depart(batch)
	if len(flights) == 0 {
		return
	}
	changes := make([]*group.Change, len(flights))
	for i, f := range flights {
		changes[i] = f.change
	}
	answer := c.host.Backing.Persist(c.life, changes)
	var again []*flight
	var cause error
	for _, f := range flights {
		switch fate, err := c.fate(f, answer); fate {
		case landed:
			c.land(f)
			c.places.evict()
		case overtook:
			c.lose(f)
		default:
			again, cause = append(again, f), err
		}
	}
	if len(again) == 0 {
		if c.flusher.succeeded(flights) {
			c.host.Logger.Info("the store is written again")
		}
		return
	}
	c.retry(len(flights), again, cause)
}

// depart begins the flights of groups, as many as go together; the others are put back.
func (c *WriteBehind) depart(batch []*place) []*flight {
	var flights []*flight
	chunks := 0
	for i, p := range batch {
		f := p.depart()
		if f == nil {
			continue
		}
		if chunks += len(f.change.Chunks()); i > 0 && chunks > maxChunks {
			for _, p := range batch[i:] {
				c.flusher.put(p, p.due)
			}
			break
		}
		flights = append(flights, f)
	}
	return flights
}

// retry has flights brought again, after a rest.
func (c *WriteBehind) retry(tried int, again []*flight, cause error) {
	now := time.Now()
	wait := c.flusher.failed(now, tried, again, cause)
	calls := 0
	for _, f := range again {
		calls += f.calls
		due := now
		if tried == 1 {
			due = now.Add(rest(f.tries))
		}
		c.flusher.put(f.place, due)
	}
	if c.life.Err() == nil {
		c.host.Logger.Error("the store was not written, will try again", "groups", len(again), "calls", calls, "after", wait, "error", cause)
	}
}

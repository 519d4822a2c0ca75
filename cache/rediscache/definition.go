package rediscache

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/tracker"
)

// stored knows which definitions are in Redis. When a server began anew it knows none: what was there may be gone.
type stored struct {
	beginnings atomic.Uint64 // of servers; raised with the lock held
	mu         sync.Mutex    // protects known
	known      map[tracker.ID]bool
}

// begin forgets what is known.
func (s *stored) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beginnings.Add(1)
	s.known = map[tracker.ID]bool{}
}

// wanted are the definitions of a write that are not known to be in Redis: those it newly refers to, and all of the
// group when a server began anew.
func (s *stored) wanted(w *write, l *local) []*tracker.Definition {
	w.stored = s.beginnings.Load()
	var defs []*tracker.Definition
	switch {
	case l.stored != w.stored:
		defs = l.group.Since(0, 0, nil).Definitions()
	case w.what.Relaid():
		defs = w.what.Definitions()
	default:
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	missing := defs[:0]
	for _, d := range defs {
		if !s.known[d.ID()] {
			missing = append(missing, d)
		}
	}
	return missing
}

// note takes in that definitions are in Redis, unless a server began anew meanwhile.
func (s *stored) note(beginnings uint64, defs []*tracker.Definition) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if beginnings == s.beginnings.Load() {
		for _, d := range defs {
			s.known[d.ID()] = true
		}
	}
}

// publish puts the definitions of writes into Redis before the writes, and tells which of them it could not. One that is
// there without a group does no harm.
func (c *Cache) publish(ctx context.Context, rounds []*round) (failed map[tracker.ID]error) {
	var ids []tracker.ID
	var commands []rueidis.Completed
	seen := map[tracker.ID]bool{}
	for _, r := range rounds {
		for _, d := range r.wants() {
			if id := d.ID(); !seen[id] {
				seen[id] = true
				ids = append(ids, id)
				key := definitionKey(c.options.Prefix, id)
				commands = append(commands, c.client.B().Hset().Key(key).FieldValue().FieldValue(string(id[:]), string(d.JSON())).Build())
			}
		}
	}
	failed = map[tracker.ID]error{}
	for i, result := range c.client.DoMulti(ctx, commands...) {
		if err := result.Error(); err != nil {
			failed[ids[i]] = fmt.Errorf("write definitions: %w", err)
		}
	}
	return failed
}

// wants are the definitions that the write refers to and that may not be in Redis.
func (r *round) wants() []*tracker.Definition {
	if r.write == nil {
		return nil
	}
	return r.write.definitions
}

// unpublished is why a definition that the write refers to is not in Redis. When all are, that is noted.
func (r *round) unpublished(failed map[tracker.ID]error) error {
	for _, d := range r.wants() {
		if err := failed[d.ID()]; err != nil {
			return err
		}
	}
	if r.publishes() {
		r.c.stored.note(r.write.stored, r.write.definitions)
		r.write.definitions = nil
	}
	return nil
}

// publishes tells whether the write refers to definitions that may not be in Redis.
func (r *round) publishes() bool { return len(r.wants()) > 0 }

// find looks definitions up in this process; missing tells that some are not known here.
func (c *Cache) find(layout []tracker.ID) (defs []*tracker.Definition, missing bool) {
	defs = make([]*tracker.Definition, len(layout))
	for i, id := range layout {
		if defs[i] = c.host.Definitions.Find(id); defs[i] == nil {
			missing = true
		}
	}
	return defs, missing
}

// read fills in those definitions of a layout that are nil, from Redis.
func (c *Cache) read(ctx context.Context, layout []tracker.ID, defs []*tracker.Definition) error {
	places := map[tracker.ID][]int{}
	var ids []tracker.ID
	for i, id := range layout {
		if defs[i] == nil {
			if places[id] == nil {
				ids = append(ids, id)
			}
			places[id] = append(places[id], i)
		}
	}
	commands := make([]rueidis.Completed, len(ids))
	for n, id := range ids {
		commands[n] = c.client.B().Hget().Key(definitionKey(c.options.Prefix, id)).Field(string(id[:])).Build()
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	for n, result := range c.client.DoMulti(ctx, commands...) {
		d, err := c.definition(ids[n], result)
		if err != nil {
			return err
		}
		for _, i := range places[ids[n]] {
			defs[i] = d
		}
	}
	return nil
}

func (c *Cache) definition(id tracker.ID, result rueidis.RedisResult) (*tracker.Definition, error) {
	what := "definition " + id.String()
	text, err := result.ToString()
	switch {
	case rueidis.IsRedisNil(err):
		return nil, &cache.CorruptError{Record: what, Reason: "it is missing"}
	case err != nil && kindOf(err) == wrong:
		return nil, &cache.CorruptError{Record: what, Reason: err.Error()}
	case err != nil:
		return nil, passingError{fmt.Errorf("read %s: %w", what, err)}
	}
	if sum := sha256.Sum256([]byte(text)); tracker.ID(sum[:len(id)]) != id {
		return nil, &cache.CorruptError{Record: what, Reason: "its text has another hash"}
	}
	d, err := c.host.Definitions.Read(id, []byte(text))
	if err != nil {
		return nil, fmt.Errorf("cached %s: %w", what, err)
	}
	return d, nil
}

// Package definitions writes definitions of trackers to Redis and reads them from there. They are stored once for all
// groups, apart from the groups, and in a cluster possibly on another server.
package definitions

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/server"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// Store knows which definitions are in Redis. When a server was restarted or replaced it assumes that none are. Its
// methods may be called from any goroutine.
type Store struct {
	Client *server.Client
	Local  cache.Definitions // those of this process; set before the first call of Find or Read

	generation atomic.Uint64 // counts servers that were restarted or replaced; raised with mu held
	mu         sync.Mutex    // protects written
	written    map[tracker.ID]bool
}

// Reset forgets what is in Redis, after a server was restarted or replaced.
func (s *Store) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.generation.Add(1)
	s.written = map[tracker.ID]bool{}
}

// Generation counts the calls of Reset. A group whose definitions were all in Redis at the current generation needs none
// of them written again.
func (s *Store) Generation() uint64 { return s.generation.Load() }

// Missing returns those of the definitions that are not known to be in Redis. It reuses the memory of defs.
func (s *Store) Missing(defs []record.Definition) []record.Definition {
	s.mu.Lock()
	defer s.mu.Unlock()
	missing := defs[:0]
	for _, d := range defs {
		if !s.written[d.ID] {
			missing = append(missing, d)
		}
	}
	return missing
}

// MarkWritten notes that definitions are in Redis, unless the generation has changed since they were written.
func (s *Store) MarkWritten(generation uint64, defs []record.Definition) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if generation == s.generation.Load() {
		for _, d := range defs {
			s.written[d.ID] = true
		}
	}
}

// Write writes definitions, each once however often it is in lists, and returns the errors of those that it could not
// write. A definition that no group refers to does no harm.
func (s *Store) Write(ctx context.Context, lists ...[]record.Definition) (failed map[tracker.ID]error) {
	var ids []tracker.ID
	var commands []rueidis.Completed
	seen := map[tracker.ID]bool{}
	for _, defs := range lists {
		for _, d := range defs {
			if id := d.ID; !seen[id] {
				seen[id] = true
				ids = append(ids, id)
				key := format.DefinitionKey(s.Client.Prefix, id)
				commands = append(commands, s.Client.B().Hset().Key(key).FieldValue().FieldValue(string(id[:]), string(d.JSON)).Build())
			}
		}
	}
	failed = map[tracker.ID]error{}
	for i, result := range s.Client.Redis.DoMulti(ctx, commands...) {
		if err := result.Error(); err != nil {
			failed[ids[i]] = fmt.Errorf("write definitions: %w", err)
		}
	}
	return failed
}

// Find looks up the definitions of a layout in this process. It returns nil for those that it does not find; missing
// says that there are such.
func (s *Store) Find(layout []tracker.ID) (defs []*tracker.Definition, missing bool) {
	defs = make([]*tracker.Definition, len(layout))
	for i, id := range layout {
		if defs[i] = s.Local.Find(id); defs[i] == nil {
			missing = true
		}
	}
	return defs, missing
}

// Read reads from Redis those definitions of a layout that are nil in defs.
func (s *Store) Read(ctx context.Context, layout []tracker.ID, defs []*tracker.Definition) error {
	indexes := map[tracker.ID][]int{}
	var ids []tracker.ID
	for i, id := range layout {
		if defs[i] == nil {
			if indexes[id] == nil {
				ids = append(ids, id)
			}
			indexes[id] = append(indexes[id], i)
		}
	}
	commands := make([]rueidis.Completed, len(ids))
	for n, id := range ids {
		commands[n] = s.Client.B().Hget().Key(format.DefinitionKey(s.Client.Prefix, id)).Field(string(id[:])).Build()
	}
	for n, result := range s.Client.Send(ctx, commands) {
		d, err := s.parse(ids[n], result)
		if err != nil {
			return err
		}
		for _, i := range indexes[ids[n]] {
			defs[i] = d
		}
	}
	return nil
}

func (s *Store) parse(id tracker.ID, result rueidis.RedisResult) (*tracker.Definition, error) {
	what := "definition " + id.String()
	text, err := result.ToString()
	switch {
	case rueidis.IsRedisNil(err):
		return nil, &record.CorruptError{Record: what, Reason: "it is missing"}
	case err != nil && server.Classify(err) == server.BadKey:
		return nil, &record.CorruptError{Record: what, Reason: err.Error()}
	case err != nil:
		return nil, server.Transient(fmt.Errorf("read %s: %w", what, err))
	}
	if sum := sha256.Sum256([]byte(text)); tracker.ID(sum[:len(id)]) != id {
		return nil, &record.CorruptError{Record: what, Reason: "its text has another hash"}
	}
	d, err := s.Local.Read(id, []byte(text))
	if err != nil {
		return nil, fmt.Errorf("cached %s: %w", what, err)
	}
	return d, nil
}

package pebblestore

import (
	"sync"

	"github.com/cockroachdb/pebble/v2"
)

// round is what the committer applies at once: one batch for all requests that waited.
type round struct {
	batch   *pebble.Batch
	heads   map[string]*head // of the groups in batch
	waiting []*request
	durable chan struct{} // closed when it is on disk
}

const (
	maxRound      = 256     // requests
	maxRoundBytes = 1 << 20 // at which no other request joins
)

func newRound(db *pebble.DB) *round {
	return &round{batch: db.NewBatch(), heads: map[string]*head{}, durable: make(chan struct{})}
}

func (r *round) full() bool {
	return len(r.waiting) >= maxRound || r.batch.Len() >= maxRoundBytes
}

// flight knows the rounds that can be read and are not yet on disk.
type flight struct {
	mu     sync.Mutex // protects groups
	groups map[string]*round
}

// begin notes a round that is about to be applied.
func (f *flight) begin(r *round) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name := range r.heads {
		f.groups[name] = r
	}
}

// end notes that a round is on disk.
func (f *flight) end(r *round) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name := range r.heads {
		if f.groups[name] == r {
			delete(f.groups, name)
		}
	}
	close(r.durable)
}

// landed waits until what was read of a group before is on disk.
func (s *Store) landed(name string) {
	s.flight.mu.Lock()
	r := s.flight.groups[name]
	s.flight.mu.Unlock()
	if r != nil {
		<-r.durable
	}
}

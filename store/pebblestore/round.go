package pebblestore

import (
	"sync"

	"github.com/cockroachdb/pebble/v2"
)

// round is what the committer applies at once: one batch for all requests that waited.
type round struct {
	batch   *pebble.Batch
	waiting []*request
	durable chan struct{} // closed when it is on disk
}

const (
	maxRound      = 256     // requests
	maxRoundBytes = 1 << 20 // at which no other request joins
)

func newRound(db *pebble.DB) *round {
	return &round{batch: db.NewBatch(), durable: make(chan struct{})}
}

func (r *round) full() bool {
	return len(r.waiting) >= maxRound || r.batch.Len() >= maxRoundBytes
}

// landed tells whether the round is on disk.
func (r *round) landed() bool {
	select {
	case <-r.durable:
		return true
	default:
		return false
	}
}

// recent knows the groups that were committed lately: what a commit looks at first, and what can be
// read but is not on disk yet.
type recent struct {
	mu     sync.Mutex // protects all below
	groups map[string]*latest
	flush  *round // the last one; nil for none
}

// latest is a group as of its last commit.
type latest struct {
	head  head
	round *round
}

// maxRecent bounds how many groups are remembered beyond those that are not on disk yet.
const maxRecent = 1 << 13

// find returns the last commit of a group; nil if it is not among those. Only the committer changes it.
func (r *recent) find(name string) *latest {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.groups[name]
}

// note takes in a commit before it can be read; last is what find returned.
func (r *recent) note(name string, last *latest, now latest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last == nil {
		last = &latest{}
		r.groups[name] = last
	}
	first := append(last.head.first[:0], now.head.first...) // that of the change is the caller's
	*last = now
	last.head.first = first
	if len(r.groups) > maxRecent {
		r.shrink()
	}
}

// shrink drops two groups, whichever come first, if they are on disk.
func (r *recent) shrink() {
	some := 2
	for name, l := range r.groups {
		if some == 0 {
			return
		}
		some--
		if l.round.landed() {
			delete(r.groups, name)
		}
	}
}

// noteFlush takes in that all groups are about to go.
func (r *recent) noteFlush(in *round) {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.groups)
	r.flush = in
}

// settle waits until what was read of a group before is on disk.
func (r *recent) settle(name string) {
	r.mu.Lock()
	in := r.flush
	if last := r.groups[name]; last != nil {
		in = last.round
	}
	r.mu.Unlock()
	if in != nil {
		<-in.durable
	}
}

package pebblestore

import (
	"sync"

	"github.com/cockroachdb/pebble/v2"
)

// writeBatch is what the committer applies at once: one batch for all requests that waited.
type writeBatch struct {
	ops   *pebble.Batch
	requests []*request
	durable chan struct{} // closed when it is on disk
}

const (
	maxBatchRequests      = 256     // requests
	maxBatchBytes = 1 << 20 // at which no other request joins
)

func newWriteBatch(db *pebble.DB) *writeBatch {
	return &writeBatch{ops: db.NewBatch(), durable: make(chan struct{})}
}

func (r *writeBatch) full() bool {
	return len(r.requests) >= maxBatchRequests || r.ops.Len() >= maxBatchBytes
}

// isDurable tells whether the round is on disk.
func (r *writeBatch) isDurable() bool {
	select {
	case <-r.durable:
		return true
	default:
		return false
	}
}

// commitCache knows the groups that were committed lately: what a commit looks at first, and what can be
// read but is not on disk yet.
type commitCache struct {
	mu     sync.Mutex // protects all below
	groups map[string]*lastCommit
	flush  *writeBatch // the last one; nil for none
}

// lastCommit is a group as of its last commit.
type lastCommit struct {
	group  groupValue
	batch *writeBatch
}

// maxCachedCommits bounds how many groups are remembered beyond those that are not on disk yet.
const maxCachedCommits = 1 << 13

// find returns the last commit of a group; nil if it is not among those. Only the committer changes it.
func (r *commitCache) find(name string) *lastCommit {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.groups[name]
}

// put takes in a commit before it can be read; last is what find returned.
func (r *commitCache) put(name string, last *lastCommit, now lastCommit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last == nil {
		last = &lastCommit{}
		r.groups[name] = last
	}
	first := append(last.group.firstChunk[:0], now.group.firstChunk...) // that of the change is the caller's
	*last = now
	last.group.firstChunk = first
	if len(r.groups) > maxCachedCommits {
		r.shrink()
	}
}

// shrink drops two groups, whichever come first, if they are on disk.
func (r *commitCache) shrink() {
	some := 2
	for name, l := range r.groups {
		if some == 0 {
			return
		}
		some--
		if l.batch.isDurable() {
			delete(r.groups, name)
		}
	}
}

// flushed takes in that all groups are about to go.
func (r *commitCache) flushed(in *writeBatch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.groups)
	r.flush = in
}

// waitDurable waits until what was read of a group before is on disk.
func (r *commitCache) waitDurable(name string) {
	r.mu.Lock()
	in := r.flush
	if last := r.groups[name]; last != nil {
		in = last.batch
	}
	r.mu.Unlock()
	if in != nil {
		<-in.durable
	}
}

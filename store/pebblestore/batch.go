package pebblestore

import (
	"context"
	"sync"

	"github.com/cockroachdb/pebble/v2"
)

// writeBatch is what the committer writes at once: one batch of Pebble for all requests that waited (group commit).
type writeBatch struct {
	ops      *pebble.Batch
	requests []*request
	durable  chan struct{} // closed when the batch is on disk
}

const (
	maxBatchRequests = 256
	maxBatchBytes    = 1 << 20 // a larger batch takes no further request
)

func newWriteBatch(db *pebble.DB) *writeBatch {
	return &writeBatch{ops: db.NewBatch(), durable: make(chan struct{})}
}

func (b *writeBatch) full() bool {
	return len(b.requests) >= maxBatchRequests || b.ops.Len() >= maxBatchBytes
}

// isDurable reports whether the batch is on disk.
func (b *writeBatch) isDurable() bool {
	select {
	case <-b.durable:
		return true
	default:
		return false
	}
}

// request is work for the committer: changes to write, or an operation that must be alone in its batch.
type request struct {
	ctx       context.Context
	writes    []write
	exclusive func(c *committer, b *writeBatch) error
	done      chan error // capacity 1
	err       error      // the answer once the batch is on disk
}

// requests are answered requests, to be used again.
var requests = sync.Pool{New: func() any { return &request{done: make(chan error, 1)} }}

// release returns an answered request to the pool.
func (r *request) release() {
	clear(r.writes)
	*r = request{writes: r.writes[:0], done: r.done}
	requests.Put(r)
}

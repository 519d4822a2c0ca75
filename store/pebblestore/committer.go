package pebblestore

import (
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"github.com/dictrack/dictrack/internal/boundedmap"
	"github.com/dictrack/dictrack/internal/gate"
	"github.com/dictrack/dictrack/tracker"
)

// committer orders commits (group commit). One goroutine checks versions and applies batches: all requests that wait
// form the next one. Another waits for the disk and answers, while the first goes on, so that everything that arrives
// during a sync shares the next one.
type committer struct {
	db      *pebble.DB
	breaker *breaker
	cache   *commitCache
	calls   *gate.Gate // left by each request that is answered

	queue chan *request
	syncs chan *writeBatch
	ended sync.WaitGroup

	// Only the goroutine that applies uses these.
	firstVersion uint64                                // of new groups
	definitions  *boundedmap.Map[tracker.ID, struct{}] // those known to be stored
	deferred     *request                              // exclusive: must be alone in the next batch
	lastBatch    *writeBatch                           // nil before the first

	key, value []byte // buffers for the group that is being written
}

// maxCachedDefinitions bounds how many definitions are remembered as stored; others are looked up.
const maxCachedDefinitions = 1 << 16

// start starts the goroutines.
func (c *committer) start() {
	c.definitions = boundedmap.New[tracker.ID, struct{}](maxCachedDefinitions)
	c.queue, c.syncs = make(chan *request, 256), make(chan *writeBatch, 256)
	c.ended.Go(c.applyAll)
	c.ended.Go(c.syncAll)
}

// stop ends the goroutines. No request may be under way.
func (c *committer) stop() {
	close(c.queue)
	c.ended.Wait()
}

// answer ends a request.
func (c *committer) answer(r *request, err error) {
	r.done <- err
	c.calls.Leave()
}

// applyAll applies batches until there are no more requests or a write fails.
func (c *committer) applyAll() {
	defer close(c.syncs)
	for {
		batch := c.nextBatch()
		if batch == nil {
			return
		}
		if !batch.ops.Empty() {
			if err := c.db.ApplyNoSyncWait(batch.ops, pebble.Sync); err != nil {
				c.breaker.trip(err)
				return
			}
			c.lastBatch = batch
		}
		select {
		case c.syncs <- batch:
		case <-c.breaker.broken:
			return
		}
	}
}

// nextBatch waits for a request and makes a batch of all that wait. It returns nil when there will be no more.
func (c *committer) nextBatch() *writeBatch {
	r := c.deferred
	c.deferred = nil
	if r == nil {
		select {
		case r = <-c.queue:
		case <-c.breaker.broken:
		}
	}
	if r == nil {
		return nil
	}
	batch := newWriteBatch(c.db)
	if r.exclusive != nil {
		c.process(batch, r)
		return batch
	}
	for r != nil && r.exclusive == nil {
		c.process(batch, r)
		r = c.nextRequest(batch)
	}
	c.deferred = r
	return batch
}

// nextRequest returns a request that waits; nil if there is none or the batch is full.
func (c *committer) nextRequest(b *writeBatch) *request {
	if b.full() {
		return nil
	}
	select {
	case r := <-c.queue:
		return r
	default:
		return nil
	}
}

// process does the work of a request, unless its context has ended.
func (c *committer) process(b *writeBatch, r *request) {
	err := r.ctx.Err()
	if err == nil && r.exclusive != nil {
		err = r.exclusive(c, b)
	} else if err == nil {
		err = c.applyChanges(b, r)
	}
	if err != nil {
		c.answer(r, err)
		return
	}
	b.requests = append(b.requests, r)
}

// syncAll waits for each batch to be on disk and answers its requests, until applyAll ends or a sync fails.
func (c *committer) syncAll() {
	for batch := range c.syncs {
		var err error
		if !batch.ops.Empty() {
			err = batch.ops.SyncWait()
		}
		if err != nil {
			c.breaker.trip(err)
			return
		}
		close(batch.durable)
		for _, r := range batch.requests {
			c.answer(r, r.err)
		}
		_ = batch.ops.Close() // returns its memory, and cannot fail
	}
}

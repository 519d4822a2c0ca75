package pebblestore

import (
	"context"
	"encoding/binary"

	"github.com/cockroachdb/pebble/v2"

	"github.com/dictrack/dictrack/internal/checksum"
)

// maxForgetBatch is how many ids are forgotten while commits wait.
const maxForgetBatch = 512

// Forget implements store.Store.
func (s *Store) Forget(ctx context.Context, now int64) error {
	for {
		forgotten := 0
		err := s.submitExclusive(ctx, func(c *committer, r *writeBatch) (err error) {
			forgotten, err = c.forget(r.ops, now)
			return err
		})
		if err != nil || forgotten < maxForgetBatch {
			return err
		}
	}
}

// forget drops some ids whose time is over, and counts them. One that came again lives on until its
// later expiry.
func (c *committer) forget(b *pebble.Batch, now int64) (n int, err error) {
	const what = "of expiries"
	lower, upper := timesUntil(kindExpiry, now)
	err = scan(c.store.db, lower, upper, what, func(i *pebble.Iterator) (bool, error) {
		at, name, id, err := parseExpiry(i.Key())
		if err != nil {
			return false, corruptRecord(what, err)
		}
		seen, err := readMessageID(c.store.db, name, id)
		if err != nil {
			return false, err
		}
		if seen != nil && seen.Expires == at {
			put(b, record{key: messageIDKey(name, id)})
		}
		put(b, record{key: i.Key()})
		n++
		return n < maxForgetBatch, nil
	})
	return n, err
}

// Flush implements store.Store.
func (s *Store) Flush(ctx context.Context) error {
	return s.submitExclusive(ctx, (*committer).flush)
}

// flush drops everything but the definitions. New groups start above every version there was, so that a
// change made before can neither apply nor be taken for a later one.
func (c *committer) flush(r *writeBatch) error {
	floor := c.firstVersion
	err := scan(c.store.db, []byte{kindGroup}, successor([]byte{kindGroup}), "of groups", func(i *pebble.Iterator) (bool, error) {
		h, _, err := readGroup(c.store.db, string(i.Key()[1:]))
		floor = max(floor, h.version+1)
		return true, err
	})
	if err != nil {
		return err
	}
	key := firstVersionKey()
	put(r.ops, record{key, checksum.Seal(key, format, binary.AppendUvarint(nil, floor))})
	_ = r.ops.DeleteRange(flushRange[0], flushRange[1], nil) // as put
	c.firstVersion = floor
	return c.clearCache(r)
}

// clearCache drops what is known of groups, once nobody waits for their commits any more.
func (c *committer) clearCache(flush *writeBatch) error {
	if c.lastBatch != nil {
		select {
		case <-c.lastBatch.durable:
		case <-c.store.breaker.broken:
			return c.store.breaker.cause
		}
	}
	c.store.cache.flushed(flush)
	return nil
}

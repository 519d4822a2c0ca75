package pebblestore

import (
	"context"
	"encoding/binary"

	"github.com/cockroachdb/pebble/v2"

	"github.com/dictrack/dictrack/internal/checksum"
)

// maxForgetBatch is how many ids are removed at once, while commits wait.
const maxForgetBatch = 512

// DeleteExpiredIDs implements store.Store.
func (s *Store) DeleteExpiredIDs(ctx context.Context, now int64) error {
	for {
		forgotten := 0
		err := s.submitExclusive(ctx, func(c *committer, b *writeBatch) (err error) {
			forgotten, err = c.forget(b.ops, now)
			return err
		})
		if err != nil || forgotten < maxForgetBatch {
			return err
		}
	}
}

// forget removes some expired message ids and counts them. An id that was used again stays until its later expiry.
func (c *committer) forget(b *pebble.Batch, now int64) (n int, err error) {
	const what = "of expiries"
	lower, upper := timesUntil(kindExpiry, now)
	err = scan(c.db, lower, upper, what, func(i *pebble.Iterator) (bool, error) {
		at, name, id, err := parseExpiry(i.Key())
		if err != nil {
			return false, corruptRecord(what, err)
		}
		seen, err := readMessageID(c.db, name, id)
		if err != nil {
			return false, err
		}
		if seen != nil && seen.Expires == at {
			put(b, kv{key: messageIDKey(name, id)})
		}
		put(b, kv{key: i.Key()})
		n++
		return n < maxForgetBatch, nil
	})
	return n, err
}

// Flush implements store.Store.
func (s *Store) Flush(ctx context.Context) error {
	return s.submitExclusive(ctx, (*committer).flush)
}

// flush deletes everything but the definitions. New groups start above every version there was, so that a change that
// was made before conflicts.
func (c *committer) flush(b *writeBatch) error {
	first := c.firstVersion
	err := scan(c.db, []byte{kindGroup}, successor([]byte{kindGroup}), "of groups", func(i *pebble.Iterator) (bool, error) {
		h, _, err := readGroup(c.db, string(i.Key()[1:]))
		first = max(first, h.version+1)
		return true, err
	})
	if err != nil {
		return err
	}
	key := firstVersionKey()
	put(b.ops, kv{key, checksum.Seal(key, format, binary.AppendUvarint(nil, first))})
	_ = b.ops.DeleteRange(flushRange[0], flushRange[1], nil) // which cannot fail
	c.firstVersion = first
	return c.clearCache(b)
}

// clearCache forgets the last commits of all groups, once they are on disk.
func (c *committer) clearCache(flush *writeBatch) error {
	if c.lastBatch != nil {
		select {
		case <-c.lastBatch.durable:
		case <-c.breaker.broken:
			return c.breaker.cause
		}
	}
	c.cache.flushed(flush)
	return nil
}

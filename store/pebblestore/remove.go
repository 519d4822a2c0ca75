package pebblestore

import (
	"context"
	"encoding/binary"

	"github.com/cockroachdb/pebble/v2"

	"github.com/dictrack/dictrack/internal/checksum"
)

// maxForget is how many ids are forgotten while commits wait.
const maxForget = 512

// Forget implements store.Store.
func (s *Store) Forget(ctx context.Context, now int64) error {
	for {
		forgotten := 0
		err := s.submitAlone(ctx, func(c *committer, r *round) (err error) {
			forgotten, err = c.forget(r.batch, now)
			return err
		})
		if err != nil || forgotten < maxForget {
			return err
		}
	}
}

// forget drops some ids whose time is over, and counts them. One that came again lives on until its
// later expiry.
func (c *committer) forget(b *pebble.Batch, now int64) (n int, err error) {
	const what = "of expiries"
	lower, upper := momentsUntil(kindExpiry, now)
	err = walk(c.store.db, lower, upper, what, func(i *pebble.Iterator) (bool, error) {
		at, name, id, err := parseExpiry(i.Key())
		if err != nil {
			return false, damaged(what, err)
		}
		seen, err := readSeen(c.store.db, name, id)
		if err != nil {
			return false, err
		}
		if seen != nil && seen.Expires == at {
			put(b, record{key: seenKey(name, id)})
		}
		put(b, record{key: i.Key()})
		n++
		return n < maxForget, nil
	})
	return n, err
}

// Flush implements store.Store.
func (s *Store) Flush(ctx context.Context) error {
	return s.submitAlone(ctx, (*committer).flush)
}

// flush drops everything but the definitions. New groups start above every version there was, so that a
// change made before can neither apply nor be taken for a later one.
func (c *committer) flush(r *round) error {
	floor := c.floor
	err := walk(c.store.db, []byte{kindGroup}, successor([]byte{kindGroup}), "of groups", func(i *pebble.Iterator) (bool, error) {
		h, _, err := readHead(c.store.db, string(i.Key()[1:]))
		floor = max(floor, h.version+1)
		return true, err
	})
	if err != nil {
		return err
	}
	key := floorKey()
	put(r.batch, record{key, checksum.Seal(key, format, binary.AppendUvarint(nil, floor))})
	_ = r.batch.DeleteRange(flushed[0], flushed[1], nil) // as put
	c.floor = floor
	return c.forgetAll(r)
}

// forgetAll drops what is known of groups, once nobody waits for their commits any more.
func (c *committer) forgetAll(flush *round) error {
	if c.last != nil {
		select {
		case <-c.last.durable:
		case <-c.store.breaker.broken:
			return c.store.breaker.cause
		}
	}
	c.store.recent.noteFlush(flush)
	return nil
}

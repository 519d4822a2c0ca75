package memorycache

import (
	"sync"

	"github.com/dictrack/dictrack/record"
)

// messageIDs remembers the ids of messages, for deduplication, when there is no store to do it. Ids that expire in the
// same minute share a bucket, so that forget reads only the buckets that are due.
type messageIDs struct {
	mu      sync.Mutex // protects all below
	known   map[messageKey]record.MessageID
	buckets map[int64][]messageKey // by the minute of their expiry
}

type messageKey struct{ group, id string }

const minute = 60_000 // milliseconds

// find returns what is remembered of an id; nil for nothing.
func (m *messageIDs) find(key messageKey) *record.MessageID {
	m.mu.Lock()
	defer m.mu.Unlock()
	if id, ok := m.known[key]; ok {
		return &id
	}
	return nil
}

func (m *messageIDs) remember(key messageKey, id record.MessageID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil {
		m.known, m.buckets = map[messageKey]record.MessageID{}, map[int64][]messageKey{}
	}
	m.known[key] = id
	bucket := id.Expires / minute
	m.buckets[bucket] = append(m.buckets[bucket], key)
}

// forget drops the ids whose expiry is at or before now, in Unix milliseconds.
func (m *messageIDs) forget(now int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for bucket, keys := range m.buckets {
		if bucket > now/minute {
			continue
		}
		if left := m.dropExpired(keys, now); len(left) > 0 {
			m.buckets[bucket] = left
		} else {
			delete(m.buckets, bucket)
		}
	}
}

// dropExpired drops those keys of a bucket that have expired and returns the others. An id that was remembered again has
// a later expiry, and is dropped with the bucket of that.
func (m *messageIDs) dropExpired(keys []messageKey, now int64) (left []messageKey) {
	for _, key := range keys {
		id, ok := m.known[key]
		switch {
		case !ok:
		case id.Expires <= now:
			delete(m.known, key)
		case id.Expires/minute <= now/minute:
			left = append(left, key)
		}
	}
	return left
}

func (m *messageIDs) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known, m.buckets = nil, nil
}

package memorycache

import (
	"sync"

	"github.com/dictrack/dictrack/group"
)

// ids remembers the ids of calls when there is no Backing to do it.
type ids struct {
	mu      sync.Mutex // protects all below
	known   map[idKey]group.Seen
	expires map[int64][]idKey // by the minute of their expiry
}

type idKey struct{ group, id string }

const minute = 60_000 // milliseconds

func (m *ids) find(key idKey) *group.Seen {
	m.mu.Lock()
	defer m.mu.Unlock()
	if seen, ok := m.known[key]; ok {
		return &seen
	}
	return nil
}

func (m *ids) remember(key idKey, seen group.Seen) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil {
		m.known, m.expires = map[idKey]group.Seen{}, map[int64][]idKey{}
	}
	m.known[key] = seen
	at := seen.Expires / minute
	m.expires[at] = append(m.expires[at], key)
}

// forget drops what has expired at now.
func (m *ids) forget(now int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for at, keys := range m.expires {
		if at > now/minute {
			continue
		}
		if kept := m.drop(keys, now); len(kept) > 0 {
			m.expires[at] = kept
		} else {
			delete(m.expires, at)
		}
	}
}

// drop forgets those of the keys that have expired and returns the others. An id that was remembered
// again has its later expiry, and is dropped with that.
func (m *ids) drop(keys []idKey, now int64) (kept []idKey) {
	for _, key := range keys {
		seen, ok := m.known[key]
		switch {
		case !ok:
		case seen.Expires <= now:
			delete(m.known, key)
		case seen.Expires/minute <= now/minute:
			kept = append(kept, key)
		}
	}
	return kept
}

func (m *ids) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known, m.expires = nil, nil
}

package memorycache

import (
	"sync"

	"github.com/dictrack/dictrack/group"
)

// ids remembers the ids of calls when there is no Backing to do it.
type ids struct {
	mu    sync.Mutex // protects all below
	known map[idKey]group.Seen
	order []idKey // as they were remembered: the window is the same for all, so the oldest go first
}

type idKey struct{ group, id string }

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
		m.known = map[idKey]group.Seen{}
	}
	m.known[key] = seen
	m.order = append(m.order, key)
}

// forget drops what has expired at now. An id that was remembered again has its later expiry.
func (m *ids) forget(now int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for n < len(m.order) {
		seen, ok := m.known[m.order[n]]
		if ok && seen.Expires > now {
			break
		}
		delete(m.known, m.order[n])
		n++
	}
	m.order = append([]idKey(nil), m.order[n:]...)
}

func (m *ids) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known, m.order = nil, nil
}

// Package boundedmap has a map with an upper bound on its size. Stores remember in one which definitions they have
// written already, so as not to write them again.
package boundedmap

import (
	"iter"
	"sync"
)

// Map is a map of at most a given number of entries, for any number of goroutines. It makes space by forgetting
// everything: so it suits what is cheap to look up again and rarely exceeds the bound.
type Map[K comparable, V any] struct {
	mu      sync.Mutex // protects entries
	entries map[K]V
	max     int
}

// New returns an empty map of at most max entries.
func New[K comparable, V any](max int) *Map[K, V] {
	return &Map[K, V]{entries: map[K]V{}, max: max}
}

// Get returns the value of a key, and whether there is one.
func (m *Map[K, V]) Get(key K) (value V, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok = m.entries[key]
	return value, ok
}

// Missing returns those of keys that the map does not have, in the order given.
func (m *Map[K, V]) Missing(keys iter.Seq[K]) []K {
	m.mu.Lock()
	defer m.mu.Unlock()
	var missing []K
	for key := range keys {
		if _, ok := m.entries[key]; !ok {
			missing = append(missing, key)
		}
	}
	return missing
}

// Put adds an entry, or replaces it.
func (m *Map[K, V]) Put(key K, value V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(key, value)
}

// PutAll adds entries, or replaces them. Of more than the map can hold some of the last remain.
func (m *Map[K, V]) PutAll(entries iter.Seq2[K, V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, value := range entries {
		m.put(key, value)
	}
}

// put is Put for a caller that holds mu.
func (m *Map[K, V]) put(key K, value V) {
	if _, ok := m.entries[key]; !ok && len(m.entries) >= m.max {
		clear(m.entries)
	}
	m.entries[key] = value
}

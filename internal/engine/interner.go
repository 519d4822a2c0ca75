package engine

import (
	"runtime"
	"sync"
	"weak"
)

// interner holds one copy of equal immutable values for as long as anybody uses it. Allocate it by itself: cleanups of
// the values reach it, so that whatever it is a part of could not be freed before the values are.
type interner[K comparable, V any] struct {
	mu     sync.Mutex // protects values
	values map[K]weak.Pointer[V]
}

// get returns the copy with that key, nil if there is none.
func (n *interner[K, V]) get(key K) *V {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.values[key].Value()
}

// intern returns the copy with that key, which is v if there was none.
func (n *interner[K, V]) intern(key K, v *V) *V {
	n.mu.Lock()
	defer n.mu.Unlock()
	if first := n.values[key].Value(); first != nil {
		return first
	}
	if n.values == nil {
		n.values = map[K]weak.Pointer[V]{}
	}
	n.values[key] = weak.Make(v)
	runtime.AddCleanup(v, n.delete, key)
	return v
}

// getOrCreate returns the copy with that key, which create makes if there is none.
func (n *interner[K, V]) getOrCreate(key K, create func() *V) *V {
	if v := n.get(key); v != nil {
		return v
	}
	return n.intern(key, create())
}

// delete forgets a value that nobody uses any more, unless another one has taken its place.
func (n *interner[K, V]) delete(key K) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.values[key].Value() == nil {
		delete(n.values, key)
	}
}

// len is the number of values.
func (n *interner[K, V]) len() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.values)
}

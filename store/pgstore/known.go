package pgstore

import (
	"slices"
	"sync"

	"github.com/dictrack/dictrack/tracker"
)

type id = tracker.ID

// known are definitions that are stored, as far as remembered: they stay, so they need not be sent again.
type known struct {
	mu  sync.Mutex // protects ids
	ids map[id]struct{}
}

// maxKnown bounds what is remembered.
const maxKnown = 1 << 16

// missing are those of definitions that may not be stored, in order: so two commits that bring the same
// do not wait for each other in a circle.
func (k *known) missing(definitions map[id][]byte) []id {
	k.mu.Lock()
	defer k.mu.Unlock()
	var ids []id
	for id := range definitions {
		if _, ok := k.ids[id]; !ok {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b id) int { return slices.Compare(a[:], b[:]) })
	return ids
}

// note remembers what is stored now.
func (k *known) note(ids []id) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.ids)+len(ids) > maxKnown {
		clear(k.ids)
	}
	for _, id := range ids[:min(len(ids), maxKnown)] {
		k.ids[id] = struct{}{}
	}
}

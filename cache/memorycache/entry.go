package memorycache

import (
	"strings"
	"unsafe"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/mailbox"
	"github.com/dictrack/dictrack/internal/sieve"
)

// entry is what the cache holds of one group. With a store, its mailbox holds the calls that wait, and the groupCommit
// that empties it owns the group; without one, whoever holds the lock of the mailbox owns the group.
type entry struct {
	name     string
	group    *group.Group // nil until it is loaded
	hash     uint32       // of the name
	eviction sieve.Meta   // protected by the mailbox's lock
	removed  bool         // it is not in the table any more; protected by the mailbox's lock

	inlineName  [40]byte     // holds the name, which every call compares, if it fits
	inlineGroup *group.Group // memory for the group beside the entry; nil with a store

	box mailbox.Mailbox
}

// inlineEntry is an entry together with the memory of its group, for groups that are not loaded from a store.
//
// Most calls find neither the entry nor the group in the processor's caches. In one allocation they wait for memory
// once. What every call reads stands first. What every call writes, the lock and the first fields of the group, shares
// one cache line, the third, so that few lines move between processors.
type inlineEntry struct {
	entry
	own group.Group
}

// newEntry makes the entry of a group, with memory for the group if inline. It copies the name.
func newEntry(name string, hash uint32, inline bool) *entry {
	if !inline {
		return new(entry).named(name, hash)
	}
	e := &inlineEntry{}
	e.inlineGroup = &e.own
	return e.named(name, hash)
}

func (e *entry) named(name string, hash uint32) *entry {
	e.hash = hash
	if len(name) > len(e.inlineName) {
		e.name = strings.Clone(name)
		return e
	}
	e.name = unsafe.String(&e.inlineName[0], copy(e.inlineName[:], name)) // #nosec G103 -- nobody writes there again
	return e
}

// TryLock implements sieve.Item.
func (e *entry) TryLock() bool { return e.box.TryLock() }

// Unlock implements sieve.Item.
func (e *entry) Unlock() { e.box.Unlock() }

// Evictable implements sieve.Item.
func (e *entry) Evictable() bool { return e.box.Idle() }

// Meta implements sieve.Item.
func (e *entry) Meta() *sieve.Meta { return &e.eviction }

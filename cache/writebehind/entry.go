package writebehind

import (
	"sync"
	"time"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/sieve"
	"github.com/dictrack/dictrack/record"
)

// entry is what the cache holds of one group.
type entry struct {
	name string

	mu       sync.Mutex // protects all below
	eviction sieve.Meta
	removed  bool                    // it is not in the entryMap any more
	group    *group.Group            // nil until it is loaded; it records the changes that no write has taken
	lost     *ConflictingWriterError // set for good when another process wrote the group

	loading *groupLoad             // under way; nil for none
	waiting int                    // tasks that wait, and come back to the entry
	lookups map[*idLookup]struct{} // of tasks that have not finished

	storedVersion uint64         // the version that the store has
	dirtyCalls    int            // completed calls whose changes the group has recorded
	dirtySince    time.Time      // when the first of them completed
	dirtyIDs      map[string]int // their message ids: indexes in the Seen of the recorded change
	write         *pendingWrite  // under way; nil for none

	// Protected by writeQueue.mu.
	due      time.Time // when the next write is to start
	isolated bool      // it failed in a write of its own, so it is written without others
}

// groupLoad is a load of a group from the store, which everybody who needs the group waits for.
type groupLoad struct {
	done chan struct{} // closed when err is set
	err  error
}

// idLookup asks the store whether it remembers a message id. As long as it is registered in the entry, a write that
// completes sets the result too.
type idLookup struct {
	entry    *entry
	id       string
	resolved bool
	result   *record.MessageID // nil if nothing is remembered
}

// pendingWrite is the change of a group on its way to the store. It stays the same change until the store has it, however
// often it is tried.
type pendingWrite struct {
	entry   *entry
	change  *record.Change
	ids     map[string]int // message ids: indexes in change.Seen
	calls   int
	inDoubt bool // an attempt failed, and may have taken effect all the same
	tries   int
}

// TryLock implements sieve.Item.
func (e *entry) TryLock() bool { return e.mu.TryLock() }

// Unlock implements sieve.Item.
func (e *entry) Unlock() { e.mu.Unlock() }

// Evictable implements sieve.Item: the group is clean, and no task uses it.
func (e *entry) Evictable() bool {
	return e.group != nil && e.waiting == 0 && e.loading == nil && len(e.lookups) == 0 && !e.unwritten()
}

// Meta implements sieve.Item.
func (e *entry) Meta() *sieve.Meta { return &e.eviction }

// unwritten reports whether the group is dirty or being written.
func (e *entry) unwritten() bool { return e.dirtyCalls > 0 || e.write != nil }

// unwrittenCalls is the number of completed calls that the store does not have.
func (e *entry) unwrittenCalls() int {
	if e.write == nil {
		return e.dirtyCalls
	}
	return e.dirtyCalls + e.write.calls
}

// findUnwrittenID returns what is remembered of an id that is not in the store yet; nil for nothing.
func (e *entry) findUnwrittenID(id string) *record.MessageID {
	if i, ok := e.dirtyIDs[id]; ok {
		seen := e.group.Pending().MessageIDs[i]
		return &seen
	}
	if e.write != nil {
		return e.write.findID(id)
	}
	return nil
}

// rememberID adds an id to the recorded change.
func (e *entry) rememberID(id record.MessageID) {
	change := e.group.Pending()
	if e.dirtyIDs == nil {
		e.dirtyIDs = map[string]int{}
	}
	e.dirtyIDs[id.ID] = len(change.MessageIDs)
	change.AddMessageID(id)
}

// startWrite makes a pendingWrite of what the group has recorded, unless one is under way, which is to be tried again. It
// returns nil if there is nothing to write.
func (e *entry) startWrite() *pendingWrite {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.write == nil && e.dirtyCalls > 0 {
		change := e.group.EndChange().Encode() // now, since the group goes on
		e.write = &pendingWrite{entry: e, change: change, ids: e.dirtyIDs, calls: e.dirtyCalls}
		e.dirtyIDs, e.dirtyCalls = nil, 0
	}
	return e.write
}

// resolve completes a write that the store has, and gives its message ids to the lookups under way. The entry is locked.
func (e *entry) resolve(w *pendingWrite) {
	e.storedVersion, e.write = w.change.Version, nil
	for l := range e.lookups {
		if id := w.findID(l.id); id != nil {
			l.result = id
		}
	}
}

// findID returns what the write remembers of an id; nil for nothing.
func (w *pendingWrite) findID(id string) *record.MessageID {
	if i, ok := w.ids[id]; ok {
		seen := w.change.MessageIDs[i]
		return &seen
	}
	return nil
}

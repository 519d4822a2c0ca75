package commit

import (
	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/group"
)

// replicaState says what Redis has of a group that this process has a replica of.
type replicaState uint8

const (
	// current: the version of the replica, which was compared with the store in this epoch.
	current replicaState = iota
	// unconfirmed: the version of the replica, but the record says an earlier epoch, or not which version the store has.
	// The next commit writes that down, even if it changes nothing else.
	unconfirmed
	// absent: nothing. The next commit writes the whole group.
	absent
	// outdated: an older version than the store, which the replica is of. The next commit replaces all of it.
	outdated
)

// replica is a group as this process last saw it. It belongs to the attempt of the group.
type replica struct {
	state replicaState
	group *group.Group

	// What the commit script must find: the group with this epoch and version; if it is absent, none, and this number of
	// evictions.
	epoch     string
	version   uint64
	evictions string

	layoutVersion uint64  // see format.Meta; noLayout while a commit that changes the layout is on its way
	patchIndexes  []int32 // of trackers whose states are in the patch
	due           int64   // see format.Meta
	allIDs        bool    // see format.Meta
	// storeVersion is written down with the next commit: what the store had when the group was loaded from there.
	storeVersion *format.StoreVersion
	replaces     *format.Group // what Redis has of an outdated group
	// generation is that of definitions.Store at which all definitions of the group were in Redis.
	generation uint64
	spare      *group.Pending // for the next commit to reuse
}

// noLayout is the version of a layout that no group has.
const noLayout = 0

// whole reports whether a commit has to write all of the group.
func (r *replica) whole() bool { return r.state == absent || r.state == outdated }

// committed takes in that Redis has a commit. The state is current from then on.
func (r *replica) committed(w *write) {
	r.state, r.version = current, r.group.Version()
	r.layoutVersion, r.patchIndexes = w.layoutVersion, w.patchIndexes
	r.due, r.generation = w.pending.Due, w.generation
	r.storeVersion, r.replaces = nil, nil
}

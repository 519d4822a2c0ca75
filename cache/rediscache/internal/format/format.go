// Package format is the form in which groups, message ids and definitions are stored in Redis: the names of keys and
// fields, and the bytes of values. It reads and writes bytes and talks to no server. docs/formats.md describes it.
//
// Scripts compare versions, times and counts as text, because numbers in Lua lose digits beyond 53 bits. They are
// therefore stored as fixed-width hexadecimal digits, which sort like the numbers.
package format

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// Version is the version of keys and values. Every stored group begins with its digit, the mark.
const (
	Version = 1
	Mark    = "1"
)

const (
	// ShardCount is the number of shards that groups are distributed over.
	ShardCount = 256
	// definitionHashes is the number of hashes that definitions are distributed over.
	definitionHashes = 64
)

// Hour is an hour in milliseconds. Message ids are listed by the hour in which they expire.
const Hour = 3_600_000

// MaxScore is the largest integer that the score of a sorted set represents exactly.
const MaxScore = 1 << 53

// Fields of the hash of a group, beside those of its chunks: see StatesField and layoutField.
const (
	FieldMeta         = "m" // a Meta
	FieldStoreVersion = "f" // a StoreVersion
	FieldPatch        = "d" // states of some trackers that are newer than those of the chunks
	FieldLease        = "w" // the process that commits next, and until when; see LeaseMark
)

// LeaseMark replaces the mark of a Meta while a process holds a lease on the group, so that a commit script looks for
// the lease only then.
const LeaseMark = "!"

// Fields of the head of a shard, which is a hash.
const (
	HeadEpoch     = "epoch" // changes whenever the shard may have lost commits
	HeadSince     = "since" // when the epoch began, in Unix seconds
	HeadServer    = "run"   // the server that has the shard, and its replication id
	HeadEvictions = "drops" // how many times groups were evicted from the shard
	HeadFloor     = "floor" // the highest version of any group that was deleted by a flush
	HeadFlush     = "flush" // the process that flushes, and until when it holds the shard
	EpochSize     = 16      // bytes of an epoch
	ProcessSize   = 8       // bytes of the id of a process
	AllChunks     = "all"   // stands for every chunk among the dirty chunks of a group
	versionDigits = 16      // of a version and of a time
	countDigits   = 8       // of a number of trackers
)

// ShardOf returns the shard of a group: the FNV-1a hash of its name.
func ShardOf(group string) int {
	hash := uint64(14695981039346656037)
	for i := range len(group) {
		hash = (hash ^ uint64(group[i])) * 1099511628211
	}
	return int(hash % ShardCount)
}

// ShardKeys are the keys of a shard that do not belong to one group. All keys of a shard have one hash tag, so that a
// cluster keeps them on one server.
type ShardKeys struct {
	base string

	Head      string // hash: see HeadEpoch and the others
	IDs       string // hash: IDField -> the remembered message id
	Dirty     string // sorted set: groups with changes that the store does not have, by the time of the first
	Due       string // sorted set: groups by the time of their next timer
	Names     string // sorted set: groups in Redis, by name
	Hours     string // sorted set: hours in which message ids expire
	Lease     string // the process that writes the shard back
	EvictTurn string // set while no process has to look for idle groups
}

// NewShardKeys returns the keys of a shard under a prefix.
func NewShardKeys(prefix string, shard int) ShardKeys {
	base := fmt.Sprintf("%s{s%03d}:", prefix, shard)
	return ShardKeys{
		base: base, Head: base + "h", IDs: base + "i", Dirty: base + "d", Due: base + "t", Names: base + "k",
		Hours: base + "x", Lease: base + "lease", EvictTurn: base + "rest",
	}
}

// Group is the hash of a group.
func (k *ShardKeys) Group(name string) string { return k.base + "g:" + name }

// DirtyIDs is the list of message ids of a group that the store does not have, each behind its version.
func (k *ShardKeys) DirtyIDs(name string) string { return k.base + "p:" + name }

// DirtyChunks is the hash of chunks of a group that the store does not have, with the version that changed them.
func (k *ShardKeys) DirtyChunks(name string) string { return k.base + "b:" + name }

// Hour is the list of message ids that expire within an hour, given in hours of Unix time.
func (k *ShardKeys) Hour(hour string) string { return k.base + "x:" + hour }

// IDField is the field of a message id in ShardKeys.IDs. Names of groups contain no NUL.
func IDField(group, id string) string { return group + "\x00" + id }

// IDOf is the message id in such a field.
func IDOf(field string) string {
	_, id, _ := strings.Cut(field, "\x00")
	return id
}

// DefinitionKey is the hash that holds a definition, under its id.
func DefinitionKey(prefix string, id tracker.ID) string {
	return fmt.Sprintf("%s{d%02d}", prefix, id[0]%definitionHashes)
}

// versionError reports a stored group of another format.
type versionError int

func (e versionError) Error() string { return fmt.Sprintf("it has format %d", int(e)) }

// checkVersion checks the mark that a stored value begins with.
func checkVersion(stored string) error {
	switch {
	case stored == "":
		return errors.New("it is empty")
	case stored[:1] == Mark:
		return nil
	case stored[0] > Mark[0] && stored[0] <= '9':
		return versionError(stored[0] - '0')
	}
	return errors.New("it is not the record of a group")
}

// GroupError wraps the error of reading a stored group: in a *record.FormatError if a later version of this program wrote
// it, else in a *record.CorruptError.
func GroupError(name string, err error) error {
	what := fmt.Sprintf("group %q", name)
	if found := versionError(0); errors.As(err, &found) {
		return &record.FormatError{Record: what, Found: int(found), Known: Version}
	}
	return &record.CorruptError{Record: what, Reason: err.Error()}
}

// IDError wraps the error of reading a remembered message id.
func IDError(group, id string, err error) error {
	return &record.CorruptError{Record: fmt.Sprintf("id %q of group %q", id, group), Reason: err.Error()}
}

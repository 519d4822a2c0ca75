package rediscache

import (
	"fmt"
	"strings"

	"github.com/dictrack/dictrack/tracker"
)

const (
	// shardCount is how many shards groups are dealt to. It is part of the format.
	shardCount = 256
	// definitionHashes is how many hashes definitions are dealt to. It is part of the format.
	definitionHashes = 64
)

// shardOf is the shard of a group: FNV-1a of its name.
func shardOf(name string) int {
	hash := uint64(14695981039346656037)
	for i := range len(name) {
		hash = (hash ^ uint64(name[i])) * 1099511628211
	}
	return int(hash % shardCount)
}

// shardKeys are the keys of a shard that are not of one group. All its keys have one hash tag, and so one server.
type shardKeys struct {
	base  string
	head  string // hash: epoch, run, drops, floor, flush
	ids   string // hash: group NUL id -> what is remembered
	dirty string // sorted set: groups that the Backing does not have, by the time since when
	due   string // sorted set: groups by when the clock changes them
	names string // sorted set: groups that are here, by name
	hours string // sorted set: hours in which ids end
	lease string // who drains
	rest  string // when idle groups were looked for
}

func newShardKeys(prefix string, shard int) shardKeys {
	base := fmt.Sprintf("%s{s%03d}:", prefix, shard)
	return shardKeys{
		base: base, head: base + "h", ids: base + "i", dirty: base + "d", due: base + "t", names: base + "k",
		hours: base + "x", lease: base + "lease", rest: base + "rest",
	}
}

func (k *shardKeys) group(name string) string     { return k.base + "g:" + name }
func (k *shardKeys) waiting(name string) string   { return k.base + "p:" + name }
func (k *shardKeys) changed(name string) string   { return k.base + "b:" + name }
func (k *shardKeys) hour(hour int64) string       { return k.hourNamed(decimal(hour)) }
func (k *shardKeys) hourNamed(hour string) string { return k.base + "x:" + hour }

// idField is an id in the hash of ids. No name has a NUL in it.
func idField(group, id string) string { return group + "\x00" + id }

// idOf is the id in a field of that hash.
func idOf(field string) string {
	_, id, _ := strings.Cut(field, "\x00")
	return id
}

// definitionKey is the hash that a definition is in.
func definitionKey(prefix string, id tracker.ID) string {
	return fmt.Sprintf("%s{d%02d}", prefix, id[0]%definitionHashes)
}

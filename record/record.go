// Package record holds the plain data that is exchanged with stores and caches: groups as they are loaded, and the
// changes that commits make to them. Nothing in it refers back to a group in memory, so an adapter needs no more of the
// core than this package to keep groups.
package record

import "github.com/dictrack/dictrack/tracker"

// ChunkSize is the number of trackers in a chunk. A commit writes the chunks that it changed: one small record for a
// group of a hundred trackers, and a small part of a group of a million.
const ChunkSize = 128

// ChunkCount returns the number of chunks that hold n trackers.
func ChunkCount(n int) int { return (n + ChunkSize - 1) / ChunkSize }

// Group is a group as a store returns it. The index of a tracker is its position in Layout; a tracker that was removed
// keeps its index.
type Group struct {
	Name    string
	Version uint64
	// Initialized reports whether the group's templates were applied.
	Initialized bool
	// Due is the due time of the last commit in Unix milliseconds; limiter.Never for none.
	Due int64
	// Layout holds the ids of the definitions of all trackers, in the order of their indexes.
	Layout []tracker.ID
	// SameLayout replaces Layout in a call of group.Group.RestoreLike: the definitions are those of that group.
	SameLayout bool
	// States is the binary form of all states, in the order of their indexes.
	States []byte
	// Patch holds states of some trackers that are later than those in States; empty for none.
	Patch []byte
}

// Exists reports whether the group was ever committed.
func (g *Group) Exists() bool { return len(g.Layout) > 0 || g.Initialized }

// Change is what one commit does to one group.
type Change struct {
	// Group is the group's name.
	Group string
	// Base is the version that the change applies to, Version the one it leads to.
	Base, Version uint64
	// Due is no later than the next moment at which the clock changes the group, in Unix milliseconds; limiter.Never for
	// none.
	Due int64
	// Initialized reports whether the group's templates were applied.
	Initialized bool
	// Count is the number of trackers after the change, BaseCount before it. Removed trackers count too.
	Count, BaseCount int
	// MessageIDs are the message ids to remember.
	MessageIDs []MessageID
	// Chunks are the chunks that changed, in ascending order.
	Chunks []Chunk
	// Definitions holds each definition that the layouts of Chunks refer to, once. A store need not write those it has.
	Definitions []Definition
}

// RemovedChunks returns the range [from, to) of the indexes of chunks that no longer exist.
func (c *Change) RemovedChunks() (from, to int) { return ChunkCount(c.Count), ChunkCount(c.BaseCount) }

// FindMessageID returns what the change remembers of a message id, nil for nothing.
func (c *Change) FindMessageID(id string) *MessageID {
	if id == "" {
		return nil
	}
	for i := len(c.MessageIDs) - 1; i >= 0; i-- { // the last one, where an earlier one had expired
		if c.MessageIDs[i].ID == id {
			return &c.MessageIDs[i]
		}
	}
	return nil
}

// AddMessageID adds a message id to remember.
func (c *Change) AddMessageID(m MessageID) { c.MessageIDs = append(c.MessageIDs, m) }

// Chunk is up to ChunkSize consecutive trackers of a group.
type Chunk struct {
	Index int
	// Layout holds the ids of the definitions; nil when they did not change.
	Layout []tracker.ID
	// States is the binary form of the states, one after the other. Its capacity has room for a checksum of four bytes.
	States []byte
}

// Definition is a definition as it is stored.
type Definition struct {
	ID tracker.ID
	// JSON is its canonical JSON. It must not be modified.
	JSON []byte
}

// MessageID is the record of a message that was applied. A message with the same id is not applied again until it
// expires (idempotency).
type MessageID struct {
	ID      string
	Hash    [16]byte // of the message's data
	Version uint64   // of the group after the message
	Expires int64    // Unix milliseconds
}

// Due says when the clock changes a group next.
type Due struct {
	Group string
	At    int64 // Unix milliseconds
}

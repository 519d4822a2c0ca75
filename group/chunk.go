package group

import (
	"slices"

	"github.com/dictrack/dictrack/tracker"
)

// ChunkSize is how many trackers share one stored record, so that a step of one tracker in a group of a
// million writes little, and a group of a hundred is one record.
const ChunkSize = 128

// Chunk is a part of a group, as stores keep it.
type Chunk struct {
	Index int
	// Layout are the IDs of the definitions; nil when they did not change.
	Layout []tracker.ID
	// States is the binary form of the states, one after the other. Behind them is room for a checksum.
	States []byte
}

// checkRoom is the room behind States.
const checkRoom = 4

// usualState is how many bytes of States a state takes, or fewer.
const usualState = 4

// chunk makes a chunk, its states in room if they fit.
func (g *Group) chunk(i int, relaid bool, room []byte) Chunk {
	from, to := i*ChunkSize, min((i+1)*ChunkSize, g.cells.Len())
	part := Chunk{Index: i, States: g.encode(from, to, room)}
	if relaid {
		part.Layout = make([]tracker.ID, 0, to-from)
		for at := from; at < to; at++ {
			part.Layout = append(part.Layout, g.roster.at(at).ID())
		}
	}
	return part
}

// encode is the binary form of the states of some places, in room if it fits.
func (g *Group) encode(from, to int, room []byte) []byte {
	states := slices.Grow(room, usualState*(to-from))
	for at := from; at < to; {
		var plain int
		states, plain = g.cells.EncodeSmall(states, at, to)
		if at += plain; at < to {
			s := g.state(at)
			states = tracker.AppendState(states, &s)
			at++
		}
	}
	return slices.Grow(states, checkRoom)
}

// statesOf are the states of a chunk.
func (g *Group) statesOf(chunk int) []tracker.State {
	from := chunk * ChunkSize
	states := make([]tracker.State, min(ChunkSize, g.cells.Len()-from))
	for n := range states {
		states[n] = g.state(from + n)
	}
	return states
}

// chunks is how many chunks n trackers take.
func chunks(n int) int { return (n + ChunkSize - 1) / ChunkSize }

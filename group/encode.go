package group

import (
	"slices"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// checkRoom is the room behind States.
const checkRoom = 4

// usualState is how many bytes of States a state takes, or fewer.
const usualState = 4

// chunk makes a chunk, its states in room if they fit.
func (g *Group) chunk(i int, relaid bool, room []byte) record.Chunk {
	from, to := i*record.ChunkSize, min((i+1)*record.ChunkSize, g.cells.Len())
	part := record.Chunk{Index: i, States: g.encode(from, to, room)}
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

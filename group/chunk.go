package group

import (
	"slices"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// checksumSize is the room behind States.
const checksumSize = 4

// typicalStateSize is how many bytes of States a state takes, or fewer.
const typicalStateSize = 4

// encodeChunk makes a chunk, its states in room if they fit.
func (g *Group) encodeChunk(i int, relaid bool, room []byte) record.Chunk {
	from, to := i*record.ChunkSize, min((i+1)*record.ChunkSize, g.states.Len())
	part := record.Chunk{Index: i, States: g.encodeStates(from, to, room)}
	if relaid {
		part.Layout = make([]tracker.ID, 0, to-from)
		for at := from; at < to; at++ {
			part.Layout = append(part.Layout, g.list.at(at).ID())
		}
	}
	return part
}

// encodeStates is the binary form of the states of some places, in room if it fits.
func (g *Group) encodeStates(from, to int, room []byte) []byte {
	states := slices.Grow(room, typicalStateSize*(to-from))
	for at := from; at < to; {
		var plain int
		states, plain = g.states.EncodeSmall(states, at, to)
		if at += plain; at < to {
			s := g.state(at)
			states = tracker.AppendState(states, &s)
			at++
		}
	}
	return slices.Grow(states, checksumSize)
}

package group

import (
	"slices"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// checksumSize is the spare capacity after a chunk's States, in which a store can append a checksum in place.
const checksumSize = 4

// typicalStateSize is the number of bytes of States that most states need at most.
const typicalStateSize = 4

// encodeChunk encodes chunk i, its states into buf if they fit.
func (g *Group) encodeChunk(i int, withLayout bool, buf []byte) record.Chunk {
	from, to := i*record.ChunkSize, min((i+1)*record.ChunkSize, g.states.Len())
	chunk := record.Chunk{Index: i, States: g.encodeStates(from, to, buf)}
	if withLayout {
		chunk.Layout = make([]tracker.ID, 0, to-from)
		for at := from; at < to; at++ {
			chunk.Layout = append(chunk.Layout, g.list.at(at).ID())
		}
	}
	return chunk
}

// encodeStates returns the binary form of the states [from, to), in buf if it fits.
func (g *Group) encodeStates(from, to int, buf []byte) []byte {
	encoded := slices.Grow(buf, typicalStateSize*(to-from))
	for at := from; at < to; {
		var n int
		encoded, n = g.states.EncodeSmall(encoded, at, to)
		if at += n; at < to {
			s := g.state(at)
			encoded = tracker.AppendState(encoded, &s)
			at++
		}
	}
	return slices.Grow(encoded, checksumSize)
}

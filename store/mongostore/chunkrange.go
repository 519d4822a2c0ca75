package mongostore

import (
	"fmt"
	"math"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// chunkRange is a range of tracker indexes of a group whose tracker documents are to be updated: a chunk, or all
// indexes past the last chunk, where there must be no documents.
type chunkRange struct {
	group     *maintainedGroup
	chunk     int
	from, to  int // indexes, without to
	layout    []tracker.ID
	encoded   []byte // the states as they are stored
	states    []tracker.State
	projected []tracker.State // what the tracker documents show; nil if that is not known
}

// chunkRanges returns the ranges whose tracker documents may be out of date.
func (g *maintainedGroup) chunkRanges() []chunkRange {
	var ranges []chunkRange
	for i := range g.chunks {
		if g.needsProjection(i) {
			from := i * record.ChunkSize
			ranges = append(ranges, chunkRange{group: g, chunk: i, from: from, to: min(from+record.ChunkSize, g.count)})
		}
	}
	if g.full || g.truncated > g.projected {
		ranges = append(ranges, chunkRange{group: g, chunk: len(g.chunks), from: g.count, to: math.MaxInt32})
	}
	return ranges
}

// decode decodes the chunk, whose overflow documents must have been read.
func (r *chunkRange) decode() (err error) {
	if r.chunk == len(r.group.chunks) {
		return nil
	}
	if r.layout, r.encoded, err = r.group.decodeChunk(r.chunk); err == nil {
		r.states, err = parseStates(r.encoded, len(r.layout))
	}
	return err
}

// parseStates decodes n states, which must be all of payload.
func parseStates(payload []byte, n int) (states []tracker.State, err error) {
	states = make([]tracker.State, n)
	for i := range states {
		if states[i], payload, err = tracker.ReadState(payload); err != nil {
			return nil, err
		}
	}
	if len(payload) > 0 {
		return nil, fmt.Errorf("%d bytes after the last state", len(payload))
	}
	return states, nil
}

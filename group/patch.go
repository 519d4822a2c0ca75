package group

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// A patch is the states of a few places, which are later than those of the chunks: a store that writes it leaves the
// chunks of a group of a thousand alone. For each place, in ascending order, it has the place as an uvarint and the
// state in its binary form.

// maxIndexes bounds the changed indexes that a Pending lists, one that changed twice counting twice: enough for several
// calls that together fit into a patch of a few dozen states.
const maxIndexes = 256

// ChangedIndexes returns the indexes whose states changed, in ascending order. It is false when there are many, when the
// group has one chunk only, and when the layout changed too.
func (p *Pending) ChangedIndexes() ([]int32, bool) {
	if p.BaseCount <= record.ChunkSize || p.Count != p.BaseCount || len(p.indexes) > maxIndexes || p.LayoutChanged() {
		return nil, false
	}
	slices.Sort(p.indexes)
	p.indexes = slices.Compact(p.indexes)
	return p.indexes, true
}

// LayoutChanged reports whether a chunk of the change has a new layout.
func (p *Pending) LayoutChanged() bool { return p.all || len(p.layoutDirty) > 0 }

// IncludeChunksOf adds the chunks of some indexes to the change.
func (p *Pending) IncludeChunksOf(indexes []int32) {
	if len(indexes) > 0 {
		p.encoded, p.Chunks = false, nil
	}
	for _, i := range indexes {
		p.mark(int(i)/record.ChunkSize, false)
	}
}

// AppendPatch appends the patch of some indexes, which ascend, to dst. Like Encode it looks into the group.
func (p *Pending) AppendPatch(dst []byte, indexes []int32) []byte {
	for _, i := range indexes {
		dst = binary.AppendUvarint(dst, uint64(i)) // #nosec G115 -- never negative
		s := p.group.state(int(i))
		dst = tracker.AppendState(dst, &s)
	}
	return dst
}

// PatchIndexes are the places of a patch.
func PatchIndexes(patch []byte) (places []int32, err error) {
	for p := newPatch(patch); !p.ended(); {
		place := int32(p.index) // #nosec G115 -- its range is checked
		if _, err := p.readState(tracker.ReadState); err != nil {
			return nil, err
		}
		places = append(places, place)
	}
	return places, nil
}

var errPatch = errors.New("not a patch of states")

// patch reads a patch from its front.
type patch struct {
	rest  []byte
	index int // of the next state; beyond any when there is none
	malformed   bool
}

// beyond is a place that no group has.
const beyond = math.MaxInt32

func newPatch(src []byte) *patch {
	p := &patch{rest: src, index: -1}
	p.advance()
	return p
}

func (p *patch) ended() bool { return p.index == beyond && !p.malformed }

// advance reads the next place.
func (p *patch) advance() {
	before := p.index
	if p.index = beyond; len(p.rest) == 0 {
		return
	}
	place, size := binary.Uvarint(p.rest)
	if size <= 0 || place >= beyond || int(place) <= before {
		p.malformed = true
		return
	}
	p.rest, p.index = p.rest[size:], int(place)
}

// readState reads the state of the next place.
func (p *patch) readState(read func([]byte) (tracker.State, []byte, error)) (tracker.State, error) {
	if p.index == beyond {
		return tracker.State{}, errPatch
	}
	s, rest, err := read(p.rest)
	if err != nil {
		return tracker.State{}, fmt.Errorf("patch of place %d: %w", p.index, err)
	}
	p.rest = rest
	p.advance()
	return s, nil
}

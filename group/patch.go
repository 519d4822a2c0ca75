package group

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// A patch is the states of a few indexes, which are newer than those in the chunks: a store that writes it need not
// rewrite the chunks of a large group. For each index, in ascending order, it has the index as an uvarint and the state
// in its binary form.

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

// IncludeChunksOf adds the chunks of some indexes to the change.
func (p *Pending) IncludeChunksOf(indexes []int32) {
	if len(indexes) > 0 {
		p.encoded, p.Chunks = false, nil
	}
	for _, i := range indexes {
		p.mark(int(i)/record.ChunkSize, false)
	}
}

// AppendPatch appends the patch of some indexes, which must ascend, to dst. Like Encode, it
// reads the group, so it must be called before the group changes again.
func (p *Pending) AppendPatch(dst []byte, indexes []int32) []byte {
	for _, i := range indexes {
		dst = binary.AppendUvarint(dst, uint64(i)) // #nosec G115 -- never negative
		s := p.group.state(int(i))
		dst = tracker.AppendState(dst, &s)
	}
	return dst
}

// PatchIndexes returns the indexes in a patch.
func PatchIndexes(encoded []byte) (indexes []int32, err error) {
	for p := newPatch(encoded); !p.ended(); {
		index := int32(p.index) // #nosec G115 -- its range is checked
		if _, err := p.readState(tracker.ReadState); err != nil {
			return nil, err
		}
		indexes = append(indexes, index)
	}
	return indexes, nil
}

var errPatch = errors.New("not a patch of states")

// patch is a reader of a patch.
type patch struct {
	rest      []byte
	index     int // of the next state; noIndex when there is none
	malformed bool
}

func newPatch(src []byte) *patch {
	p := &patch{rest: src, index: -1}
	p.advance()
	return p
}

func (p *patch) ended() bool { return p.index == noIndex && !p.malformed }

// advance reads the next index.
func (p *patch) advance() {
	before := p.index
	if p.index = noIndex; len(p.rest) == 0 {
		return
	}
	index, size := binary.Uvarint(p.rest)
	if size <= 0 || index >= noIndex || int(index) <= before {
		p.malformed = true
		return
	}
	p.rest, p.index = p.rest[size:], int(index)
}

// readState reads the state of the next index.
func (p *patch) readState(read func([]byte) (tracker.State, []byte, error)) (tracker.State, error) {
	if p.index == noIndex {
		return tracker.State{}, errPatch
	}
	s, rest, err := read(p.rest)
	if err != nil {
		return tracker.State{}, fmt.Errorf("patch of index %d: %w", p.index, err)
	}
	p.rest = rest
	p.advance()
	return s, nil
}

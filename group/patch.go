package group

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/dictrack/dictrack/tracker"
)

// A patch is the states of a few places, which are later than those of the chunks: a store that writes it leaves the
// chunks of a group of a thousand alone. For each place, in ascending order, it has the place as an uvarint and the
// state in its binary form.

// maxPlaces is how many changed places a Change lists, one that changed twice counting twice: some calls of what fits a
// patch of a few dozen.
const maxPlaces = 256

// ChangedIndexes are those whose states the change changed, put in order. It is false when they are many, when the group is of one
// chunk, so that they need not be known, and when the layout changed too.
func (c *Pending) ChangedIndexes() ([]int32, bool) {
	if c.BaseCount <= ChunkSize || c.Count != c.BaseCount || len(c.indexes) > maxPlaces || c.LayoutChanged() {
		return nil, false
	}
	slices.Sort(c.indexes)
	c.indexes = slices.Compact(c.indexes)
	return c.indexes, true
}

// LayoutChanged tells whether a chunk of the change comes with its layout.
func (c *Pending) LayoutChanged() bool { return c.all || len(c.laid) > 0 }

// IncludeChunksOf adds the chunks of places to those that the change carries, from the next call of Chunks on.
func (c *Pending) IncludeChunksOf(places []int32) {
	if len(places) > 0 {
		c.parts = nil
	}
	for _, place := range places {
		c.touch(int(place)/ChunkSize, false)
	}
}

// AppendPatch appends the patch of places, which ascend, to dst. Like Chunks it looks into the group.
func (c *Pending) AppendPatch(dst []byte, places []int32) []byte {
	for _, place := range places {
		dst = binary.AppendUvarint(dst, uint64(place)) // #nosec G115 -- never negative
		s := c.after.state(int(place))
		dst = tracker.AppendState(dst, &s)
	}
	return dst
}

// PatchIndexes are the places of a patch.
func PatchIndexes(patch []byte) (places []int32, err error) {
	for p := newPatch(patch); !p.ended(); {
		place := int32(p.place) // #nosec G115 -- its range is checked
		if _, err := p.take(tracker.ReadState); err != nil {
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
	place int // of the next state; beyond any when there is none
	bad   bool
}

// beyond is a place that no group has.
const beyond = math.MaxInt32

func newPatch(src []byte) *patch {
	p := &patch{rest: src, place: -1}
	p.advance()
	return p
}

func (p *patch) ended() bool { return p.place == beyond && !p.bad }

// advance reads the next place.
func (p *patch) advance() {
	before := p.place
	if p.place = beyond; len(p.rest) == 0 {
		return
	}
	place, size := binary.Uvarint(p.rest)
	if size <= 0 || place >= beyond || int(place) <= before {
		p.bad = true
		return
	}
	p.rest, p.place = p.rest[size:], int(place)
}

// take reads the state of the next place.
func (p *patch) take(read func([]byte) (tracker.State, []byte, error)) (tracker.State, error) {
	if p.place == beyond {
		return tracker.State{}, errPatch
	}
	s, rest, err := read(p.rest)
	if err != nil {
		return tracker.State{}, fmt.Errorf("patch of place %d: %w", p.place, err)
	}
	p.rest = rest
	p.advance()
	return s, nil
}

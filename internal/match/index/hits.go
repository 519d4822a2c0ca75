package index

import (
	"math/bits"
	"slices"

	"github.com/dictrack/dictrack/internal/match/predicate"
)

// hits collects the trackers that match, in any order and more than once.
type hits struct {
	list   []int32 // index + offset, from start on
	start  int
	offset int32
	size   int // words of a bitmap of all trackers

	bits    []uint64 // by index: trackers that came many at a time; all 0 between matches
	hasBits bool
}

// begin prepares for the trackers of one index.
func (h *hits) begin(list []int32, offset int32, trackers int) {
	h.list, h.start, h.offset, h.size = list, len(list), offset, (trackers+63)/64
}

func (h *hits) add(index int32) { h.list = append(h.list, h.offset+index) }

// addRun adds several trackers: as bits, which are in order by themselves, when they are many for the size of the set.
func (h *hits) addRun(indexes []int32) {
	if len(indexes) < h.worthBits() {
		for _, index := range indexes {
			h.add(index)
		}
		return
	}
	marked := h.bitmap()
	for _, index := range indexes {
		marked[uint32(index)>>6] |= 1 << (index & 63)
	}
}

// addBits adds the trackers of a bitmap.
func (h *hits) addBits(words []uint64) {
	if len(words) == 0 {
		return
	}
	marked := h.bitmap()
	for i, word := range words {
		marked[i] |= word
	}
}

// worthBits is how many trackers are better added as bits.
func (h *hits) worthBits() int { return (h.size + 7) / 8 }

func (h *hits) bitmap() []uint64 {
	h.hasBits = true
	h.bits = predicate.Resize(h.bits, h.size)
	return h.bits
}

// sorted returns the list with the trackers added since begin in order, each once.
func (h *hits) sorted() []int32 {
	added := h.list[h.start:]
	switch {
	case h.hasBits:
		h.sortByBits()
	case isAscending(added):
	case len(added) < h.worthBits():
		slices.Sort(added)
		h.list = h.list[:h.start+len(slices.Compact(added))]
	default:
		h.sortByBits()
	}
	list := h.list
	h.list = nil
	return list
}

func isAscending(list []int32) bool {
	for i := 1; i < len(list); i++ {
		if list[i-1] >= list[i] {
			return false
		}
	}
	return true
}

// sortByBits replaces the list by its union with the bits, and clears those.
func (h *hits) sortByBits() {
	marked, offset := h.bitmap(), h.offset
	for _, index := range h.list[h.start:] {
		marked[uint32(index-offset)>>6] |= 1 << ((index - offset) & 63)
	}
	list := h.list[:h.start]
	for w, word := range marked {
		if word != 0 {
			marked[w] = 0
			for base := offset + int32(w)<<6; word != 0; word &= word - 1 {
				list = append(list, base+int32(bits.TrailingZeros64(word)))
			}
		}
	}
	h.list, h.hasBits = list, false
}

// Package bitmap matches a small set of trackers with a bitmap index: for each path and each value that trackers ask
// for there, a bitmap has the trackers which that value lets pass. The intersection over all paths are the trackers
// that match, up to residual predicates.
package bitmap

// MaxTrackers is how many trackers an index can have.
const MaxTrackers = 64 * words

// words is the size of a bitmap.
const words = 2

// bitmap is a set of trackers, by their index.
type bitmap [words]uint64

func (b *bitmap) set(i int)         { b[i>>6] |= 1 << (i & 63) }
func (b *bitmap) clear(i int)       { b[i>>6] &^= 1 << (i & 63) }
func (b *bitmap) has(i int) bool    { return b[i>>6]>>(i&63)&1 == 1 }
func (b *bitmap) and(o *bitmap)     { b[0] &= o[0]; b[1] &= o[1] }
func (b *bitmap) or(o *bitmap)      { b[0] |= o[0]; b[1] |= o[1] }
func (b *bitmap) without(o *bitmap) { b[0] &^= o[0]; b[1] &^= o[1] }

// andAt intersects b with bitmap i of a list that is stored as words.
func (b *bitmap) andAt(list []uint64, i int) {
	b[0] &= list[words*i]
	b[1] &= list[words*i+1]
}

func (b *bitmap) intersects(o *bitmap) bool { return b[0]&o[0]|b[1]&o[1] != 0 }

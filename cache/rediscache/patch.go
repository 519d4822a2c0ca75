package rediscache

import "slices"

// maxApart is how many places a patch has at most. A commit of a large group in which few trackers move writes the
// patch, which costs what they cost; when it is full, the chunks of all its places are written, and it begins anew.
const maxApart = 64

// patch decides whether the write leaves the chunks alone, and has a patch written in place of them. What is in there
// stays until chunks are written, which are then all of those that it is about.
func (w *write) patch(l *local) {
	if l.whole() {
		return
	}
	if w.what.Stateless() {
		w.apart = l.apart
		return
	}
	if places, few := w.what.Places(); few {
		if all := union(l.apart, places); len(all) <= maxApart {
			w.apart, w.patches = all, true
			return
		}
	}
	w.what.Carry(l.apart)
}

// union is what is in either of two ascending lists.
func union(a, b []int32) []int32 {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

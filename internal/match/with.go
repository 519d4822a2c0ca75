package match

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/tracker"
)

// Replacing is s with another definition at a place, of the same name, if it is found the same way: it asks for the same
// conditions, and a sum adds the same number. Otherwise With is nil. A set made by Grow is then used up.
func (s *Set) Replacing(place int, d *tracker.Definition) *Set {
	next := *s
	at := place - int(s.from)
	if at < 0 {
		if next.under = s.under.Replacing(place, d); next.under == nil {
			return nil
		}
		next.judged.under = &next.under.judged
	} else {
		if !sameWay(s.defs[at], d) {
			return nil
		}
		next.defs = slices.Clone(s.defs)
		next.defs[at] = d
	}
	if next.growing {
		next.index.split.set = &next
	}
	next.key = next.keyWith(place, d)
	return &next
}

// keyWith is the key of a set that came to be by a change.
func (s *Set) keyWith(place int, d *tracker.Definition) Key {
	id := d.ID()
	text := binary.AppendUvarint(append(s.key[:], id[:]...), uint64(place))
	sum := sha256.Sum256(append(text, "with"...))
	return Key(sum[:len(Key{})])
}

func sameWay(a, b *tracker.Definition) bool {
	samePath := func(a, b dotpath.Request) bool {
		return a.Path.String() == b.Path.String() && a.WithContent == b.WithContent
	}
	if !slices.EqualFunc(a.Paths(), b.Paths(), samePath) || len(a.Where()) != len(b.Where()) {
		return false
	}
	for i := range a.Where() {
		if a.Where()[i].ID() != b.Where()[i].ID() {
			return false
		}
	}
	return true
}

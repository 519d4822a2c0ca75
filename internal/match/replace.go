package match

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/tracker"
)

// Replacing returns s with another definition at an index, of the same name, if both are matched alike: they have the
// same conditions, and a sum adds the same number. Otherwise it returns nil. A mutable set must not be used afterwards.
func (s *Set) Replacing(i int, d *tracker.Definition) *Set {
	next := *s
	at := i - int(s.offset)
	if at < 0 {
		if next.base = s.base.Replacing(i, d); next.base == nil {
			return nil
		}
		next.residuals = s.residuals.Rebased(&next.base.residuals)
	} else {
		if !matchedAlike(s.defs[at], d) {
			return nil
		}
		next.defs = slices.Clone(s.defs)
		next.defs[at] = d
	}
	if next.mutable {
		next.classifier.Residuals = &next.residuals
	}
	next.key = next.keyReplacing(i, d)
	return &next
}

// keyReplacing is the key of a set in which a definition was replaced.
func (s *Set) keyReplacing(i int, d *tracker.Definition) Key {
	id := d.ID()
	text := binary.AppendUvarint(append(s.key[:], id[:]...), uint64(i))
	sum := sha256.Sum256(append(text, "with"...))
	return Key(sum[:len(Key{})])
}

func matchedAlike(a, b *tracker.Definition) bool {
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

// Package match compiles a list of definitions so that one data finds the trackers it matches without looking at the
// others: each distinct path is read once, each distinct condition judged at most once, and what it costs depends on
// what matches.
//
// A small set is matched by masks: one lookup a path says which trackers the value there lets pass. A large one by an
// index that trackers are filed in, and that takes in one more at any time.
package match

import (
	"crypto/sha256"

	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/tracker"
)

// Set is a compiled list of definitions. It is immutable, but for Insert, and safe for any goroutine; every group with
// the same list may share it. A set can stand over another one: it continues its list, and a match over it is one over
// both.
type Set struct {
	// What every match looks at comes first, so that it is together in memory.
	under      *Set
	from       int32 // the length of those under
	growing    bool  // made by Grow
	paths      *Paths
	dictionary *Dictionary
	index      *index                // of a large set; nil for a small one
	defs       []*tracker.Definition // without those of under
	masks      masks                 // of a small set
	judged     judgements

	key   Key
	names NameIndex
}

// Key identifies what a set is compiled from.
type Key [16]byte

// KeyOf is the key of a set of defs over another one, or over none.
func KeyOf(under *Set, defs []*tracker.Definition) Key {
	hash := sha256.New()
	if under != nil {
		hash.Write(under.key[:])
	}
	for _, d := range defs {
		id := d.ID()
		hash.Write(id[:])
	}
	return Key(hash.Sum(nil)[:len(Key{})])
}

// Compile builds the set of defs, which it keeps, over another one, or over none.
func Compile(under *Set, defs []*tracker.Definition) *Set {
	return CompileShared(KeyOf(under, defs), under, defs, alone{})
}

// CompileShared is Compile of a set whose key is known, and that has what it can from share.
func CompileShared(key Key, under *Set, defs []*tracker.Definition, share Interner) *Set {
	s := newSet(under, pathsOf(under, defs, share))
	s.key, s.defs, s.names = key, defs, NewNameIndex(defs)
	if len(defs) <= smallSet {
		s.small(share)
		return s
	}
	s.index = newIndex(s)
	for i, d := range defs {
		s.index.insert(int32(i), d)
	}
	s.index.split = split{}
	return s
}

// NewMutable builds a set of defs over another one that Insert may add to. It belongs to one owner.
func NewMutable(under *Set, defs []*tracker.Definition) *Set {
	s := newSet(under, pathsOf(under, defs, alone{}))
	s.index, s.growing = newIndex(s), true
	for _, d := range defs {
		s.Insert(d)
	}
	return s
}

func newSet(under *Set, paths *Paths) *Set {
	s := &Set{under: under, paths: paths, judged: newJudgements(under), dictionary: &Dictionary{}}
	if under != nil {
		s.from = int32(under.Len())
	}
	return s
}

// Insert adds a definition to a set made by Grow, in little time however many there are.
func (s *Set) Insert(d *tracker.Definition) {
	if !s.paths.reads(d) {
		s.paths = s.paths.with(d)
	}
	place := len(s.defs)
	s.defs = append(s.defs, d)
	s.names.Add(place, s.defs)
	s.index.insert(int32(place), d)
}

// Len is the number of definitions, those under included.
func (s *Set) Len() int { return int(s.from) + len(s.defs) }

// Base is the set that s stands over; nil for none.
func (s *Set) Base() *Set { return s.under }

// Definitions are the definitions in their order, without those under; not to be changed.
func (s *Set) Definitions() []*tracker.Definition { return s.defs }

// Slot is where Scratch.Values has the value at a path that a definition of s reads.
func (s *Set) Slot(path dotpath.Path) int32 { return s.paths.slot(path) }

// Index finds a definition by name: the last one, where an earlier one of that name was removed from
// its group and left its place behind.
func (s *Set) Index(name string) (int, bool) {
	for ; s != nil; s = s.under {
		if at, ok := s.names.Find(name, s.defs); ok {
			return int(s.from) + at, true
		}
	}
	return 0, false
}

// Match finds the trackers of s that d matches: x.Hits. The error is about raw JSON that is broken, not
// an object, or gives a used path twice; then there are no hits.
func (s *Set) Match(d Data, x *Scratch) error {
	x.reset(s, d)
	plan := s.paths.plan
	if err := d.read(plan, x.slots[:plan.Slots()]); err != nil {
		return err
	}
	s.find(x)
	return nil
}

func (s *Set) find(x *Scratch) {
	if s.under != nil {
		s.under.find(x)
	}
	x.part = s
	if s.index == nil {
		x.masked(s)
	} else {
		x.indexed(s)
	}
}

// Package match compiles a list of definitions into a set that finds the trackers which the data of a message matches,
// without evaluating the conditions of the others: each distinct path is read once, each distinct condition is
// evaluated at most once, and the cost depends on the number of trackers that match.
//
// Package predicate classifies conditions; a small set is matched by the bitmap index of package bitmap, a large one,
// and one that grows, by the hash and interval indexes of package index.
package match

import (
	"crypto/sha256"

	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/internal/match/bitmap"
	"github.com/dictrack/dictrack/internal/match/index"
	"github.com/dictrack/dictrack/internal/match/predicate"
	"github.com/dictrack/dictrack/tracker"
)

// Set is a compiled list of definitions. It is immutable, but for Insert, and safe for any goroutine; groups with the
// same list share it. A set can have a base, which is another set: it continues the list of the base, and a match of
// the set is one of both.
type Set struct {
	// What every match reads comes first, so that it is together in memory.
	base       *Set
	offset     int32 // the length of base
	mutable    bool  // made by NewMutable
	paths      *predicate.Paths
	dictionary *predicate.Dictionary
	index      *index.Index          // of a large set or a mutable one, otherwise nil
	defs       []*tracker.Definition // without those of base
	bitmaps    bitmap.Index          // of a small set
	residuals  predicate.Residuals

	key        Key
	names      NameIndex
	classifier *predicate.Classifier // of a mutable set
}

// Paths are the paths that a set reads.
type Paths = predicate.Paths

// Dictionary numbers the scalars that a set compares with.
type Dictionary = predicate.Dictionary

// Interner shares paths and dictionaries between sets.
type Interner = predicate.Interner

// Data is the data of one message.
type Data = predicate.Data

// Failure is a tracker whose custom code failed.
type Failure = predicate.Failure

// noInterner shares nothing.
type noInterner struct{}

// Paths implements Interner.
func (noInterner) Paths(_ string, build func() *Paths) *Paths { return build() }

// Dictionary implements Interner.
func (noInterner) Dictionary(_ string, build func() *Dictionary) *Dictionary { return build() }

// Key identifies what a set is compiled from.
type Key [16]byte

// KeyOf returns the key of a set of defs with a base, which may be nil.
func KeyOf(base *Set, defs []*tracker.Definition) Key {
	hash := sha256.New()
	if base != nil {
		hash.Write(base.key[:])
	}
	for _, d := range defs {
		id := d.ID()
		hash.Write(id[:])
	}
	return Key(hash.Sum(nil)[:len(Key{})])
}

// Compile builds the set of defs, which it retains, with a base, which may be nil.
func Compile(base *Set, defs []*tracker.Definition) *Set {
	return CompileShared(KeyOf(base, defs), base, defs, noInterner{})
}

// CompileShared is Compile of a set whose key is known, and that shares what it can through interner.
func CompileShared(key Key, base *Set, defs []*tracker.Definition, interner Interner) *Set {
	s, c := newSet(base, defs, interner)
	s.key, s.defs, s.names = key, defs, NewNameIndex(defs)
	if len(defs) <= bitmap.MaxTrackers {
		s.dictionary = s.bitmaps.Build(c, defs, interner)
		return s
	}
	s.index = index.New(c)
	for i, d := range defs {
		s.index.Insert(int32(i), d, c)
	}
	return s
}

// NewMutable builds a set of defs with a base, which may be nil, that Insert can add to. It is for one owner.
func NewMutable(base *Set, defs []*tracker.Definition) *Set {
	s, c := newSet(base, defs, noInterner{})
	s.index, s.mutable, s.classifier = index.New(c), true, c
	for _, d := range defs {
		s.Insert(d)
	}
	return s
}

// newSet returns a set that reads what defs do, and the classifier for it.
func newSet(base *Set, defs []*tracker.Definition, interner Interner) (*Set, *predicate.Classifier) {
	s := &Set{base: base, dictionary: &Dictionary{}}
	var basePaths *Paths
	var baseResiduals *predicate.Residuals
	if base != nil {
		s.offset = int32(base.Len())
		basePaths, baseResiduals = base.paths, &base.residuals
	}
	s.paths = predicate.PathsOf(basePaths, defs, interner)
	s.residuals = predicate.NewResiduals(baseResiduals)
	return s, &predicate.Classifier{Paths: s.paths, Dictionary: s.dictionary, Residuals: &s.residuals}
}

// Insert adds a definition to a mutable set. Its cost hardly depends on the length of the set.
func (s *Set) Insert(d *tracker.Definition) {
	if !s.paths.Covers(d) {
		s.paths = s.paths.With(d)
		s.classifier.Paths = s.paths
	}
	i := len(s.defs)
	s.defs = append(s.defs, d)
	s.names.Add(i, s.defs)
	s.index.Insert(int32(i), d, s.classifier)
}

// Len returns the number of definitions, those of the base included.
func (s *Set) Len() int { return int(s.offset) + len(s.defs) }

// Base returns the set that s continues; nil for none.
func (s *Set) Base() *Set { return s.base }

// Definitions returns the definitions in order, without those of the base. The caller must not change them.
func (s *Set) Definitions() []*tracker.Definition { return s.defs }

// Slot is where Scratch.Values has the value at a path that a definition of s reads.
func (s *Set) Slot(path dotpath.Path) int32 { return s.paths.Slot(path) }

// Index finds a definition by name. If several have it, because a tracker was removed from its group and added again,
// it finds the last one.
func (s *Set) Index(name string) (int, bool) {
	for ; s != nil; s = s.base {
		if at, ok := s.names.Find(name, s.defs); ok {
			return int(s.offset) + at, true
		}
	}
	return 0, false
}

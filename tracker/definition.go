// Package tracker says what a tracker is and how it moves: an immutable Definition, a small State, and
// a pure Step from one State to the next. It does no I/O and reads no clock; docs/semantics.md is the
// contract it follows.
package tracker

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/limiter"
)

// Spec is what somebody writes to get a Definition. The root package's Count and Sum return one with the
// defaults; in a Spec written by hand the zero Reset is ResetNone, where files default to limiter.
type Spec struct {
	// Name is unique in a group; any text but "" and text with a NUL.
	Name string
	// Kind is "count", "sum" or a registered kind.
	Kind string
	// Key is the path of the number that a sum adds.
	Key string
	// Args are the arguments of a registered kind: any value with a JSON form.
	Args any
	// Where must all hold; none: every data matches.
	Where []condition.Condition
	// Targets are the stages' targets, at least one.
	Targets []decimal.Decimal
	// Limiters hold the tracker back.
	Limiters []limiter.Limiter
	// Reset is what a completed stage, or a reset by hand, resets.
	Reset Policy
	// Loop starts again at stage 1 after the last; needs targets above 0.
	Loop bool
	// Carry takes what was above the target along where progress starts again.
	Carry bool
	// Keep leaves the completed tracker in its group, to be looked at or reset.
	Keep bool
	// Initial is where progress starts.
	Initial decimal.Decimal
	// Expire removes the tracker that long after it was added; 0: never. At most one of Expire and
	// ExpireAt.
	Expire time.Duration
	// ExpireAt removes the tracker at that time; zero: never.
	ExpireAt time.Time
	// Err is a mistake found while the Spec was put together; New returns it.
	Err error
}

// ID identifies a Definition: the hash of its canonical JSON.
type ID [16]byte

// String is the ID in hexadecimal.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// Definition is a validated Spec. It is immutable and safe for any goroutine, and shared by every group
// that uses it.
type Definition struct {
	// What every step asks stands first, on one cache line.
	targets   []decimal.Decimal // spec.Targets
	first     decimal.Decimal   // targets[0]
	needsData bool              // see NeedsData
	limited   bool              // has limiters
	count     bool              // is of kind count

	kind Kind         // nil for count and sum
	sum  dotpath.Path // of spec.Key
	id   ID
	spec Spec
}

// New checks a Spec and makes its Definition, binding custom kinds through r. The Spec's slices are
// copied. The error is field.Errors with every mistake, or an UnknownKindError of this package, of
// condition or of limiter.
func New(spec Spec, r *Registry) (*Definition, error) {
	if spec.Err != nil {
		return nil, spec.Err
	}
	d := &Definition{spec: spec.clone()}
	if err := d.validate(r); err != nil {
		return nil, err
	}
	if err := d.identify(); err != nil {
		return nil, err
	}
	return d, nil
}

// clone copies the slices, and brings numbers and times to what a stored definition would say.
func (s Spec) clone() Spec {
	s.Where = slices.Clone(s.Where)
	s.Limiters = slices.Clone(s.Limiters)
	s.Targets = slices.Clone(s.Targets)
	for i, t := range s.Targets {
		s.Targets[i] = storedNumber(t)
	}
	s.Initial = storedNumber(s.Initial)
	if !s.ExpireAt.IsZero() {
		s.ExpireAt = s.ExpireAt.UTC().Truncate(time.Millisecond)
	}
	return s
}

func (d *Definition) identify() error {
	text, err := d.canonicalJSON()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	d.id = ID(sum[:len(d.id)])
	d.targets, d.first = d.spec.Targets, d.spec.Targets[0]
	d.limited, d.count = len(d.spec.Limiters) > 0, d.spec.Kind == KindCount
	d.needsData = d.kind != nil ||
		slices.ContainsFunc(d.spec.Limiters, func(l limiter.Limiter) bool { return l.Custom() })
	return nil
}

// ID is the hash of JSON.
func (d *Definition) ID() ID { return d.id }

// JSON is the canonical form, written anew at each call: the caller owns it.
func (d *Definition) JSON() []byte {
	text, _ := d.canonicalJSON() // New has seen that there is one
	return text
}

// Name is the tracker's name.
func (d *Definition) Name() string { return d.spec.Name }

// Kind is "count", "sum" or the name of a registered kind.
func (d *Definition) Kind() string { return d.spec.Kind }

// NeedsData tells whether a step looks at the whole data: a registered kind or limiter.
func (d *Definition) NeedsData() bool { return d.needsData }

// Where are the conditions; not to be changed.
func (d *Definition) Where() []condition.Condition { return d.spec.Where }

// Key is the path of the number that a sum adds; ok is false for other kinds.
func (d *Definition) Key() (path dotpath.Path, ok bool) { return d.sum, d.spec.Kind == KindSum }

// Limiters are the limiters; not to be changed.
func (d *Definition) Limiters() []limiter.Limiter { return d.spec.Limiters }

// Keep tells whether the completed tracker stays.
func (d *Definition) Keep() bool { return d.spec.Keep }

// Specs returns what definitions, from a file say, were made of.
func Specs(defs []*Definition) []Spec {
	specs := make([]Spec, len(defs))
	for i, d := range defs {
		specs[i] = d.Spec()
	}
	return specs
}

// Spec returns a copy of what the definition was made of.
func (d *Definition) Spec() Spec { return d.spec.clone() }

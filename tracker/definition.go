// Package tracker says what a tracker is and how it moves: an immutable Definition, a small State, and
// a pure Step from one State to the next. It does no I/O and reads no clock; docs/semantics.md is the
// contract it follows.
package tracker

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/limiter"
)

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
	kind      Kind
	needsData bool // see NeedsData
	limited   bool // has limiters
	custom    bool // see Custom

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

// Parse reads the JSON form of a definition, in Go form (see value.Value.Any), and binds its custom kinds. The error is
// field.Errors with every mistake, each with its path, or an UnknownKindError of this package, of condition or of
// limiter.
func (r *Registry) Parse(v any) (*Definition, error) {
	fields, err := field.Object(v)
	if err != nil {
		return nil, err
	}
	var spec Spec
	for i := range specFields {
		if f := &specFields[i]; f.want != "" {
			fields.Require(f.name, f.want)
		}
	}
	for i := range specFields {
		if err := specFields[i].parse(r, fields, &spec); err != nil {
			return nil, err
		}
	}
	if err := fields.Done(); err != nil {
		return nil, err
	}
	return New(spec, r)
}

// validate checks every field of the Spec and binds its custom kinds.
func (d *Definition) validate(r *Registry) error {
	c := checker{Spec: &d.spec, registry: r}
	for i := range specFields {
		if check := specFields[i].check; check != nil {
			if err := check(&c); err != nil {
				return err
			}
		}
	}
	d.kind, d.custom = c.kind, c.custom
	return c.errs.Err()
}

func (d *Definition) identify() error {
	text, err := d.spec.canonicalJSON()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	d.id = ID(sum[:len(d.id)])
	d.targets, d.first = d.spec.Targets, d.spec.Targets[0]
	d.limited = len(d.spec.Limiters) > 0
	customLimiter := slices.ContainsFunc(d.spec.Limiters, func(l limiter.Limiter) bool { return l.Custom() })
	d.needsData = customLimiter || d.custom && len(d.kind.Paths()) == 0
	d.custom = d.custom || customLimiter
	return nil
}

// ID is the hash of JSON.
func (d *Definition) ID() ID { return d.id }

// JSON is the canonical form, written anew at each call: the caller owns it.
func (d *Definition) JSON() []byte {
	text, _ := d.spec.canonicalJSON() // New has seen that there is one
	return text
}

// Fields returns the JSON form of the definition, in Go form: what Registry.Parse reads. The caller owns it.
func (d *Definition) Fields() map[string]any { return d.spec.fields(false) }

// Name is the tracker's name.
func (d *Definition) Name() string { return d.spec.Name }

// Kind is "count", "sum" or the name of a registered kind.
func (d *Definition) Kind() string { return d.spec.Kind }

// NeedsData reports whether a step looks at the whole data of a message: a custom kind without paths, or a custom
// limiter.
func (d *Definition) NeedsData() bool { return d.needsData }

// Custom reports whether the kind or a limiter is a registered one, whose code may panic.
func (d *Definition) Custom() bool { return d.custom }

// Paths are the paths that a step reads: Input.Values has the values there, in this order. Not to be changed.
func (d *Definition) Paths() []dotpath.Request { return d.kind.Paths() }

// Where are the conditions; not to be changed.
func (d *Definition) Where() []condition.Condition { return d.spec.Where }

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

package engine

import (
	"fmt"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/tracker"
)

// Definitions makes definitions and shares equal ones among all groups.
type Definitions struct {
	registry *tracker.Registry
	interned *interner[tracker.ID, tracker.Definition]
}

var _ cache.Definitions = (*Definitions)(nil)

func newDefinitions(r *tracker.Registry) *Definitions {
	return &Definitions{registry: r, interned: &interner[tracker.ID, tracker.Definition]{}}
}

// New makes a definition of a spec. The error is that of tracker.New.
func (d *Definitions) New(spec tracker.Spec) (*tracker.Definition, error) {
	def, err := tracker.New(spec, d.registry)
	if err != nil {
		return nil, err
	}
	return d.Intern(def), nil
}

// Intern returns the definition that everybody uses in place of def.
func (d *Definitions) Intern(def *tracker.Definition) *tracker.Definition {
	return d.interned.intern(def.ID(), def)
}

// Find implements cache.Definitions.
func (d *Definitions) Find(id tracker.ID) *tracker.Definition { return d.interned.get(id) }

// Read implements cache.Definitions: it reads a definition that was stored under its id. A *definitionError says that
// the text is not what was stored. An unregistered kind is another error: what was stored stays as it is.
func (d *Definitions) Read(id tracker.ID, text []byte) (*tracker.Definition, error) {
	v, err := rawjson.Decode(text)
	if err != nil {
		return nil, &definitionError{err.Error()}
	}
	def, err := d.registry.Parse(v)
	if err != nil {
		return nil, err
	}
	if def.ID() != id {
		return nil, &definitionError{"its text has another hash"}
	}
	return d.Intern(def), nil
}

// definitionError says why a text is not the definition that was stored under its id.
type definitionError struct{ reason string }

func (e *definitionError) Error() string {
	return fmt.Sprintf("not the definition that was kept: %s", e.reason)
}

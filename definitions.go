package dictrack

import (
	"fmt"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/tracker"
)

// definitions are those of a Manager, as a cache sees them.
type definitions struct{ m *Manager }

var _ cache.Definitions = definitions{}

// Find implements cache.Definitions.
func (d definitions) Find(id tracker.ID) *tracker.Definition { return d.m.definitions.find(id) }

// Read implements cache.Definitions.
func (d definitions) Read(id tracker.ID, text []byte) (*tracker.Definition, error) {
	return d.m.readDefinition(id, text)
}

// readDefinition reads a definition that was kept somewhere. A *definitionError says that the text is not what was
// kept there; a kind that nobody registered is another error, and what was kept stays as it is.
func (m *Manager) readDefinition(id tracker.ID, text []byte) (*tracker.Definition, error) {
	v, err := rawjson.Decode(text)
	if err != nil {
		return nil, &definitionError{err.Error()}
	}
	d, err := m.options.Registry.Parse(v)
	if err != nil {
		return nil, err
	}
	if d.ID() != id {
		return nil, &definitionError{"its text has another hash"}
	}
	return m.definitions.keep(id, d), nil
}

// definitionError says why a text is not the definition it was kept as.
type definitionError struct{ reason string }

func (e *definitionError) Error() string {
	return fmt.Sprintf("not the definition that was kept: %s", e.reason)
}

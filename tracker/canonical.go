package tracker

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/value"
)

// canonicalJSON writes the one JSON text that all equal Specs have: fields sorted by name, defaults left out. The
// canonical JSON of the conditions is their ID, and where is the last field, so it is appended without writing the
// conditions again.
func (s *Spec) canonicalJSON() ([]byte, error) {
	appendable := len(s.Where) > 0 && nestsSafely(s.Where)
	text, err := value.AppendCanonical(nil, s.fields(appendable))
	if err != nil {
		return nil, fmt.Errorf("write definition %q: %w", s.Name, err)
	}
	if appendable {
		text = s.appendWhere(text[:len(text)-1])
	}
	return text, nil
}

// maxBrackets is the largest number of brackets in a condition that surely does not nest too deep in a definition.
const maxBrackets = 60

// nestsSafely reports whether the conditions surely do not nest too deep in a definition.
func nestsSafely(where []condition.Condition) bool {
	return !slices.ContainsFunc(where, func(c condition.Condition) bool {
		id := c.ID()
		return len(id) > maxBrackets && strings.Count(id, "[")+strings.Count(id, "{") > maxBrackets
	})
}

func (s *Spec) appendWhere(text []byte) []byte {
	text = append(text, `,"where":`...)
	for i := range s.Where {
		text = append(text, "[,"[min(i, 1)])
		text = append(text, s.Where[i].ID()...)
	}
	return append(text, "]}"...)
}

// fields returns all fields that do not have their default, without the conditions if they are not wanted.
func (s *Spec) fields(withoutWhere bool) map[string]any {
	fields := make(map[string]any, 4)
	for i := range specFields {
		f := &specFields[i]
		if withoutWhere && f.name == "where" {
			continue
		}
		if v := f.write(s); v != nil {
			fields[f.name] = v
		}
	}
	return fields
}

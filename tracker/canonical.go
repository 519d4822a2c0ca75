package tracker

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/value"
)

// canonicalJSON writes the one JSON text that every equal Spec has: sorted fields, defaults left out. The conditions have
// theirs already, and their field is the last one.
func (d *Definition) canonicalJSON() ([]byte, error) {
	m := d.fields()
	text, err := value.AppendCanonical(nil, m)
	if err == nil && len(d.spec.Where) > 0 {
		if !nestsSafely(d.spec.Where) {
			text, err = value.AppendCanonical(nil, d.Fields())
		} else {
			text = d.appendWhere(text[:len(text)-1])
		}
	}
	if err != nil {
		return nil, fmt.Errorf("write definition %q: %w", d.spec.Name, err)
	}
	return text, nil
}

// maxBrackets is how many brackets a condition has at most that surely does not nest too deep in a definition.
const maxBrackets = 60

// nestsSafely tells whether the conditions surely stand in a definition without nesting too deep.
func nestsSafely(where []condition.Condition) bool {
	return !slices.ContainsFunc(where, func(c condition.Condition) bool {
		id := c.ID()
		return len(id) > maxBrackets && strings.Count(id, "[")+strings.Count(id, "{") > maxBrackets
	})
}

func (d *Definition) appendWhere(text []byte) []byte {
	text = append(text, `,"where":`...)
	for i := range d.spec.Where {
		text = append(text, "[,"[min(i, 1)])
		text = append(text, d.spec.Where[i].ID()...)
	}
	return append(text, "]}"...)
}

// Fields returns the JSON form of the definition, in Go form: what Registry.Parse reads. The caller
// owns it.
func (d *Definition) Fields() map[string]any {
	m := d.fields()
	if len(d.spec.Where) > 0 {
		list := make([]any, len(d.spec.Where))
		for i := range d.spec.Where {
			list[i] = d.spec.Where[i].Fields()
		}
		m["where"] = list
	}
	return m
}

// fields is all but the conditions.
func (d *Definition) fields() map[string]any {
	s := &d.spec
	m := map[string]any{"name": s.Name, "kind": s.Kind, "targets": jsonNumbers(s.Targets)}
	if s.Key != "" {
		m["key"] = s.Key
	}
	if s.Args != nil {
		m["args"], _ = value.Normalize(s.Args) // a copy; it was normal before
	}
	d.limiterFields(m)
	if s.Reset != ResetLimiter {
		m["reset"] = s.Reset.Fields()
	}
	for name, set := range map[string]bool{"loop": s.Loop, "carry": s.Carry, "keep": s.Keep} {
		if set {
			m[name] = true
		}
	}
	if !s.Initial.IsZero() {
		m["initial"] = jsonNumber(s.Initial)
	}
	d.expiryFields(m)
	return m
}

func (d *Definition) limiterFields(m map[string]any) {
	if len(d.spec.Limiters) > 0 {
		list := make([]any, len(d.spec.Limiters))
		for i := range d.spec.Limiters {
			list[i] = d.spec.Limiters[i].Fields()
		}
		m["limiters"] = list
	}
}

func (d *Definition) expiryFields(m map[string]any) {
	if d.spec.Expire != 0 {
		m["expire"] = limiter.FormatDuration(d.spec.Expire)
	}
	if !d.spec.ExpireAt.IsZero() {
		m["expire_at"] = d.spec.ExpireAt.Format(time.RFC3339Nano)
	}
}

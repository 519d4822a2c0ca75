package robustness

import (
	"fmt"
	"math/rand/v2"
)

// generator generates definitions and messages from few, small values, so that they match often.
type generator struct{ *rand.Rand }

func (c generator) one(of ...any) any { return of[c.IntN(len(of))] }
func (c generator) in(n int) bool     { return c.IntN(n) == 0 } // one time in n
func (c generator) some(n int) (list []any) { // up to n small numbers and texts
	for range c.IntN(n + 1) {
		list = append(list, c.one(int64(0), int64(1), int64(2), 1.0, "a", "b"))
	}
	return list
}

// definition is a tracker in its JSON form that starts at second now.
func (c generator) definition(name string, now int64) map[string]any {
	def := map[string]any{"name": name, "kind": c.one("count", "sum"), "targets": c.targets()}
	if def["kind"] == "sum" {
		def["key"] = c.one("v", "v", "o.x")
	}
	var where []any
	for range max(0, c.IntN(4)-1) {
		where = append(where, c.condition())
	}
	def["where"] = where
	if !c.in(3) {
		def["reset"] = c.one("none", "progress", "limiter", "all")
	}
	for _, flag := range []string{"loop", "carry", "keep"} {
		if c.in(3) {
			def[flag] = true
		}
	}
	if c.in(6) {
		def["initial"] = c.one(int64(1), 0.5, int64(-1), int64(4))
	}
	c.limits(def, now)
	return def
}

func (c generator) targets() []any {
	targets := []any{c.target()}
	for c.in(2) {
		targets = append(targets, c.target())
	}
	return targets
}

func (c generator) target() any {
	return c.one(int64(1), int64(2), int64(3), int64(5), 2.5, 0.3, int64(8))
}

func (c generator) limits(def map[string]any, now int64) {
	var limiters []any
	if c.in(3) {
		limiters = append(limiters, map[string]any{"kind": "count", "limit": int64(1 + c.IntN(4))})
	}
	start, length := now+int64(c.IntN(8))-3, fmt.Sprintf("%ds", 1+c.IntN(10))
	switch c.IntN(10) {
	case 0:
		limiters = append(limiters, map[string]any{"kind": "time", "duration": length})
	case 1:
		limiters = append(limiters, map[string]any{"kind": "time", "start": start, "duration": length})
	case 2:
		limiters = append(limiters, map[string]any{"kind": "time", "start": start, "end": start + int64(1+c.IntN(10))})
	case 3:
		limiters = append(limiters, map[string]any{"kind": "time", "end": start + int64(c.IntN(10))})
	}
	c.Shuffle(len(limiters), func(i, j int) { limiters[i], limiters[j] = limiters[j], limiters[i] })
	if limiters != nil {
		def["limiters"] = limiters
	}
	switch c.IntN(10) {
	case 0:
		def["expire"] = fmt.Sprintf("%dms", 250*(1+c.IntN(60)))
	case 1:
		def["expire_at"] = now + int64(c.IntN(15))
	}
}

func (c generator) condition() map[string]any {
	key := c.one("a", "s", "l", "o.x", "l.0", "l.-1", `d\.e`, "none").(string)
	m := map[string]any{"key": key}
	negate := ""
	if c.in(3) {
		negate = "not_"
	}
	switch c.IntN(6) {
	case 0:
		m["op"], m["value"] = c.one("lt", "le", "gt", "ge"), c.one(int64(1), 1.5, "ab", int64(0))
	case 1:
		m["op"], m["value"] = c.one("eq", "ne"), c.one(int64(1), 1.0, "a", true, nil, int64(0), []any{int64(1)})
	case 2:
		m["op"], m["value"] = negate+"in", c.some(4)
	case 3:
		m["op"] = negate + "exists"
	case 4:
		m["op"], m["value"] = negate+"contains", c.one("a", "B", "")
		if c.in(2) {
			m["case_sensitive"] = c.in(2)
		}
	default:
		m["op"], m["value"] = negate+"has_item", c.one(int64(1), "a")
		if c.in(2) {
			m["op"], m["value"] = negate+"intersects", c.some(3)
		}
	}
	if v, ok := m["value"].([]any); ok && v == nil {
		m["value"] = []any{}
	}
	return m
}

// data is what conditions and sums look at, most of it most of the time.
func (c generator) data() map[string]any {
	m := map[string]any{}
	if !c.in(5) {
		m["a"] = c.one(int64(0), int64(1), int64(2), 1.0, 1.5, true, nil, "1")
	}
	if !c.in(4) {
		m["s"] = c.one("a", "AB", "ab", "bc", "", int64(3))
	}
	if !c.in(4) {
		if m["l"] = c.some(3); m["l"].([]any) == nil {
			m["l"] = []any{}
		}
	}
	if c.in(2) {
		m["o"] = map[string]any{"x": c.one(int64(1), 0.5, "a", "2")}
	}
	if c.in(4) {
		m["d.e"] = c.one(int64(1), "a")
	}
	if !c.in(5) {
		m["v"] = c.one(int64(1), int64(2), 0.1, 0.2, 2.5, "1.5", " 3 ", "x", nil, int64(-1), int64(7), true)
	}
	return m
}

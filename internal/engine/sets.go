package engine

import (
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// setCache shares compiled sets of definitions, and what sets have in common.
type setCache struct {
	sets         interner[match.Key, states.Program]
	paths        interner[string, match.Paths]
	dictionaries interner[string, match.Dictionary]
	rules        interner[string, states.RuleList]
}

var _ states.Interner = (*setCache)(nil)

// compile returns the set of a list of definitions over a base set (nil for none): the same one for every group with
// that list.
func (c *setCache) compile(base *states.Program, defs []*tracker.Definition) *states.Program {
	key := states.KeyOf(base, defs)
	if set := c.sets.get(key); set != nil {
		return set
	}
	return c.sets.intern(key, states.CompileShared(key, base, defs, c))
}

// Paths implements match.Interner.
func (c *setCache) Paths(key string, build func() *match.Paths) *match.Paths {
	return c.paths.getOrCreate(key, build)
}

// Dictionary implements match.Interner.
func (c *setCache) Dictionary(key string, build func() *match.Dictionary) *match.Dictionary {
	return c.dictionaries.getOrCreate(key, build)
}

// Rules implements states.Interner.
func (c *setCache) Rules(key string, build func() *states.RuleList) *states.RuleList {
	return c.rules.getOrCreate(key, build)
}

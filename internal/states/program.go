package states

import (
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/tracker"
)

// Program is a compiled list of definitions: the Set finds the trackers that a message matches, and Scratch.Step
// moves their states. It is immutable, but for Insert, and safe for concurrent use; every group with the same list may
// share it. A Program can continue another one, its base.
type Program struct {
	*match.Set
	base  *Program
	rules StepRules
}

// Interner finds what programs have in common by its key, or builds it, so that groups with programs of their own
// store it once.
type Interner interface {
	match.Interner
	Rules(key string, build func() *RuleList) *RuleList
}

// KeyOf is the key of a program of defs that continues base; nil for none.
func KeyOf(base *Program, defs []*tracker.Definition) match.Key {
	return match.KeyOf(base.set(), defs)
}

// Compile builds the program of defs, of which it becomes the owner, that continues base; nil for none.
func Compile(base *Program, defs []*tracker.Definition) *Program {
	return newProgram(base, match.Compile(base.set(), defs), noInterner{})
}

// CompileShared is Compile for a program whose key is known, and which takes what it can from share.
func CompileShared(key match.Key, base *Program, defs []*tracker.Definition, share Interner) *Program {
	return newProgram(base, match.CompileShared(key, base.set(), defs, share), share)
}

func newProgram(base *Program, set *match.Set, share Interner) *Program {
	p := &Program{Set: set, base: base}
	rules := make([]StepRule, 0, len(set.Definitions())+1)
	for _, d := range set.Definitions() {
		rules = append(rules, p.rule(d))
	}
	p.rules = compileRules(p.from(), rules, share)
	return p
}

// NewMutable builds a program of defs that continues base, and to which Insert may add. It has one owner.
func NewMutable(base *Program, defs []*tracker.Definition) *Program {
	p := &Program{Set: match.NewMutable(base.set(), defs), base: base}
	p.rules = growingRules(p.from())
	for _, d := range defs {
		p.addRule(d)
	}
	return p
}

// Insert adds a definition to a program made by NewMutable, at a cost that does not depend on how many there are.
func (p *Program) Insert(d *tracker.Definition) {
	p.Set.Insert(d)
	p.addRule(d)
}

// Replacing is p with another definition at an index, of the same name, if messages find it in the same way; nil otherwise.
// See match.Set.Replacing. A program made by NewMutable is then used up.
func (p *Program) Replacing(index int, d *tracker.Definition) *Program {
	set := p.Set.Replacing(index, d)
	if set == nil {
		return nil
	}
	return p.replacing(set, index, d)
}

// replacing is p with another definition at an index, whose set is made already.
func (p *Program) replacing(set *match.Set, index int, d *tracker.Definition) *Program {
	next := &Program{Set: set, base: p.base, rules: p.rules}
	if index < int(p.from()) {
		next.base = p.base.replacing(set.Base(), index, d)
	} else {
		next.rules = p.rules.replacing(int32(index), p.rule(d)) // #nosec G115 -- an index
	}
	return next
}

// Base is the program that p continues; nil for none.
func (p *Program) Base() *Program { return p.base }

// from is the index of the first tracker that is not base's.
func (p *Program) from() int32 {
	if p.base == nil {
		return 0
	}
	return int32(p.base.Len()) // #nosec G115 -- an index
}

func (p *Program) set() *match.Set {
	if p == nil {
		return nil
	}
	return p.Set
}

func (p *Program) addRule(d *tracker.Definition) {
	p.rules.numbers = append(p.rules.numbers, p.rules.list.number(p.rule(d)))
}

// rule is the rule of a definition.
func (p *Program) rule(d *tracker.Definition) StepRule {
	rule := StepRule{Limit: roundLimit(d.FastLimit())}
	if d.Fast() == tracker.FastAddValue {
		rule.Amount = uint32(p.Slot(d.Paths()[0].Path)) + 1 // #nosec G115 -- a slot is not negative
	}
	return rule
}

// noInterner shares nothing.
type noInterner struct{}

// Paths implements match.Interner.
func (noInterner) Paths(_ string, build func() *match.Paths) *match.Paths { return build() }

// Dictionary implements match.Interner.
func (noInterner) Dictionary(_ string, build func() *match.Dictionary) *match.Dictionary {
	return build()
}

// Rules implements Interner.
func (noInterner) Rules(_ string, build func() *RuleList) *RuleList { return build() }

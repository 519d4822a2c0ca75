package states

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// StepRule is all that most steps need of a definition.
type StepRule struct {
	// Limit is the definition's FastLimit or less; with 0 every step needs tracker.Definition.Step.
	Limit uint64
	// Amount is the index of what a step adds, among the amounts of a message.
	Amount uint32
}

// noRule is the number of the zero StepRule, which has a Limit of 0.
const noRule = 0

// StepRules are the rules of the trackers at indexes from one on. There are few different rules, so that a tracker
// takes two bytes.
type StepRules struct {
	from    int32
	numbers []uint16 // by index, from from: of its rule in list
	list    *RuleList
}

// NewStepRules makes the rules of trackers at indexes from one on: number n stands for rules[n], the first of which is
// the zero rule.
func NewStepRules(from int32, numbers []uint16, rules []StepRule) StepRules {
	return StepRules{from: from, numbers: numbers, list: newRuleList(rules)}
}

// of is the rule of the tracker at an index.
func (r *StepRules) of(index int32) *StepRule { return &r.list.rules[r.numbers[index-r.from]] }

// RuleList is a list of distinct rules. It is immutable, unless it is a growing one, and shared by programs that have
// the same.
type RuleList struct {
	rules []StepRule // the zero rule first
	slots []int32    // of the values that a rule adds

	growing map[StepRule]uint16 // the numbers; nil for a list that does not grow
}

// roundLimit keeps the six highest bits of a limit, so that there are few different rules: the last steps before a
// target, at most three in a hundred, are not fast.
func roundLimit(limit uint64) uint64 {
	const digits = 6
	more := max(bits.Len64(limit)-digits, 0)
	return limit >> more << more
}

// compileRules numbers the rules of trackers at indexes from one on, with a list that may be shared.
func compileRules(from int32, rules []StepRule, share Interner) StepRules {
	distinct := slices.Compact(slices.SortedFunc(slices.Values(append(rules, StepRule{})), compareRules))
	distinct = distinct[:min(len(distinct), math.MaxUint16+1)] // others have no rule
	numbers := make(map[StepRule]uint16, len(distinct))
	for n, rule := range distinct {
		numbers[rule] = uint16(n) // #nosec G115 -- there are no more
	}
	r := StepRules{
		from: from, numbers: make([]uint16, len(rules)),
		list: share.Rules(keyOfRules(distinct), func() *RuleList { return newRuleList(distinct) }),
	}
	for i, rule := range rules {
		r.numbers[i] = numbers[rule]
	}
	return r
}

// compareRules orders the zero rule first.
func compareRules(a, b StepRule) int {
	return cmp.Or(cmp.Compare(a.Amount, b.Amount), cmp.Compare(a.Limit, b.Limit))
}

func newRuleList(rules []StepRule) *RuleList {
	l := &RuleList{rules: slices.Clip(rules)}
	for _, rule := range rules {
		l.addSlot(rule)
	}
	return l
}

func keyOfRules(rules []StepRule) string {
	text := make([]byte, 0, 12*len(rules))
	for _, r := range rules {
		text = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(text, r.Amount), r.Limit)
	}
	return string(text)
}

func (l *RuleList) addSlot(rule StepRule) {
	if slot := int32(rule.Amount) - 1; slot >= 0 && !slices.Contains(l.slots, slot) {
		l.slots = append(l.slots, slot)
	}
}

// growingRules are the rules of a program made by NewMutable.
func growingRules(from int32) StepRules {
	return StepRules{from: from, list: &RuleList{rules: make([]StepRule, 1), growing: map[StepRule]uint16{{}: noRule}}}
}

// number is that of a rule in a growing list, which takes it in.
func (l *RuleList) number(rule StepRule) uint16 {
	number, ok := l.growing[rule]
	if !ok && len(l.rules) <= math.MaxUint16 {
		number = uint16(len(l.rules)) // #nosec G115 -- as checked
		l.growing[rule], l.rules = number, append(l.rules, rule)
		l.addSlot(rule)
	}
	return number
}

// replacing is r with another rule at an index. A growing r is then used up.
func (r StepRules) replacing(index int32, rule StepRule) StepRules {
	r.numbers = slices.Clone(r.numbers)
	r.numbers[index-r.from], r.list = r.list.with(rule)
	return r
}

// with is a list that has a rule, and its number there.
func (l *RuleList) with(rule StepRule) (uint16, *RuleList) {
	if l.growing != nil {
		return l.number(rule), l
	}
	if number := slices.Index(l.rules, rule); number >= 0 {
		return uint16(number), l // #nosec G115 -- there are no more
	}
	if len(l.rules) > math.MaxUint16 {
		return noRule, l
	}
	return uint16(len(l.rules)), newRuleList(append(slices.Clone(l.rules), rule)) // #nosec G115 -- as checked
}

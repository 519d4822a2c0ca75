package states

import "slices"

// PackedResult is what a message did to one tracker, in a word: its index and, after a step by StepAll, its small state.
type PackedResult uint64

// Index is that of the tracker.
func (r PackedResult) Index() int32 { return int32(r >> 32) } // #nosec G115 -- it was one

// IndexOnly is a result that tells nothing but the index.
func IndexOnly(index int32) PackedResult { return packResult(uint32(index), wideBit) } // #nosec G115 -- an index is not negative

// Small is the state after the step; ok is false when it has to be looked up.
func (r PackedResult) Small() (p Packed, ok bool) {
	return Packed{coef: uint64(uint32(r)), head: headPlain, cycle: 1}, uint32(r) < wideBit
}

func packResult(index uint32, word uint64) PackedResult {
	return PackedResult(uint64(index)<<32 | word)
}

// StepAll adds to the progress of each tracker in indexes, for as long as a step changes nothing but progress that
// stays below the rule's limit. Amounts are what rules can add, each at most 1<<63, which no step adds. It appends a
// result for each tracker that it stepped; the first without one needs tracker.Definition.Step.
func (t *Table) StepAll(indexes []int32, rules *StepRules, amounts []uint64, results []PackedResult) []PackedResult {
	at := len(results)
	results = slices.Grow(results, len(indexes))[:at+len(indexes)]
	for {
		n := rules.stepSmall(t.words, indexes, amounts, results[at:])
		if at += n; n == len(indexes) || !t.stepWide(indexes[n], rules, amounts) {
			return results[:at]
		}
		results[at] = packResult(uint32(indexes[n]), uint64(t.words[indexes[n]]))
		at, indexes = at+1, indexes[n+1:]
	}
}

// fewRules is how many rules stepFew can look up beforehand.
const fewRules = 16

// stepSmall is StepAll up to the first state that is not small, or would no longer be.
func (r *StepRules) stepSmall(words []uint32, indexes []int32, amounts []uint64, results []PackedResult) int {
	if len(r.list.rules) <= min(fewRules, len(indexes)) {
		return r.stepFew(words, indexes, amounts, results)
	}
	numbers, rules, from := r.numbers, r.list.rules, uint32(r.from)
	words, results = words[from:][:len(numbers)], results[:len(indexes)]
	for n, index := range indexes {
		at := uint32(index) - from
		rule := &rules[numbers[at]]
		next := uint64(words[at]) + amounts[rule.Amount]
		if next >= min(rule.Limit, wideBit) {
			return n
		}
		words[at] = uint32(next)
		results[n] = packResult(uint32(index), next)
	}
	return len(indexes)
}

// stepFew is stepSmall for few rules: what each of them adds is looked up once. This loop is most of what a further
// matching tracker costs.
func (r *StepRules) stepFew(words []uint32, indexes []int32, amounts []uint64, results []PackedResult) int {
	var adds, limits [fewRules]uint64
	for n, rule := range r.list.rules {
		adds[n%fewRules], limits[n%fewRules] = amounts[rule.Amount], min(rule.Limit, wideBit)
	}
	numbers, from := r.numbers, uint32(r.from)
	words, results = words[from:][:len(numbers)], results[:len(indexes)]
	for n, index := range indexes {
		at := uint32(index) - from
		number := numbers[at] % fewRules // so that the compiler omits bounds checks
		next := uint64(words[at]) + adds[number]
		if next >= limits[number] {
			return n
		}
		words[at] = uint32(next)
		results[n] = packResult(uint32(index), next)
	}
	return len(indexes)
}

// stepWide is StepAll for one state that is wide, or becomes so because its progress outgrows a word.
func (t *Table) stepWide(index int32, rules *StepRules, amounts []uint64) bool {
	word := t.words[index]
	rule := rules.of(index)
	amount := amounts[rule.Amount]
	switch {
	case word == removedWord:
		return false
	case word < wideBit:
		next := uint64(word) + amount
		if next >= rule.Limit {
			return false
		}
		t.words[index] = t.appendWide(Packed{coef: next, head: headPlain, cycle: 1})
		return true
	}
	p := &(*t.wide)[word-wideBit]
	next := p.coef + amount
	if p.head != headPlain || p.coef >= rule.Limit || next >= rule.Limit {
		return false
	}
	p.coef = next
	return true
}

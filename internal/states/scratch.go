package states

import (
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/value"
)

// Scratch is the working memory of matching and stepping. One goroutine at a time may use it, again and again; between
// a Match and the next it belongs to that message.
type Scratch struct {
	match.Scratch
	program *Program
	amounts []uint64 // see amountsOf
	inputs  []*value.Value
}

// Match finds the trackers of p that a message matches: x.Hits. See match.Set.Match.
func (p *Program) Match(d match.Data, x *Scratch) error {
	x.program = p
	return p.Set.Match(d, &x.Scratch)
}

// Release drops the references to the message, so that a pooled Scratch retains nothing of a caller's.
func (x *Scratch) Release() {
	x.Scratch.Release()
	x.program = nil
	clear(x.inputs[:cap(x.inputs)])
}

// Step steps the trackers in hits, whose states t has at their indexes, for as long as nothing but their progress
// changes, and appends the results. The first hit without one needs tracker.Definition.Step.
func (x *Scratch) Step(t *Table, hits []int32, results []PackedResult) []PackedResult {
	for len(hits) > 0 {
		part := x.program
		for hits[0] < part.rules.from {
			part = part.base
		}
		end, before := part.covered(hits), len(results)
		results = t.StepAll(hits[:end], &part.rules, x.amountsOf(part), results)
		if len(results)-before < end {
			break
		}
		hits = hits[end:]
	}
	return results
}

// covered is how many of hits, which ascend, are below the length of p: usually all.
func (p *Program) covered(hits []int32) int {
	end := len(hits)
	for length := p.rules.from + int32(len(p.rules.numbers)); hits[end-1] >= length; { // #nosec G115 -- an index
		end--
	}
	return end
}

// noStep is more than any step adds.
const noStep = 1 << 63

// amountsOf is what a step can add: 1 for a count and, behind it by slot, the number of the message there, if it is whole
// and not below 0.
func (x *Scratch) amountsOf(p *Program) []uint64 {
	values := x.Values()
	if n := len(values) + 1; cap(x.amounts) < n {
		x.amounts = make([]uint64, n)
	}
	amounts := x.amounts[:len(values)+1]
	amounts[0] = 1
	for _, slot := range p.rules.list.slots {
		amount, step := &values[slot], uint64(noStep)
		if amount.Kind() == value.Int && amount.Int() >= 0 {
			step = uint64(amount.Int())
		}
		amounts[slot+1] = step
	}
	return amounts
}

// Inputs are the values at the paths of the tracker at an index, for tracker.Input.Values. They are valid until the next
// call.
func (x *Scratch) Inputs(index int32) []*value.Value {
	p := x.program
	for index < p.rules.from {
		p = p.base
	}
	x.inputs = x.inputs[:0]
	for _, r := range p.Definitions()[index-p.rules.from].Paths() {
		x.inputs = append(x.inputs, &x.Values()[p.Slot(r.Path)])
	}
	return x.inputs
}

package states_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// advanced is what a step of n in index makes of a state, with its cell in full; as a word it makes the same of it, as
// far as words go.
func advanced(t testing.TB, s tracker.State, n, limit uint64) (tracker.State, bool) {
	t.Helper()
	cell, overflow := states.Pack(&s)
	var word, full states.Table
	word.Append(cell)
	full.Append(inFull())
	full.Set(0, cell)
	short, _ := advance(t, &word, n, min(limit, 1<<31))
	long, _ := advance(t, &full, n, min(limit, 1<<31))
	if short != long || word.At(0) != full.At(0) {
		t.Errorf("as a word %+v, in full %+v", word.At(0), full.At(0))
	}
	full.Set(0, cell)
	stepped, after := advance(t, &full, n, limit)
	return after.State(overflow), stepped
}

// advance takes index 0 a step further, which is the same however many paces there are.
func advance(t testing.TB, cells *states.Table, n, limit uint64) (stepped bool, after states.Packed) {
	t.Helper()
	again := cells.Clone()
	stepped, after = advanceBy(t, cells, []states.StepRule{{Limit: limit, Amount: 1}}, n)
	many := append(make([]states.StepRule, 99), states.StepRule{Limit: limit, Amount: 1})
	if other, otherwise := advanceBy(t, &again, many, n); other != stepped || otherwise != after {
		t.Errorf("by the only rule %v to %+v, by one of many rules %v to %+v", stepped, after, other, otherwise)
	}
	return stepped, after
}

// advanceBy takes index 0 a step further by the last rule.
func advanceBy(t testing.TB, cells *states.Table, rules []states.StepRule, n uint64) (stepped bool, after states.Packed) {
	t.Helper()
	all := states.NewStepRules(0, []uint16{uint16(len(rules) - 1)}, rules)
	moved := cells.StepAll([]int32{0}, &all, []uint64{5, n}, nil)
	for _, m := range moved {
		if is, small := m.Small(); m.Index() != 0 || small && is != cells.At(0) {
			t.Errorf("moved index %d to %+v, want %+v", m.Index(), is, cells.At(0))
		}
	}
	return len(moved) > 0, cells.At(0)
}

// inFull is a cell that no word does for.
func inFull() states.Packed {
	c, _ := states.Pack(&tracker.State{Stage: 3, Cycle: 1})
	return c
}

// Cells keep what was put at each index, like a list of them.
func TestTableIsLikeAList(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var cells states.Table
	var list []states.Packed
	for range 20_000 {
		switch cell := someCell(r); {
		case r.IntN(10) == 0 || len(list) == 0:
			cells.Append(cell)
			list = append(list, cell)
		case r.IntN(100) == 0: // go on with a copy, and spoil the first
			copied := cells.Clone()
			cells.Set(r.IntN(len(list)), inFull())
			cells = copied
		default:
			at := r.IntN(len(list))
			cells.Set(at, cell)
			list[at] = cell
		}
	}
	if cells.Len() != len(list) {
		t.Fatalf("%d cells, want %d", cells.Len(), len(list))
	}
	for at, want := range list {
		got := cells.At(at)
		if got != want || cells.Removed(at) != want.Removed() || cells.HasOverflow(at) != want.HasOverflow() {
			t.Fatalf("index %d is %+v, want %+v", at, got, want)
		}
	}
}

func someCell(r *rand.Rand) states.Packed {
	s := tracker.State{Stage: 1, Cycle: 1}
	switch r.IntN(8) {
	case 0:
		return states.RemovedPacked()
	case 1:
		s.Extra = &tracker.Extra{ExpireAt: 7}
	case 2:
		s.Stage, s.Cycle, s.Removed = int32(r.IntN(3)), int64(r.IntN(3)), r.IntN(2) == 0
	case 3:
		s.Progress = decimal.FromInt(math.MaxInt64 - int64(r.IntN(3)))
	case 4:
		s.Progress = decimal.FromInt(1<<31 - 1 + int64(r.IntN(3)))
	default:
		s.Progress = decimal.FromInt(int64(r.IntN(1000)))
	}
	c, _ := states.Pack(&s)
	return c
}

// A step in index goes as far as a word, and from there on as far as a cell.
func TestStepAllFromSmallToWide(t *testing.T) {
	start := func(n int64) states.Packed {
		c, _ := states.Pack(&tracker.State{Progress: decimal.FromInt(n), Stage: 1, Cycle: 1})
		return c
	}
	var cells states.Table
	for _, n := range []int64{1<<31 - 3, 1<<31 - 2, 1 << 31, 0} {
		cells.Append(start(n))
	}
	cells.Append(states.RemovedPacked())
	rules := states.NewStepRules(0, make([]uint16, 5), []states.StepRule{{Limit: 1 << 40, Amount: 0}})
	for _, c := range []struct {
		indexes []int32
		want    int
	}{{[]int32{0, 3}, 2}, {[]int32{2, 3, 0, 2}, 4}, {[]int32{1, 3}, 2}, {[]int32{1, 3}, 2}, {[]int32{4, 3}, 0}} {
		if got := len(cells.StepAll(c.indexes, &rules, []uint64{1}, nil)); got != c.want {
			t.Errorf("%v: %d steps, want %d", c.indexes, got, c.want)
		}
	}
	for at, want := range []int64{1<<31 - 1, 1 << 31, 1<<31 + 2, 4} {
		if got := cells.At(at); got != start(want) {
			t.Errorf("index %d is %+v, want %d", at, got, want)
		}
	}
	if n := cells.WideCount(); n != 2 {
		t.Errorf("%d full cells, want 2", n)
	}
}

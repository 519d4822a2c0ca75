package states_test

import (
	"bytes"
	"math"
	"reflect"
	"testing"
	"unsafe"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

func TestPackedIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(states.Packed{}); size > 16 {
		t.Errorf("a Cell takes %d bytes", size)
	}
}

// The bulk encoding is that of each state.
func TestSmallStatesAreEncodedAsStates(t *testing.T) {
	var cells states.Table
	var want [][]byte
	for _, progress := range []float64{0, 1, 127, 128, 16511, 16512, 1 << 50, 1e18, 1e25, -1, 0.5} {
		p, _ := decimal.FromFloat(progress)
		for _, s := range []tracker.State{
			{Progress: p, Stage: 1, Cycle: 1},
			{Progress: p, Stage: 2, Cycle: 1},
			{Progress: p, Stage: 1, Cycle: 2},
			{Progress: p, Stage: 1, Cycle: 1, Completed: true},
			{Progress: p, Stage: 1, Cycle: 1, Limited: true},
			{Progress: p, Stage: 1, Cycle: 1, Extra: &tracker.Extra{ExpireAt: 3}},
		} {
			cell, _ := states.Pack(&s)
			cells.Append(cell)
			want = append(want, tracker.AppendState(nil, &s))
		}
	}
	cells.Append(states.RemovedPacked())
	want = append(want, tracker.AppendState(nil, &tracker.State{Removed: true}))
	written := 0
	for at := range want {
		text, n := cells.EncodeSmall([]byte("x"), at, at+1)
		if n == 1 && !bytes.Equal(text[1:], want[at]) || n == 0 && len(text) != 1 {
			t.Errorf("cell %d is written %x, want %x", at, text, want[at])
		}
		written += n
	}
	if written != 8 {
		t.Errorf("%d cells are plain, want 8", written)
	}
}

// Packing and unpacking gives the same state.
func TestPackLosesNothing(t *testing.T) {
	extra := &tracker.Extra{ExpireAt: 7, PrivateState: []byte("own"), Limits: []limiter.State{{Limit: 1}}}
	for _, progress := range []float64{0, 1, -1, 0.5, -2.25, 1e300, -1e-300, 1 << 60, math.MaxFloat64} {
		p, _ := decimal.FromFloat(progress)
		for _, stage := range []int32{1, 2, 255, 256, math.MaxInt32} {
			for _, cycle := range []int64{1, 2, math.MaxUint32, math.MaxUint32 + 1, math.MaxInt64} {
				for flags := range 16 {
					s := tracker.State{Progress: p, Stage: stage, Cycle: cycle, Completed: flags&1 != 0, Limited: flags&2 != 0, Removed: flags&4 != 0}
					if flags&8 != 0 {
						s.Extra = extra
					}
					keeps(t, s)
				}
			}
		}
	}
	keeps(t, states.RemovedPacked().State(states.Overflow{}))
}

func keeps(t *testing.T, s tracker.State) {
	t.Helper()
	cell, overflow := states.Pack(&s)
	again := cell.State(overflow)
	if !reflect.DeepEqual(again.Extra, s.Extra) {
		t.Fatalf("overflow %+v is %+v", s.Extra, again.Extra)
	}
	again.Extra, s.Extra = nil, nil
	if again != s || cell.Removed() != s.Removed || cell.Completed() != s.Completed || cell.Limited() != s.Limited || cell.HasOverflow() != (!overflow.Empty()) {
		t.Fatalf("%+v became %+v", s, again)
	}
}

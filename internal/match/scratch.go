package match

import (
	"fmt"

	"github.com/dictrack/dictrack/value"
)

// Scratch is the working memory of matching, to be used again and again by one goroutine at a time.
// Between a Match and the next it belongs to that data.
type Scratch struct {
	// Hits are the matching trackers, in order.
	Hits []int32
	// Failed are the trackers a custom condition of which panicked or could not be asked, in order.
	Failed []Failure

	set     *Set
	slots   []value.Value
	data    Data
	decoded map[string]any

	part    *Set // the one of the sets over each other that is matched
	memo    []uint32
	epoch   uint32 // marks what is in memo of this data
	panics  map[int32]error
	ids     []int32   // by slot: the dictionary's number of the value there
	numbers []float64 // by slot: the number there; NaN for none
	items   []int32
	marks   []uint64 // by place: hits that were many at once
	marked  bool     // some are
}

// Values are those of the message by slot, one at least; see Set.Slot.
func (x *Scratch) Values() []value.Value { return x.slots }

// Failure is a tracker whose custom code panicked.
type Failure struct {
	Index int32
	Err   error
}

// verdict is what a condition says about the data.
type verdict uint32

const (
	unknown verdict = iota
	holds
	fails
	panicked
	verdicts // how many there are
)

// reset prepares x for a match over s.
func (x *Scratch) reset(s *Set, d Data) {
	x.set, x.data, x.decoded = s, d, d.Map
	x.Hits, x.Failed, x.panics = x.Hits[:0], x.Failed[:0], nil
	x.slots = sized(x.slots, max(s.paths.plan.Slots(), 1)) // so that there is a slot 0 to point at
	x.memo = sized(x.memo, int(s.judged.count()))
	if x.epoch += uint32(verdicts); x.epoch < uint32(verdicts) { // it went round
		clear(x.memo[:cap(x.memo)])
		x.epoch = uint32(verdicts)
	}
}

func sized[T any](buf []T, n int) []T {
	if cap(buf) < n {
		return make([]T, n)
	}
	return buf[:n]
}

// Release lets go of the data, so that a Scratch that waits in a pool holds nothing of a caller's.
func (x *Scratch) Release() {
	clear(x.slots[:cap(x.slots)])
	x.set, x.part, x.data, x.decoded, x.panics = nil, nil, Data{}, nil, nil
	clear(x.Failed)
}

// all tells whether a tracker meets the conditions, which are asked in their order; a failure is noted.
func (x *Scratch) all(place int32, ids []int32) bool {
	for _, id := range ids {
		switch x.judge(id) {
		case fails:
			return false
		case panicked:
			x.Failed = append(x.Failed, Failure{Index: x.part.from + place, Err: x.panics[id]})
			return false
		}
	}
	return true
}

// judge asks each condition at most once for one data.
func (x *Scratch) judge(id int32) verdict {
	if v := x.memo[id] - x.epoch; v < uint32(verdicts) {
		return verdict(v)
	}
	j := x.part.judged.at(id)
	v := fails
	if j.slot < 0 {
		v = x.judgeCustom(id, j)
	} else if j.condition.Holds(&x.slots[j.slot]) {
		v = holds
	}
	x.memo[id] = x.epoch + uint32(v)
	return v
}

// judgeCustom contains the panics of code that is not ours.
func (x *Scratch) judgeCustom(id int32, j *judged) (v verdict) {
	defer func() {
		if r := recover(); r != nil {
			v = x.panic(id, j, fmt.Errorf("panic: %v", r))
		}
	}()
	data, err := x.Decoded()
	if err != nil {
		return x.panic(id, j, err)
	}
	if j.condition.MatchCustom(data) {
		return holds
	}
	return fails
}

// panic remembers why a custom condition gave no answer.
func (x *Scratch) panic(id int32, j *judged, err error) verdict {
	if x.panics == nil {
		x.panics = map[int32]error{}
	}
	x.panics[id] = fmt.Errorf("condition %s: %w", j.condition.Op(), err)
	return panicked
}

// Decoded is the whole data as a map, decoded when first asked for. It is stricter than Match: raw JSON
// that gives any key twice is an error, since code that gets the whole uses every path.
func (x *Scratch) Decoded() (map[string]any, error) {
	if x.decoded != nil {
		return x.decoded, nil
	}
	var err error
	x.decoded, err = x.data.Decode()
	return x.decoded, err
}

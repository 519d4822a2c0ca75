package match

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/bits"

	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// Data is one data: a Go map, or raw JSON when Map is nil.
type Data struct {
	Map  map[string]any
	JSON []byte
	// Trusted says that JSON is known to be strict, so that Match need not check what it does not use.
	Trusted bool
}

// Decode returns the data as a map, decoding raw JSON.
func (d Data) Decode() (map[string]any, error) {
	if d.Map != nil {
		return d.Map, nil
	}
	v, err := rawjson.Decode(d.JSON)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("data is %.20q, want a JSON object", d.JSON)
	}
	return m, nil
}

// read finds what a plan wants.
func (d Data) read(plan *dotpath.Plan, into []value.Value) error {
	switch {
	case d.Map != nil:
		plan.Lookup(d.Map, into)
		return nil
	case d.Trusted:
		return plan.ScanTrusted(d.JSON, into)
	}
	return plan.Scan(d.JSON, into)
}

// DecodeLast decodes raw JSON that Match accepted, taking the last of a key given twice.
func (d Data) DecodeLast() map[string]any {
	var m map[string]any
	decoder := json.NewDecoder(bytes.NewReader(d.JSON))
	decoder.UseNumber()
	_ = decoder.Decode(&m) // Match has accepted it
	return m
}

// Scratch is the working memory of matching, to be used again and again by one goroutine at a time.
// Between a Match and the next it belongs to that data.
type Scratch struct {
	// Hits are the matching trackers, in order.
	Hits []int32
	// Failed are the trackers a custom condition of which panicked or could not be asked.
	Failed []Failure

	set     *Set
	slots   []value.Value
	memo    []verdict
	panics  map[int32]error
	bitmap  []uint64
	data    Data
	decoded map[string]any
}

// Failure is a tracker whose custom code panicked.
type Failure struct {
	Index int32
	Err   error
}

type verdict uint8

const (
	unknown verdict = iota
	holds
	fails
	panicked
)

// reset prepares x for a match over s.
func (x *Scratch) reset(s *Set, d Data) {
	x.set, x.data, x.decoded = s, d, d.Map
	x.Hits, x.Failed, x.panics = x.Hits[:0], x.Failed[:0], nil
	x.slots = sized(x.slots, max(s.plan.Slots(), 1)) // so that there is a slot 0 to point at
	x.memo = sized(x.memo, len(s.judged))
	clear(x.memo)
	x.bitmap = sized(x.bitmap, (len(s.defs)+63)/64)
	clear(x.bitmap)
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
	x.set, x.data, x.decoded, x.panics = nil, Data{}, nil, nil
	clear(x.Failed)
}

// Match finds the trackers of s that d matches: x.Hits. The error is about raw JSON that is broken, not
// an object, or gives a used path twice; then there are no hits.
func (s *Set) Match(d Data, x *Scratch) error {
	x.reset(s, d)
	if err := d.read(s.plan, x.slots[:s.plan.Slots()]); err != nil {
		return err
	}
	x.members(&s.free)
	for i := range s.buckets {
		x.bucket(&s.buckets[i])
	}
	x.collect()
	return nil
}

func (x *Scratch) hit(i int32) { x.bitmap[i>>6] |= 1 << (i & 63) }

func (x *Scratch) bucket(b *bucket) {
	if x.judge(b.pivot) == holds { // a pivot is never a custom condition, so it does not fail
		x.members(b)
	}
}

// members looks at the trackers of a bucket whose pivot holds.
func (x *Scratch) members(b *bucket) {
	for _, i := range b.matched {
		x.hit(i)
	}
	for i := range b.bounds {
		one := &b.bounds[i]
		for _, t := range one.matching(&x.slots[one.slot]) {
			x.hit(t)
		}
	}
	for i := range b.others {
		x.candidate(&b.others[i])
	}
}

func (x *Scratch) candidate(c *candidate) {
	for _, id := range c.rest {
		switch x.judge(id) {
		case fails:
			return
		case panicked:
			x.Failed = append(x.Failed, Failure{Index: c.index, Err: x.panics[id]})
			return
		}
	}
	x.hit(c.index)
}

// judge asks each condition at most once for one data.
func (x *Scratch) judge(id int32) verdict {
	if v := x.memo[id]; v != unknown {
		return v
	}
	j := &x.set.judged[id]
	v := fails
	if j.slot < 0 {
		v = x.judgeCustom(id)
	} else if j.condition.Holds(&x.slots[j.slot]) {
		v = holds
	}
	x.memo[id] = v
	return v
}

// judgeCustom contains the panics of code that is not ours.
func (x *Scratch) judgeCustom(id int32) (v verdict) {
	one := x.set.judged[id].condition
	defer func() {
		if r := recover(); r != nil {
			v = x.panic(id, fmt.Errorf("panic: %v", r))
		}
	}()
	data, err := x.Decoded()
	if err != nil {
		return x.panic(id, err)
	}
	if one.MatchCustom(data) {
		return holds
	}
	return fails
}

// panic remembers why a custom condition gave no answer.
func (x *Scratch) panic(id int32, err error) verdict {
	if x.panics == nil {
		x.panics = map[int32]error{}
	}
	x.panics[id] = fmt.Errorf("condition %s: %w", x.set.judged[id].condition.Op(), err)
	return panicked
}

// collect turns the bitmap into Hits, in order.
func (x *Scratch) collect() {
	for w, word := range x.bitmap {
		for ; word != 0; word &= word - 1 {
			x.Hits = append(x.Hits, int32(w<<6+bits.TrailingZeros64(word))) // #nosec G115 -- see Compile
		}
	}
}

// Step moves tracker i, whose state is s, by its quick form; see tracker.Quick.
func (x *Scratch) Step(i int32, s *tracker.State) bool {
	q := &x.set.quick[i]
	return q.Step(s, &x.slots[q.Slot])
}

// Amount is the value at the key of sum tracker i; for other kinds it means nothing.
func (x *Scratch) Amount(i int32) *value.Value { return &x.slots[x.set.quick[i].Slot] }

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

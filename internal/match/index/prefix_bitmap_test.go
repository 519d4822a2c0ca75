package index

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/dictrack/dictrack/internal/match/predicate"
)

// Whatever the numbers, a prefix bitmap and the rest of the range are exactly the intervals that contain a number, and
// take little memory.
func TestPrefixBitmapsHaveTheIntervalsThatContainANumber(t *testing.T) {
	for name, c := range map[string]struct {
		upper  bool
		number func(*rand.Rand, int) float64
		min    int // prefix bitmaps
	}{
		"random":          {false, func(r *rand.Rand, _ int) float64 { return r.Float64() }, 8},
		"random ends":     {true, func(r *rand.Rand, _ int) float64 { return r.Float64() }, 8},
		"few numbers":     {false, func(r *rand.Rand, _ int) float64 { return float64(r.IntN(6)) }, 4},
		"few ends":        {true, func(r *rand.Rand, _ int) float64 { return float64(r.IntN(6)) }, 4},
		"one number":      {false, func(*rand.Rand, int) float64 { return 3 }, 1},
		"ascending":       {false, func(_ *rand.Rand, i int) float64 { return float64(i) }, 8},
		"ascending ends":  {true, func(_ *rand.Rand, i int) float64 { return float64(i) }, 8},
		"descending":      {false, func(_ *rand.Rand, i int) float64 { return -float64(i) }, 8},
		"descending ends": {true, func(_ *rand.Rand, i int) float64 { return -float64(i) }, 8},
	} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			b := intervalIndex{byEnd: c.upper, width: math.Inf(1)}
			var numbers []float64
			for i := range 5000 {
				number := c.number(r, i)
				s := predicate.Interval{Low: number, High: math.Inf(1)}
				if c.upper {
					s = predicate.Interval{Low: math.Inf(-1), High: number}
				}
				b.add(&s, int32(i))
				b.addToPrefixes(number, int32(i))
				numbers = append(numbers, number)
				if i%977 == 0 || i == 4999 {
					checkContaining(t, &b, numbers)
				}
			}
			words := 0
			for i := range b.prefixes {
				words += len(b.prefixes[i].bits)
			}
			if n := len(b.prefixes); n < c.min || n > 3*targetSegments || words > 2*b.count {
				t.Errorf("%d prefix bitmaps of %d words", n, words)
			}
		})
	}
}

// checkContaining compares stabbing queries with a comparison of every number.
func checkContaining(t *testing.T, b *intervalIndex, numbers []float64) {
	t.Helper()
	values := append([]float64{math.Inf(-1), math.Inf(1)}, numbers[:min(len(numbers), 50)]...)
	for i := range b.prefixes {
		values = append(values, b.prefixes[i].end, prevFloat(b.prefixes[i].end))
	}
	for _, v := range values {
		var want []int32
		for i, number := range numbers {
			if b.byEnd && v < number || !b.byEnd && number <= v {
				want = append(want, int32(i))
			}
		}
		from, to := b.candidateRange(v)
		bits64, from, to := b.prefix(v, from, to, 1)
		var got []int32
		for w, word := range bits64 {
			for ; word != 0; word &= word - 1 {
				got = append(got, int32(64*w+bits.TrailingZeros64(word)))
			}
		}
		for refs := range b.between(from, to) {
			got = append(got, refs...)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Fatalf("%v is in %d of %d intervals, want %d", v, len(got), len(numbers), len(want))
		}
	}
}

// Large refs that are added late do not make large bitmaps.
func TestPrefixBitmapsAreBounded(t *testing.T) {
	b := intervalIndex{width: math.Inf(1)}
	for i := range 3000 {
		ref := int32(i)
		if i >= 2000 {
			ref = int32(1000 * i)
		}
		s := predicate.Interval{Low: float64(i % 500), High: math.Inf(1)}
		b.add(&s, ref)
		b.addToPrefixes(s.Low, ref)
		words := 0
		for n := range b.prefixes {
			words += len(b.prefixes[n].bits)
		}
		if words > 2*b.count {
			t.Fatalf("%d words for %d refs", words, b.count)
		}
	}
}

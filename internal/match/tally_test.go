package match

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// Whatever the numbers, a tally and what is left beyond it are just the refs that a value meets, and little memory.
func TestTalliesAreWhatValuesMeet(t *testing.T) {
	for name, c := range map[string]struct {
		upper  bool
		number func(*rand.Rand, int) float64
		least  int // tallies
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
			b := bounds{upper: c.upper, width: math.Inf(1)}
			var numbers []float64
			for i := range 5000 {
				number := c.number(r, i)
				s := span{low: number, high: math.Inf(1)}
				if c.upper {
					s = span{low: math.Inf(-1), high: number}
				}
				b.add(&s, int32(i))
				b.tally(number, int32(i))
				numbers = append(numbers, number)
				if i%977 == 0 || i == 4999 {
					meets(t, &b, numbers)
				}
			}
			words := 0
			for i := range b.tallies {
				words += len(b.tallies[i].bits)
			}
			if n := len(b.tallies); n < c.least || n > 3*mostTally || words > 2*b.count {
				t.Errorf("%d tallies of %d words", n, words)
			}
		})
	}
}

// meets compares what bounds say with a look at every number.
func meets(t *testing.T, b *bounds, numbers []float64) {
	t.Helper()
	values := append([]float64{math.Inf(-1), math.Inf(1)}, numbers[:min(len(numbers), 50)]...)
	for i := range b.tallies {
		values = append(values, b.tallies[i].number, below(b.tallies[i].number))
	}
	for _, v := range values {
		var want []int32
		for i, number := range numbers {
			if b.upper && v < number || !b.upper && number <= v {
				want = append(want, int32(i))
			}
		}
		from, to := b.met(v)
		far, from, to := b.far(v, from, to, 1)
		var got []int32
		for w, word := range far {
			for ; word != 0; word &= word - 1 {
				got = append(got, int32(64*w+bits.TrailingZeros64(word)))
			}
		}
		for refs := range b.between(from, to) {
			got = append(got, refs...)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Fatalf("%v meets %d of %d, want %d", v, len(got), len(numbers), len(want))
		}
	}
}

// Refs that come late, at places far away, do not make bits of many words.
func TestTalliesStaySmall(t *testing.T) {
	b := bounds{width: math.Inf(1)}
	for i := range 3000 {
		place := int32(i)
		if i >= 2000 {
			place = int32(1000 * i)
		}
		s := span{low: float64(i % 500), high: math.Inf(1)}
		b.add(&s, place)
		b.tally(s.low, place)
		words := 0
		for n := range b.tallies {
			words += len(b.tallies[n].bits)
		}
		if words > 2*b.count {
			t.Fatalf("%d words for %d refs", words, b.count)
		}
	}
}

package tracker

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkAppendPlain writes the states of a hundred trackers, half of them of one byte and half of two, at random.
func BenchmarkAppendPlain(b *testing.B) {
	groups := make([]Cells, 1000)
	for i := range groups {
		for n := range 100 {
			groups[i].Append(Cell{coef: rand.Uint64N([]uint64{100, 16_000}[n%2]), head: cellPlain, cycle: 1})
		}
	}
	var states []byte
	for i := 0; b.Loop(); i++ {
		states, _ = groups[i%len(groups)].AppendPlain(states[:0], 0, 100)
	}
}

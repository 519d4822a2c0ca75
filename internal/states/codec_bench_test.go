package states

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkEncodeSmall writes the states of a hundred trackers, half of them of one byte and half of two, at random.
func BenchmarkEncodeSmall(b *testing.B) {
	groups := make([]Table, 1000)
	for i := range groups {
		for n := range 100 {
			groups[i].Append(Packed{coef: rand.Uint64N([]uint64{100, 16_000}[n%2]), head: headPlain, cycle: 1})
		}
	}
	var states []byte
	for i := 0; b.Loop(); i++ {
		states, _ = groups[i%len(groups)].EncodeSmall(states[:0], 0, 100)
	}
}

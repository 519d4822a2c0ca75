package robustness

import (
	"os"
	"testing"
	"time"
)

// TestSoak plays with seeds that nobody used before, for as long as DICTRACK_SOAK says.
func TestSoak(t *testing.T) {
	length := 2 * time.Second
	if d, err := time.ParseDuration(os.Getenv("DICTRACK_SOAK")); err == nil {
		length = d
	}
	parts := []struct {
		name string
		play func(seed uint64, sum map[string]int) error
	}{
		{"TestModel", playModel},
		{"TestSimulation", func(seed uint64, sum map[string]int) error { return simulate(t, seed, sum) }},
		{"TestLinearizable", linearize},
	}
	first := newSeed(t)
	seed, end := first, time.Now().Add(length)
	for ; time.Now().Before(end); seed++ {
		for _, part := range parts {
			if err := part.play(seed, map[string]int{}); err != nil {
				t.Fatalf("%v\nrun it again: go test ./tests/robustness -run %s -seed %d", err, part.name, seed)
			}
		}
	}
	t.Logf("%d forSeeds", seed-first)
}

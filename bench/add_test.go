package bench_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/bench"
	"github.com/dictrack/dictrack/condition"
)

// BenchmarkAdd is one tracker more for a group of n in memory, S(n), each followed by a message, so that what adding
// leaves to the next message counts too.
func BenchmarkAdd(b *testing.B) {
	for _, n := range []int{100, 10_000, 1_000_000} {
		b.Run(fmt.Sprintf("trackers=%d", n), func(b *testing.B) {
			groups, next := bench.Groups(1), 0
			m := openWith(b, dictrack.Options{DisableTimers: true}, nil, nil)
			if err := m.Add(context.Background(), groups[0], bench.Pairs(reduced(n))...); err != nil {
				b.Fatal(err)
			}
			text := bench.PairsStream(1, reduced(n), bench.Seeded())[0].JSON
			if _, err := m.Track(context.Background(), dictrack.Message{Group: groups[0], JSON: text}); err != nil { // it compiles the set
				b.Fatal(err)
			}
			b.Run("tracker", func(b *testing.B) {
				run(b, func(int) error {
					next++
					return addOne(m, groups[0], next, text)
				})
			})
		})
	}
}

// addOne adds a tracker that no message of the load matches, and tracks.
func addOne(m *dictrack.Manager, group string, i int, text []byte) error {
	err := m.Add(context.Background(), group, dictrack.Count(fmt.Sprint("more", i), dictrack.Targets(10), dictrack.Where(
		condition.Eq("bet", -i), condition.Eq("game", "a"))))
	if err != nil {
		return err
	}
	_, err = m.Track(context.Background(), dictrack.Message{Group: group, JSON: text})
	return err
}

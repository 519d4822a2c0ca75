package compare

import (
	"context"
	"fmt"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/bench"
	"github.com/dictrack/dictrack/tracker"
)

// load is trackers of one group and data for them.
type load struct {
	name   string
	specs  []tracker.Spec
	stream []bench.Data
}

// loads are W(n), of which a sixth matches, and S(n), of which one tracker does.
func loads() []load {
	var all []load
	for _, n := range []int{10, 100, 1000} {
		all = append(all,
			load{fmt.Sprint("W", n), bench.Set(n, bench.Seeded()), bench.Stream(1024, bench.Seeded())},
			load{fmt.Sprint("S", n), bench.Pairs(n), bench.PairsStream(1024, n, bench.Seeded())})
	}
	return all
}

// BenchmarkCompare tracks the same JSON into one group in every way: decode or scan, find what matches, count it.
func BenchmarkCompare(b *testing.B) {
	for _, l := range loads() {
		b.Run(l.name, func(b *testing.B) {
			b.Run("loop", func(b *testing.B) { others(b, l, func() (rules, error) { return newClosures(l.specs), nil }) })
			b.Run("expr", func(b *testing.B) { others(b, l, func() (rules, error) { return newExpressions(l.specs) }) })
			b.Run("cel", func(b *testing.B) { others(b, l, func() (rules, error) { return newCommon(l.specs) }) })
			b.Run("dictrack", func(b *testing.B) { ours(b, l) })
		})
	}
}

// others counts in memory what matches: no targets, no limiters, no locks, nothing kept.
func others(b *testing.B, l load, compile func() (rules, error)) {
	all, err := compile()
	if err != nil {
		b.Fatal(err)
	}
	counters := make([]float64, len(l.specs))
	var matched []int
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		data, err := decode(l.stream[i%len(l.stream)].JSON)
		if err != nil {
			b.Fatal(err)
		}
		if matched, err = all.match(data, matched[:0]); err != nil {
			b.Fatal(err)
		}
		for _, t := range matched {
			counters[t]++
		}
	}
}

func ours(b *testing.B, l load) {
	m := open(b, l)
	ctx := context.Background()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := m.Track(ctx, dictrack.Message{Group: "g", JSON: l.stream[i%len(l.stream)].JSON}); err != nil {
			b.Fatal(err)
		}
	}
}

func open(b *testing.B, l load) *dictrack.Manager {
	b.Helper()
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{DisableTimers: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := m.Close(ctx); err != nil {
			b.Error(err)
		}
	})
	if err := m.Add(ctx, "g", l.specs...); err != nil {
		b.Fatal(err)
	}
	return m
}

// Every way must find the same, or the figures say nothing.
func TestAllWaysFindTheSame(t *testing.T) {
	for _, l := range loads() {
		m, err := dictrack.Open(t.Context(), dictrack.Options{DisableTimers: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = m.Close(t.Context()) }()
		if err := m.Add(t.Context(), "g", l.specs...); err != nil {
			t.Fatal(err)
		}
		expressions, exprErr := newExpressions(l.specs)
		programs, celErr := newCommon(l.specs)
		if exprErr != nil || celErr != nil {
			t.Fatal(exprErr, celErr)
		}
		found := 0
		for _, d := range l.stream[:20] {
			res, err := m.Track(t.Context(), dictrack.Message{Group: "g", JSON: d.JSON})
			if err != nil {
				t.Fatal(err)
			}
			found += res.Affected()
			data, err := decode(d.JSON)
			if err != nil {
				t.Fatal(err)
			}
			for name, way := range map[string]rules{"loop": newClosures(l.specs), "expr": expressions, "cel": programs} {
				matched, err := way.match(data, nil)
				if err != nil || len(matched) != res.Affected() {
					t.Errorf("%s, %s: %s finds %d, dictrack %d, %v", l.name, d.JSON, name, len(matched), res.Affected(), err)
				}
			}
		}
		if found < 20 {
			t.Errorf("%s: 20 data match %d trackers in all: too few to tell anything", l.name, found)
		}
	}
}

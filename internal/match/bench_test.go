package match_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// load is a list of trackers and messages for them.
type load struct {
	defs  []*tracker.Definition
	cells states.Table
	texts []match.Data
}

func (l *load) add(b testing.TB, kind string, where ...condition.Condition) {
	spec := tracker.Spec{
		Name: fmt.Sprint("t", len(l.defs)), Kind: kind, Where: where, Targets: []decimal.Decimal{decimal.FromInt(1 << 60)},
	}
	if kind == tracker.KindSum {
		spec.Key = "bet"
	}
	d, err := tracker.New(spec, nil)
	if err != nil {
		b.Fatal(err)
	}
	s, err := d.Start(0, false)
	if err != nil {
		b.Fatal(err)
	}
	cell, _ := states.Pack(&s)
	l.defs = append(l.defs, d)
	l.cells.Append(cell)
}

// bet returns data of 44 bytes.
func (l *load) bet(bet int, game string) {
	text := fmt.Appendf(nil, `{"group_id":"10000123","bet":%d,"game":%q}`, bet, game)
	l.texts = append(l.texts, match.Data{JSON: text})
}

func random() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// equalities returns S(n): two equalities each; one tracker matches.
func equalities(b testing.TB, n int) *load {
	l, r := &load{}, random()
	side := int(math.Ceil(math.Sqrt(float64(n))))
	bets, games := make([]condition.Condition, side), make([]condition.Condition, side)
	for i := range side {
		bets[i], games[i] = condition.Eq("bet", i), condition.Eq("game", fmt.Sprint("g", i))
	}
	for i := range n {
		l.add(b, tracker.KindCount, bets[i%side], games[i/side])
	}
	for range 1 << 16 {
		i := r.IntN(n)
		l.bet(i%side, fmt.Sprint("g", i/side))
	}
	return l
}

// ranges returns R(n): one bound each. A message meets about half of random bounds; the other bounds are at
// the upper end of the numbers in the data.
func ranges(b testing.TB, n int) *load {
	l, r := &load{}, random()
	for i := range n {
		l.add(b, tracker.KindCount, condition.Ge("bet", 1_000_000*(i+1)/n))
	}
	for range 1 << 12 {
		l.bet(1_000_000*(1+r.IntN(3))/n, "b")
	}
	return l
}

// wagers returns W(n): one of three games and a minimum bet; half of the trackers are sums.
func wagers(b testing.TB, n int) *load {
	l, r := &load{}, random()
	for i := range n {
		l.add(b, []string{tracker.KindCount, tracker.KindSum}[i%2],
			condition.Eq("game", string(rune('a'+r.IntN(3)))), condition.Ge("bet", 100+10*r.IntN(41)))
	}
	for range 1 << 12 {
		l.bet(100+r.IntN(401), string(rune('a'+r.IntN(3))))
	}
	return l
}

// thirds returns M(n): bounds that data meets for a third of all trackers.
func thirds(b testing.TB, n int) *load {
	l, r := &load{}, random()
	for range n {
		l.add(b, tracker.KindCount, condition.Ge("bet", r.IntN(1000)))
	}
	for range 1 << 8 {
		l.bet(323+r.IntN(20), "b")
	}
	return l
}

// conjunctions returns M(n) with two bounds each.
func conjunctions(b testing.TB, n int) *load {
	l, r := &load{}, random()
	for range n {
		low := r.IntN(1000)
		l.add(b, tracker.KindCount, condition.Ge("bet", low), condition.Lt("bet", low+600+r.IntN(300)), condition.Gt("group", -1))
	}
	for range 1 << 8 {
		l.texts = append(l.texts, match.Data{JSON: fmt.Appendf(nil, `{"group":10000123,"bet":%d,"game":"b"}`, 323+r.IntN(20))})
	}
	return l
}

// run matches and steps one message after the other.
func (l *load) run(b *testing.B, set *states.Program, texts []match.Data) {
	var x states.Scratch
	var moved []states.PackedResult
	matches := 0
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := set.Match(texts[i&(len(texts)-1)], &x); err != nil {
			b.Fatal(err)
		}
		if moved = x.Step(&l.cells, x.Hits, moved[:0]); len(moved) != len(x.Hits) {
			b.Fatal(len(moved), len(x.Hits))
		}
		matches += len(x.Hits)
	}
	b.ReportMetric(float64(matches)/float64(b.N), "matches/op")
}

// loop evaluates the conditions of every tracker on a map, without an index.
func (l *load) loop(b *testing.B) {
	data, err := l.texts[0].Decode()
	if err != nil {
		b.Fatal(err)
	}
	counts := make([]uint32, len(l.defs))
	for b.Loop() {
		for i, d := range l.defs {
			matches := true
			for j := range d.Where() {
				if matches = d.Where()[j].Match(data); !matches {
					break
				}
			}
			if matches {
				counts[i]++
			}
		}
	}
}

// BenchmarkScan measures reading the two fields alone.
func BenchmarkScan(b *testing.B) {
	l := &load{}
	l.add(b, tracker.KindCount, condition.Exists("bet"), condition.Exists("game"))
	l.bet(317, "b")
	set := states.Compile(nil, l.defs)
	l.run(b, set, l.texts)
}

// BenchmarkMatch measures one message against n trackers, matched and stepped; cold data matches another tracker each
// time. For small sets it also measures the loop that evaluates each tracker.
func BenchmarkMatch(b *testing.B) {
	for _, load := range []struct {
		name string
		make func(testing.TB, int) *load
		big  int
	}{{"S", equalities, 1_000_000}, {"R", ranges, 1_000_000}, {"W", wagers, 100_000}, {"M", thirds, 10_000}, {"conjunctions", conjunctions, 10_000}} {
		for n := 10; n <= load.big; n *= 10 {
			b.Run(fmt.Sprintf("%s=%d", load.name, n), func(b *testing.B) {
				l := load.make(b, reduced(n))
				set := states.Compile(nil, l.defs)
				inModes(b, l.texts, func(b *testing.B, texts []match.Data) {
					b.Run("hot", func(b *testing.B) { l.run(b, set, texts[:1]) })
					b.Run("cold", func(b *testing.B) { l.run(b, set, texts) })
				})
				if n <= 10_000 {
					b.Run("loop", l.loop)
				}
			})
		}
	}
}

// inModes runs a benchmark on texts that are checked as a whole, and on the same texts when they are trusted.
func inModes(b *testing.B, texts []match.Data, run func(b *testing.B, texts []match.Data)) {
	trusted := slices.Clone(texts)
	for i := range trusted {
		trusted[i].Trusted = true
	}
	b.Run("validated", func(b *testing.B) { run(b, texts) })
	b.Run("trusted", func(b *testing.B) { run(b, trusted) })
}

// reduced returns how many trackers a load of n has: n, or few when DICTRACK_BENCH is small, which only checks that the
// benchmarks run.
func reduced(n int) int {
	if os.Getenv("DICTRACK_BENCH") == "small" {
		return min(n, 2000)
	}
	return n
}

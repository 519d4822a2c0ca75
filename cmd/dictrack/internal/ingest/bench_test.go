package ingest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/input"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/tracker"
)

// hundredTrackers are trackers that never complete, half of them counts and half of them sums.
func hundredTrackers(chance *rand.Rand) []tracker.Spec {
	specs := make([]tracker.Spec, 100)
	for i := range specs {
		where := dictrack.Where(
			condition.Eq("game", string(rune('a'+chance.IntN(3)))),
			condition.Ge("bet", 100+10*chance.IntN(41)),
		)
		if i < 50 {
			specs[i] = dictrack.Count(fmt.Sprint("count", i), dictrack.Targets(1<<60), where)
		} else {
			specs[i] = dictrack.Sum(fmt.Sprint("sum", i), "bet", dictrack.Targets(1<<60), where)
		}
	}
	return specs
}

// bets are lines over a thousand groups.
func bets(chance *rand.Rand, n int) []byte {
	var text bytes.Buffer
	for range n {
		fmt.Fprintf(&text, `{"group_id":"1%07d","bet":%d,"game":"%c"}`+"\n",
			chance.IntN(1000), 100+chance.IntN(401), 'a'+chance.IntN(3))
	}
	return text.Bytes()
}

// lines is how many there are in the file of BenchmarkTrack.
func lines() int {
	if os.Getenv("DICTRACK_BENCH") == "small" {
		return 10_000
	}
	return 1_000_000
}

// BenchmarkTrack tracks a file of a million lines with a template of 100 trackers, in memory.
func BenchmarkTrack(b *testing.B) {
	file := filepath.Join(b.TempDir(), "bets.jsonl")
	if err := os.WriteFile(file, bets(rand.New(rand.NewPCG(1, 2)), lines()), 0o600); err != nil {
		b.Fatal(err)
	}
	b.Run("validated", func(b *testing.B) { trackFile(b, file, false) })
	b.Run("trusted", func(b *testing.B) { trackFile(b, file, true) })
}

func trackFile(b *testing.B, file string, trusted bool) {
	clock := &Clock{}
	m, err := dictrack.Open(context.Background(), dictrack.Options{Clock: clock.Now, DisableTimers: true})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = m.Close(context.Background()) }()
	if err := m.SetTemplate("bench", hundredTrackers(rand.New(rand.NewPCG(1, 2)))...); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		s, err := newPipeline(m, clock, file, func(r *Pipeline) { r.Trusted = trusted }).Run(context.Background())
		if err != nil || int(s.Read) != lines() || s.Rejected > 0 {
			b.Fatal(s, err)
		}
	}
	b.ReportMetric(float64(lines())*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// newPipeline is a Run over a file that nobody listens to, changed by change.
func newPipeline(m *dictrack.Manager, clock *Clock, file string, change func(*Pipeline)) *Pipeline {
	source, err := input.File(file)
	if err != nil {
		panic(err)
	}
	r := &Pipeline{
		Manager: m, Clock: clock, Sources: []*input.Source{source}, Fields: Fields{Group: pathOf("group_id")},
		Event: func(*dictrack.Event) error { return nil }, Flush: func() error { return nil },
		Reject: func(string, int, error) {},
	}
	change(r)
	return r
}

func pathOf(text string) dotpath.Path {
	p, err := dotpath.Parse(text)
	if err != nil {
		panic(err)
	}
	return p
}

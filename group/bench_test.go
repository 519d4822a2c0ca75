package group_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// wager is a group of n trackers, half of them counts and half sums of the bet, each for one game and bets from a bound on.
func wager(b *testing.B, n int) *group.Group {
	b.Helper()
	defs := make([]*tracker.Definition, n)
	for i := range defs {
		kind := `"kind":"count"`
		if i%2 == 1 {
			kind = `"kind":"sum","key":"bet"`
		}
		defs[i] = define(b, fmt.Sprint("t", i), fmt.Sprintf(
			`{%s,"targets":[1e15],"where":[{"op":"eq","key":"game","value":"%c"},{"op":"ge","key":"bet","value":%d}]}`,
			kind, 'a'+i%3, 100+i*7%41*10))
	}
	g := group.New("10000123", 0)
	if _, err := g.Add(defs, 0); err != nil {
		b.Fatal(err)
	}
	return g
}

// bets are data for a wager group, as maps and as text.
func bets(b *testing.B) (maps, texts []match.Data) {
	b.Helper()
	for i := range 256 {
		m := map[string]any{"group_id": "10000123", "bet": 100 + i*37%401, "game": string(rune('a' + i%3))}
		text, err := json.Marshal(m)
		if err != nil {
			b.Fatal(err)
		}
		maps, texts = append(maps, match.Data{Map: m}), append(texts, match.Data{JSON: text})
	}
	return maps, texts
}

// BenchmarkTrack is one message for a group that is in memory; moves/op says how many trackers it moves.
func BenchmarkTrack(b *testing.B) {
	maps, texts := bets(b)
	for _, n := range []int{100, 10_000} {
		for i, data := range [][]match.Data{maps, texts} {
			b.Run(fmt.Sprintf("trackers=%d/%s", n, []string{"map", "json"}[i]), func(b *testing.B) {
				c := group.TrackRequest{Compile: states.Compile, Scratch: &states.Scratch{}}
				g := wager(b, n)
				moves := 0
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					c.Data = data[i%len(data)]
					e, err := g.Track(&c)
					if err != nil {
						b.Fatal(err)
					}
					moves += len(e.Packed)
				}
				b.ReportMetric(float64(moves)/float64(b.N), "moves/op")
			})
		}
	}
}

// BenchmarkTrackNothing is data that matches no tracker.
func BenchmarkTrackNothing(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("trackers=%d/json", n), func(b *testing.B) {
			c := group.TrackRequest{Compile: states.Compile, Scratch: &states.Scratch{}, Data: match.Data{JSON: []byte(`{"group_id":"10000123","bet":300,"game":"x"}`)}}
			g := wager(b, n)
			b.ReportAllocs()
			for b.Loop() {
				if e, err := g.Track(&c); err != nil || len(e.Packed) > 0 {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkTake is what a store is given after each message, and the bytes that it writes.
func BenchmarkTake(b *testing.B) {
	maps, _ := bets(b)
	c := group.TrackRequest{Compile: states.Compile, Scratch: &states.Scratch{}}
	g := wager(b, 100)
	written := 0
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		g.BeginChange()
		c.Data = maps[i%len(maps)]
		if _, err := g.Track(&c); err != nil {
			b.Fatal(err)
		}
		for _, part := range g.EndChange().Encode().Chunks {
			written += len(part.States)
		}
	}
	b.ReportMetric(float64(written)/float64(b.N), "bytes/op")
}

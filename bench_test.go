package dictrack_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/tracker"
)

func loadW(n int) []tracker.Spec {
	specs := make([]tracker.Spec, n)
	for i := range specs {
		where := dictrack.Where(
			condition.Eq("game", string(rune('a'+rand.IntN(3)))),
			condition.Ge("bet", 100+10*rand.IntN(41)),
		)
		name := fmt.Sprintf("t%d", i)
		if i%2 == 0 {
			specs[i] = dictrack.Count(name, dictrack.Targets(1<<60), where)
		} else {
			specs[i] = dictrack.Sum(name, "bet", dictrack.Targets(1<<60), where)
		}
	}
	return specs
}

func BenchmarkW100Map(b *testing.B) {
	ctx := context.Background()
	m, _ := dictrack.Open(ctx, dictrack.Options{})
	defer m.Close(ctx)
	for g := range 1000 {
		if err := m.Add(ctx, fmt.Sprint("g", g), loadW(100)...); err != nil {
			b.Fatal(err)
		}
	}
	names := make([]string, 1000)
	for g := range names {
		names[g] = fmt.Sprint("g", g)
	}
	datas := make([]map[string]any, 256)
	raws := make([][]byte, 256)
	for i := range datas {
		bet, game := 100+rand.IntN(401), string(rune('a'+rand.IntN(3)))
		datas[i] = map[string]any{"group_id": "10000123", "bet": bet, "game": game}
		raws[i] = fmt.Appendf(nil, `{"group_id":"10000123","bet":%d,"game":"%s"}`, bet, game)
	}
	for g := range names {
		m.Track(ctx, names[g], datas[0])
	}
	b.Run("map", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := m.Track(ctx, names[i%1000], datas[i%256]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("json", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := m.TrackJSON(ctx, names[i%1000], raws[i%256]); err != nil {
				b.Fatal(err)
			}
		}
	})
}

package prove

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/prove/disk"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

var _ = limiter.For
func open(t *testing.T, o dictrack.Options) *dictrack.Manager {
	m, err := dictrack.Open(t.Context(), o)
	if err != nil { t.Fatal(err) }
	return m
}

func TestReproEmptyAdd(t *testing.T) {
	ctx := context.Background()
	d := disk.New()
	m := open(t, dictrack.Options{Store: d.Open(nil), ManualSweep: true})
	for i := range 70 {
		if err := m.Add(ctx, "g", dictrack.Count(fmt.Sprint("t", i), dictrack.Targets(5))); err != nil { t.Fatal(err) }
	}
	for i := range 66 {
		if err := m.Remove(ctx, "g", fmt.Sprint("t", i)); err != nil { t.Fatal(err) }
	}
	fmt.Println(m.Add(ctx, "g"))
	fmt.Println(m.Track(ctx, "g", map[string]any{}))
	fmt.Println(d.Breaches())
	m.Close(ctx)
	m = open(t, dictrack.Options{Store: d.Open(nil), ManualSweep: true})
	snaps, err := m.List(ctx, "g")
	fmt.Println(len(snaps), err)
	for _, s := range snaps { fmt.Println(s.Name, s.Progress) }
	m.Close(ctx)
}

func TestReproEmptyAddVolatile(t *testing.T) {
	ctx := context.Background()
	m := open(t, dictrack.Options{ManualSweep: true})
	m.OnAll(func(e dictrack.Event) { if e.Kind == dictrack.Added && e.Index == 0 { fmt.Println(e.ID()) } })
	m.Add(ctx, "g", dictrack.Count("a", dictrack.Targets(5)))
	for i := range 70 {
		if err := m.Add(ctx, "g", dictrack.Count(fmt.Sprint("t", i), dictrack.Targets(5))); err != nil { t.Fatal(err) }
	}
	m.RemoveAll(ctx, "g")
	fmt.Println(m.Add(ctx, "g"))
	m.Add(ctx, "g", dictrack.Count("b", dictrack.Targets(5)))
}

func TestReproFlushLost(t *testing.T) {
	ctx := context.Background()
	d := disk.New()
	lose := false
	gate := func(step, g string) disk.Verdict {
		if step == disk.StepFlush && lose { return disk.Lose }
		return disk.Proceed
	}
	m := open(t, dictrack.Options{Store: d.Open(gate), ManualSweep: true})
	for _, g := range []string{"a", "b"} {
		m.Add(ctx, g, dictrack.Count("t", dictrack.Targets(500)))
	}
	for range 5 { m.Track(ctx, "b", map[string]any{}) }
	lose = true
	fmt.Println("flush", m.Flush(ctx, dictrack.FlushEverything))
	res, err := m.Track(ctx, "a", map[string]any{}, dictrack.ID("x"))
	fmt.Println(res.Version, err)
	fmt.Println(m.List(ctx, "a"))
	m.Close(ctx)
	m = open(t, dictrack.Options{Store: d.Open(nil), ManualSweep: true})
	fmt.Println(m.List(ctx, "a"))
	fmt.Println(d.Breaches(), d.Versions())
}

func TestReproNames(t *testing.T) {
	ctx := context.Background()
	m := open(t, dictrack.Options{ManualSweep: true})
	m.Add(ctx, "a", dictrack.Count("t", dictrack.Targets(500)))
	m.Flush(ctx, dictrack.FlushEverything)
	for n, err := range m.Groups(ctx) { fmt.Println(n, err) }
}

func TestReproDue(t *testing.T) {
	ctx := context.Background()
	d := disk.New()
	now := time.Unix(1700000000, 0)
	m := open(t, dictrack.Options{Store: d.Open(nil), ManualSweep: true, Clock: func() time.Time { return now }})
	const n = 10001
	ins := make([]dictrack.Input, n)
	for i := range n {
		ins[i] = dictrack.Input{Group: fmt.Sprint("g", i), Data: map[string]any{}}
	}
	m.SetTemplate("x", dictrack.Count("t", dictrack.Targets(1,2,1000), dictrack.Limit(limiter.For(100*time.Second))))
	m.TrackBatch(ctx, ins)
	now = now.Add(50*time.Second)
	m.TrackBatch(ctx, ins) // stage 2 done, window starts again
	fmt.Println(d.Breaches())
	now = now.Add(51*time.Second+200*time.Millisecond)
	c, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	start := time.Now()
	fmt.Println("sweep", m.Sweep(c), time.Since(start))
	m.Track(ctx, "g1", map[string]any{})
	fmt.Println(d.Breaches())
}

func TestReproTwo(t *testing.T) {
	ctx := context.Background()
	d := disk.New()
	s := d.Open(nil)
	a := open(t, dictrack.Options{Store: s, ManualSweep: true})
	b := open(t, dictrack.Options{Store: s, ManualSweep: true})
	a.Add(ctx, "g", dictrack.Count("t", dictrack.Targets(500)))
	b.List(ctx, "g")
	fmt.Println(a.Track(ctx, "g", map[string]any{}))
	fmt.Println(b.Track(ctx, "g", map[string]any{}))
	c := open(t, dictrack.Options{Store: s, ManualSweep: true})
	x, _ := c.Get(ctx, "g", "t")
	fmt.Println("progress after two acks", x.Progress)
}
var _ = tracker.ResetNone

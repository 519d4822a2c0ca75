package prove

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"sync/atomic"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/prove/disk"
)

func TestCloseRace(t *testing.T) {
	outcomes := map[string]int{}
	for round := range 300 {
		ctx := context.Background()
		d := disk.New()
		m := open(t, dictrack.Options{Store: d.Open(nil), ManualSweep: true})
		if err := m.Add(ctx, "g", dictrack.Count("t", dictrack.Targets(1<<40))); err != nil { t.Fatal(err) }
		var wg sync.WaitGroup
		var mu sync.Mutex
		var acked atomic.Int64
		for g := range 8 {
			wg.Go(func() {
				for i := 0; ; i++ {
					_, err := m.Track(ctx, "g", map[string]any{}, dictrack.ID(fmt.Sprint(g, "-", i)))
					if err == nil { acked.Add(1); continue }
					mu.Lock()
					switch {
					case errors.Is(err, dictrack.ErrUnknown): outcomes["unknown"]++
					case errors.Is(err, dictrack.ErrClosed): outcomes["closed"]++
					default: outcomes[err.Error()]++
					}
					mu.Unlock()
					return
				}
			})
		}
		time.Sleep(time.Duration(round) * time.Microsecond)
		if err := m.Close(ctx); err != nil { t.Error(err) }
		wg.Wait()
		for _, b := range d.Breaches() { outcomes[b]++ }
	}
	for k, v := range outcomes { fmt.Println(k, v) }
}

func TestConflictsLeak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		d := disk.New()
		n := 0
		m := open(t, dictrack.Options{Store: d.Open(func(step, g string) disk.Verdict {
			if step == disk.StepCommit { n++; if n <= 100 { return disk.Conflict } }
			return disk.Proceed
		}), ManualSweep: true})
		start := time.Now()
		fmt.Println(m.Track(ctx, "g", map[string]any{}, dictrack.ID("a")))
		fmt.Println(time.Since(start))
		start = time.Now()
		m.Track(ctx, "g", map[string]any{}, dictrack.ID("b"))
		fmt.Println(time.Since(start))
		m.Close(ctx)
	})
}

func TestVolatileFlushRace(t *testing.T) {
	ctx := context.Background()
	m := open(t, dictrack.Options{ManualSweep: true})
	var stop atomic.Bool
	var wg sync.WaitGroup
	var doubles atomic.Int64
	for g := range 4 {
		wg.Go(func() {
			name := fmt.Sprint("g", g)
			for i := 0; !stop.Load(); i++ {
				id := dictrack.ID(fmt.Sprint(i))
				m.Track(ctx, name, map[string]any{}, id)
				_, _ = m.Track(ctx, name, map[string]any{}, id)
			}
		})
	}
	for range 20000 { m.Flush(ctx, dictrack.FlushEverything) }
	stop.Store(true)
	wg.Wait()
	fmt.Println(doubles.Load())
}

func TestVersionsRestart(t *testing.T) {
	ctx := context.Background()
	for range 20 {
	m := open(t, dictrack.Options{ManualSweep: true})
	var stop atomic.Bool
	var wg sync.WaitGroup
	var mu sync.Mutex
	ids := map[string]int{}
	m.OnAll(func(e dictrack.Event) { mu.Lock(); ids[e.ID()]++; mu.Unlock() })
	m.SetTemplate("x", dictrack.Count("t", dictrack.Targets(1)))
	for g := range 4 {
		wg.Go(func() {
			for i := 0; !stop.Load(); i++ {
				m.Track(ctx, fmt.Sprint("g", g), map[string]any{})
			}
		})
	}
	for range 200 { m.Flush(ctx, dictrack.FlushEverything) }
	stop.Store(true)
	wg.Wait()
	bad := 0
	for _, n := range ids { if n > 1 { bad++ } }
	fmt.Println(len(ids), bad)
	m.Close(ctx)
	}
}

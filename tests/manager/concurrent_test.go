package manager_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/record"
)

// TestConcurrentCalls loses and duplicates nothing, although no message has an id.
func TestConcurrentCalls(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		const callers, each, groups = 8, 60, 4
		for g := range groups {
			f.MustAdd(fmt.Sprint("g", g), managertest.Count("count", 1_000_000), dictrack.Sum("sum", "n", dictrack.Targets(1_000_000)))
		}
		var all sync.WaitGroup
		for caller := range callers {
			all.Go(func() {
				for n := range each {
					g := fmt.Sprint("g", (n+caller)%groups)
					switch n % 3 {
					case 0:
						_, err := f.Track(context.Background(), dictrack.Message{Group: g, Data: managertest.Object{"n": n}})
						reportError(t, err)
					case 1:
						_, err := f.Track(context.Background(), dictrack.Message{Group: g, JSON: fmt.Appendf(nil, `{"n":%d}`, n)})
						reportError(t, err)
					default:
						outs := f.TrackBatch(context.Background(), []dictrack.Message{{Group: g, Data: managertest.Object{"n": n}}, {Group: "other"}})
						reportError(t, outs[0].Err)
					}
					_, err := f.ListAll(context.Background(), g)
					reportError(t, err)
				}
			})
		}
		all.Wait()
		for g := range groups {
			f.ExpectProgress(fmt.Sprint("g", g), "count", fmt.Sprint(callers*each/groups, "/1000000"))
		}
		sum := 0
		for g := range groups {
			snap, err := f.Get(t.Context(), fmt.Sprint("g", g), "sum")
			reportError(t, err)
			n, _ := snap.Progress.Int64()
			sum += int(n)
		}
		if want := callers * each * (each - 1) / 2; sum != want {
			t.Errorf("the sums add up to %d, want %d", sum, want)
		}
	})
}

func reportError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// slowStore returns a store whose commits take up to 0.4 ms, so that contexts end while one is in progress.
func slowStore() *faultstore.Store {
	d := faultstore.New()
	d.BeforeCommit.Set(func([]*record.Change) error {
		time.Sleep(time.Duration(rand.IntN(400)) * time.Microsecond)
		return nil
	})
	return d
}

// shortContext returns a context that ends within 0.6 ms.
func shortContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), time.Duration(rand.IntN(600))*time.Microsecond)
}

// TestCallerReusesData changes data and JSON as soon as a call has returned, also by an error. The race detector
// reports it when the Manager still reads them.
func TestCallerReusesData(t *testing.T) {
	f := managertest.New(t, slowStore())
	f.MustAdd("g", dictrack.Sum("a", "n", dictrack.Targets(1_000_000)))
	var minCalls, maxCalls atomic.Int64
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			data, text := managertest.Object{}, make([]byte, 0, 64)
			for n := range 80 {
				data["n"] = 1
				text = append(text[:0], `{"n":1}`...)
				ctx, cancel := shortContext()
				var err error
				if n%2 == 0 {
					_, err = f.Track(ctx, dictrack.Message{Group: "g", Data: data})
				} else {
					_, err = f.Track(ctx, dictrack.Message{Group: "g", JSON: text})
				}
				data["n"] = 1000
				copy(text, `{"n":9}`)
				cancel()
				countOutcome(&minCalls, &maxCalls, err)
			}
		})
	}
	all.Wait()
	f.MustReopen()
	snap, err := f.Get(t.Context(), "g", "a")
	reportError(t, err)
	if n, _ := snap.Progress.Int64(); n < minCalls.Load() || n > maxCalls.Load() {
		t.Errorf("%d of %d to %d calls were counted", n, minCalls.Load(), maxCalls.Load())
	}
}

// countOutcome counts a call in the bounds of how many messages were applied: in both, or only in the upper one when
// the outcome is unknown.
func countOutcome(minCalls, maxCalls *atomic.Int64, err error) {
	switch {
	case err == nil:
		minCalls.Add(1)
		maxCalls.Add(1)
	case errors.Is(err, dictrack.ErrUnknown):
		maxCalls.Add(1)
	}
}

// TestResultsBelongToTheirCalls cancels calls whose Tasks are still in use: no other call may get their Task
// and result meanwhile.
func TestResultsBelongToTheirCalls(t *testing.T) {
	f := managertest.New(t, slowStore())
	const groups = 5
	for g := range groups {
		f.MustAdd(fmt.Sprint("g", g), dictrack.Sum(fmt.Sprint("t", g), "n", dictrack.Targets(1_000_000)))
	}
	var all sync.WaitGroup
	for caller := range 8 {
		all.Go(func() {
			for n := range 60 {
				g := (caller + n) % groups
				ctx, cancel := shortContext()
				if n%3 == 0 {
					cancel()
					ctx, cancel = context.WithCancel(context.Background())
				}
				id := fmt.Sprint(caller, ":", n)
				for try := 0; ; try++ {
					res, err := f.Track(ctx, dictrack.Message{Group: fmt.Sprint("g", g), Data: managertest.Object{"n": 1}, ID: id})
					if err == nil {
						expectResult(t, g, try, res)
						break
					}
					if !errors.Is(err, dictrack.ErrUnknown) && !errors.Is(err, context.DeadlineExceeded) {
						t.Error(err)
						break
					}
					cancel()
					ctx, cancel = context.WithCancel(context.Background())
				}
				cancel()
			}
		})
	}
	all.Wait()
	for g := range groups {
		f.ExpectProgress(fmt.Sprint("g", g), fmt.Sprint("t", g), fmt.Sprint(8*60/groups, "/1000000"))
	}
}

func expectResult(t *testing.T, g, try int, res *dictrack.Result) {
	t.Helper()
	changed := managertest.TrackerNames(res.Changed())
	switch {
	case res.Group != fmt.Sprint("g", g):
		t.Errorf("a call on g%d got the result of %s", g, res.Group)
	case res.Duplicate && try == 0:
		t.Errorf("the first call on g%d was called a duplicate", g)
	case !res.Duplicate && (len(changed) != 1 || changed[0] != fmt.Sprint("t", g)):
		t.Errorf("a call on g%d changed %q", g, changed)
	}
}

// TestCloseDuringCalls checks that what was acknowledged is stored, and that later calls fail.
func TestCloseDuringCalls(t *testing.T) {
	for range 5 {
		f := managertest.New(t, slowStore())
		f.MustAdd("g", managertest.Count("a", 1_000_000))
		events := f.CollectEvents()
		var minCalls, maxCalls atomic.Int64
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				for {
					_, err := f.Track(context.Background(), dictrack.Message{Group: "g", Data: map[string]any{}})
					if errors.Is(err, dictrack.ErrClosed) {
						return
					}
					reportError(t, err)
					countOutcome(&minCalls, &maxCalls, err)
				}
			})
		}
		time.Sleep(5 * time.Millisecond)
		f.MustClose()
		all.Wait()
		f.MustOpen()
		f.ExpectProgress("g", "a", fmt.Sprint(minCalls.Load(), "/1000000"))
		f.MustClose()
		if len(events()) != 0 {
			t.Error("events of calls that emit none")
		}
	}
}

// TestCloseTimesOut closes while a commit hangs: Close returns the context's error, and no goroutine is left.
func TestCloseTimesOut(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", managertest.Count("a", 1, 9))
	events := f.CollectEvents()
	started, release := make(chan struct{}), make(chan struct{})
	f.Store.BeforeCommit.Set(func([]*record.Change) error {
		close(started)
		<-release
		return nil
	})
	var caller sync.WaitGroup
	caller.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
		defer cancel()
		if _, err := f.Track(ctx, dictrack.Message{Group: "g", Data: map[string]any{}}); !errors.Is(err, dictrack.ErrUnknown) {
			t.Errorf("Track: %v", err)
		}
	})
	<-started
	caller.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	if err := f.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Close: %v, want the context's error", err)
	}
	close(release)
	time.Sleep(10 * time.Millisecond)
	f.Store.BeforeCommit.Clear()
	f.MustOpen()
	if got := f.Progress("g", "a"); got != "1/9" && got != "0/1" {
		t.Errorf("afterwards the progress is %s", got)
	}
	_ = events()
}

package dictrack_test

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
	"github.com/dictrack/dictrack/record"
)

// TestManyGoroutines lose and double nothing, without any id.
func TestManyGoroutines(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		const callers, each, groups = 8, 60, 4
		for g := range groups {
			f.add(fmt.Sprint("g", g), count("count", 1_000_000), dictrack.Sum("sum", "n", dictrack.Targets(1_000_000)))
		}
		var all sync.WaitGroup
		for caller := range callers {
			all.Go(func() {
				for n := range each {
					g := fmt.Sprint("g", (n+caller)%groups)
					switch n % 3 {
					case 0:
						_, err := f.Track(context.Background(), dictrack.Message{Group: g, Data: object{"n": n}})
						report(t, err)
					case 1:
						_, err := f.Track(context.Background(), dictrack.Message{Group: g, JSON: fmt.Appendf(nil, `{"n":%d}`, n)})
						report(t, err)
					default:
						outs := f.TrackBatch(context.Background(), []dictrack.Message{{Group: g, Data: object{"n": n}}, {Group: "other"}})
						report(t, outs[0].Err)
					}
					_, err := f.ListAll(context.Background(), g)
					report(t, err)
				}
			})
		}
		all.Wait()
		for g := range groups {
			f.expect(fmt.Sprint("g", g), "count", fmt.Sprint(callers*each/groups, "/1000000"))
		}
		sum := 0
		for g := range groups {
			snap, err := f.Get(t.Context(), fmt.Sprint("g", g), "sum")
			report(t, err)
			n, _ := snap.Progress.Int64()
			sum += int(n)
		}
		if want := callers * each * (each - 1) / 2; sum != want {
			t.Errorf("the sums add up to %d, want %d", sum, want)
		}
	})
}

func report(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// slowDisk makes commits slow enough for callers to lose patience in the middle.
func slowDisk() *faultstore.Store {
	d := faultstore.New()
	d.BeforeCommit.Set(func([]*record.Change) error {
		time.Sleep(time.Duration(rand.IntN(400)) * time.Microsecond)
		return nil
	})
	return d
}

// hasty is a context that ends soon.
func hasty() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), time.Duration(rand.IntN(600))*time.Microsecond)
}

// TestDataIsTheCallersAgain when a call has returned, however it did. The race detector tells when it is
// read later.
func TestDataIsTheCallersAgain(t *testing.T) {
	f := open(t, slowDisk())
	f.add("g", dictrack.Sum("a", "n", dictrack.Targets(1_000_000)))
	var least, most atomic.Int64
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			data, text := object{}, make([]byte, 0, 64)
			for n := range 80 {
				data["n"] = 1
				text = append(text[:0], `{"n":1}`...)
				ctx, cancel := hasty()
				var err error
				if n%2 == 0 {
					_, err = f.Track(ctx, dictrack.Message{Group: "g", Data: data})
				} else {
					_, err = f.Track(ctx, dictrack.Message{Group: "g", JSON: text})
				}
				data["n"] = 1000
				copy(text, `{"n":9}`)
				cancel()
				tally(&least, &most, err)
			}
		})
	}
	all.Wait()
	f.reopen()
	snap, err := f.Get(t.Context(), "g", "a")
	report(t, err)
	if n, _ := snap.Progress.Int64(); n < least.Load() || n > most.Load() {
		t.Errorf("%d of %d to %d calls were counted", n, least.Load(), most.Load())
	}
}

// tally counts a call by what is known of it.
func tally(least, most *atomic.Int64, err error) {
	switch {
	case err == nil:
		least.Add(1)
		most.Add(1)
	case errors.Is(err, dictrack.ErrUnknown):
		most.Add(1)
	}
}

// TestAnswersAreTheCallers among calls that are left, whose Tasks must not be used for others meanwhile.
func TestAnswersAreTheCallers(t *testing.T) {
	f := open(t, slowDisk())
	const groups = 5
	for g := range groups {
		f.add(fmt.Sprint("g", g), dictrack.Sum(fmt.Sprint("t", g), "n", dictrack.Targets(1_000_000)))
	}
	var all sync.WaitGroup
	for caller := range 8 {
		all.Go(func() {
			for n := range 60 {
				g := (caller + n) % groups
				ctx, cancel := hasty()
				if n%3 == 0 {
					cancel()
					ctx, cancel = context.WithCancel(context.Background())
				}
				id := fmt.Sprint(caller, ":", n)
				for try := 0; ; try++ {
					res, err := f.Track(ctx, dictrack.Message{Group: fmt.Sprint("g", g), Data: object{"n": 1}, ID: id})
					if err == nil {
						expectAnswer(t, g, try, res)
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
		f.expect(fmt.Sprint("g", g), fmt.Sprint("t", g), fmt.Sprint(8*60/groups, "/1000000"))
	}
}

func expectAnswer(t *testing.T, g, try int, res *dictrack.Result) {
	t.Helper()
	changed := names(res.Changed())
	switch {
	case res.Group != fmt.Sprint("g", g):
		t.Errorf("a call on g%d got the answer of %s", g, res.Group)
	case res.Duplicate && try == 0:
		t.Errorf("the first call on g%d was called a duplicate", g)
	case !res.Duplicate && (len(changed) != 1 || changed[0] != fmt.Sprint("t", g)):
		t.Errorf("a call on g%d changed %q", g, changed)
	}
}

// TestCloseUnderWay keeps what was acknowledged, and refuses the rest.
func TestCloseUnderWay(t *testing.T) {
	for range 5 {
		f := open(t, slowDisk())
		f.add("g", count("a", 1_000_000))
		heard := f.hear()
		var least, most atomic.Int64
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				for {
					_, err := f.Track(context.Background(), dictrack.Message{Group: "g", Data: map[string]any{}})
					if errors.Is(err, dictrack.ErrClosed) {
						return
					}
					report(t, err)
					tally(&least, &most, err)
				}
			})
		}
		time.Sleep(5 * time.Millisecond)
		f.close()
		all.Wait()
		f.open()
		f.expect("g", "a", fmt.Sprint(least.Load(), "/1000000"))
		f.close()
		if len(heard()) != 0 {
			t.Error("events of calls that cause none")
		}
	}
}

// TestCloseGivesUp while a commit hangs, with the context's error, and leaves nothing running.
func TestCloseGivesUp(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", count("a", 1, 9))
	heard := f.hear()
	came, release := make(chan struct{}), make(chan struct{})
	f.store.BeforeCommit.Set(func([]*record.Change) error {
		close(came)
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
	<-came
	caller.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	if err := f.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Close: %v, want the context's error", err)
	}
	close(release)
	time.Sleep(10 * time.Millisecond)
	f.store.BeforeCommit.Clear()
	f.open()
	if got := f.progress("g", "a"); got != "1/9" && got != "0/1" {
		t.Errorf("afterwards it is at %s", got)
	}
	_ = heard()
}

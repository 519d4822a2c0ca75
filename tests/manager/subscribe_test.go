package manager_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
)

// TestSubscribeByKind delivers the events of the kinds asked for, in order, until the subscription is cancelled.
func TestSubscribeByKind(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		var done, all []string
		cancelDone, err := f.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventAllCompleted}, Handler: func(_ context.Context, e dictrack.Event) error {
			done = append(done, managertest.EventLine(&e))
			return nil
		}})
		cancelAll, err2 := f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error {
			all = append(all, managertest.EventLine(&e))
			return nil
		}})
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		f.MustAdd("g", managertest.Count("a", 1), managertest.Count("b", 1, 2))
		f.MustTrack("g", nil)
		managertest.ExpectLines(t, done, "ALL_COMPLETED a 1")
		managertest.ExpectLines(t, all, "ADDED a 0", "ADDED b 0", "ALL_COMPLETED a 1", "STAGE_COMPLETED b 1", "RESET b 1")
		cancelAll()
		cancelAll()
		f.MustTrack("g", nil)
		managertest.ExpectLines(t, done, "ALL_COMPLETED a 1", "ALL_COMPLETED b 2")
		cancelDone()
		f.MustAdd("g", managertest.Count("c", 1))
		f.MustTrack("g", nil)
		if len(done) != 2 || len(all) != 5 {
			t.Errorf("received %q and %q after cancelling", done, all)
		}
	})
}

// TestEventsFollowTheCommit checks that a handler reads the state of its event, which is stored already.
func TestEventsFollowTheCommit(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	calls := 0
	_, _ = f.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventStageCompleted}, Handler: func(_ context.Context, e dictrack.Event) error {
		calls++
		snap, err := f.Get(context.Background(), "g", "a")
		if err != nil || snap.Stage != 2 {
			t.Errorf("the handler reads %+v, %v; want stage 2", snap, err)
		}
		stored, err := f.Store.Data.Load(context.Background(), "g")
		if err != nil || stored.Version != e.Version {
			t.Errorf("version %d is stored, %v; want %d", stored.Version, err, e.Version)
		}
		return nil
	}})
	f.MustAdd("g", managertest.Count("a", 1, 9))
	f.MustTrack("g", nil)
	if calls != 1 {
		t.Errorf("the handler was called %d times", calls)
	}
}

// TestNoEventsOfFailedCalls delivers no events of commits that failed and of calls that were refused.
func TestNoEventsOfFailedCalls(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", managertest.Count("a", 1, 2, 3))
	events := f.CollectEvents()
	f.Store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	f.Store.AfterCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	for range 2 {
		if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}}); !errors.Is(err, dictrack.ErrUnknown) {
			t.Errorf("Track: %v", err)
		}
	}
	_ = f.Add(t.Context(), "g", managertest.Count("b", 1), managertest.Count("a", 1))
	managertest.ExpectLines(t, events())
}

// TestHandlerCallsTheManager tracks, adds and subscribes in a handler.
func TestHandlerCallsTheManager(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		var received []string
		_, _ = f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error {
			received = append(received, managertest.EventLine(&e))
			if e.Kind == dictrack.EventStageCompleted && e.Tracker.Stage < 3 {
				if _, err := f.Track(context.Background(), dictrack.Message{Group: "g", Data: map[string]any{}}); err != nil {
					t.Error(err)
				}
			}
			if e.Kind == dictrack.EventAllCompleted {
				_, _ = f.Subscribe(dictrack.Subscription{Handler: func(context.Context, dictrack.Event) error { return nil }})
				if err := f.Add(context.Background(), "h", managertest.Count("b", 1)); err != nil {
					t.Error(err)
				}
			}
			return nil
		}})
		f.MustAdd("g", managertest.Count("a", 1, 2, 3))
		f.MustTrack("g", nil)
		f.ExpectProgress("g", "a", "gone")
		managertest.ExpectLines(t, received, "ADDED a 0", "STAGE_COMPLETED a 1", "RESET a 1", "STAGE_COMPLETED a 2", "RESET a 2",
			"ALL_COMPLETED a 3", "ADDED b 0")
	})
}

// TestHandlerPanics logs the panic with the event, and other handlers still run.
func TestHandlerPanics(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		_, _ = f.Subscribe(dictrack.Subscription{Handler: func(context.Context, dictrack.Event) error { panic("oh no") }})
		events := f.CollectEvents()
		f.MustAdd("g", managertest.Count("a", 1))
		f.MustTrack("g", nil)
		managertest.ExpectLines(t, events(), "ADDED a 0", "ALL_COMPLETED a 1")
		for _, want := range []string{"oh no", "ALL_COMPLETED", "g:2:0"} {
			if !strings.Contains(f.Log.String(), want) {
				t.Errorf("the log %q does not have %q", f.Log, want)
			}
		}
	})
}

// TestHandlerEndsItsGoroutine calls runtime.Goexit in a handler, as FailNow of a test does: other handlers receive all
// events, also of later calls, and Close does not wait for the goroutine that is gone.
func TestHandlerEndsItsGoroutine(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		_, _ = f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, _ dictrack.Event) error { runtime.Goexit(); return nil }})
		events := f.CollectEvents()
		for _, call := range []func(){
			func() { f.MustAdd("g", managertest.Count("a", 1, 2)) },
			func() { f.MustTrack("g", nil) },
			func() { f.MustTrack("g", nil) },
		} {
			var caller sync.WaitGroup
			caller.Go(call)
			caller.Wait()
		}
		f.MustClose()
		managertest.ExpectLines(t, events(), "ADDED a 0", "STAGE_COMPLETED a 1", "RESET a 1", "ALL_COMPLETED a 2")
	})
}

// TestEventOrder checks that each group's events are delivered one at a time by version and index, whoever called.
func TestEventOrder(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		const callers, each, groups = 6, 60, 3
		var mu sync.Mutex
		var busy [groups]atomic.Bool
		received := map[string][]string{}
		last := map[string]uint64{}
		for g := range groups {
			f.MustAdd(fmt.Sprint("g", g), dictrack.Count("a", dictrack.Targets(1), dictrack.Loop(), dictrack.Reset(1)))
		}
		_, _ = f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error {
			g := &busy[e.Group[1]-'0']
			if g.Swap(true) {
				t.Errorf("two events of group %s at once", e.Group)
			}
			defer g.Store(false)
			mu.Lock()
			defer mu.Unlock()
			at := e.Version<<16 + uint64(e.Index)
			if at <= last[e.Group] {
				t.Errorf("event %s came after %d", e.ID(), last[e.Group])
			}
			last[e.Group] = at
			received[e.Group] = append(received[e.Group], e.ID())
			return nil
		}})
		var all sync.WaitGroup
		for range callers {
			all.Go(func() {
				for n := range each {
					if _, err := f.Track(context.Background(), dictrack.Message{Group: fmt.Sprint("g", n%groups), Data: map[string]any{}}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		f.MustClose() // delivers what is pending
		for g, ids := range received {
			if len(ids) != 2*callers*each/groups {
				t.Errorf("%d events of group %s, want a stage and a reset for each call", len(ids), g)
			}
		}
	})
}

// TestSlowHandlerDelaysOneGroup blocks the handler on one group: events of other groups are delivered.
func TestSlowHandlerDelaysOneGroup(t *testing.T) {
	f := managertest.New(t, nil)
	blocked, release := make(chan struct{}), make(chan struct{})
	var delivered sync.Map
	_, _ = f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error {
		if e.Group == "slow" {
			close(blocked)
			<-release
		}
		delivered.Store(e.Group, true)
		return nil
	}})
	var slow sync.WaitGroup
	slow.Go(func() { f.MustAdd("slow", managertest.Count("a", 1)) })
	<-blocked
	for n := range 300 {
		g := fmt.Sprint("g", n)
		f.MustAdd(g, managertest.Count("a", 1))
		if _, ok := delivered.Load(g); !ok {
			t.Errorf("no event of group %s was delivered while the handler is busy with another", g)
			break
		}
	}
	close(release)
	slow.Wait()
}

// TestEventsAfterCancelledCall delivers events although the caller's context ended before the commit was done.
func TestEventsAfterCancelledCall(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", managertest.Count("a", 1, 2))
	events := f.CollectEvents()
	started, release := make(chan struct{}), make(chan struct{})
	f.Store.BeforeCommit.Set(func([]*record.Change) error {
		close(started)
		<-release
		return nil
	})
	ctx, cancel := context.WithCancel(context.Background())
	var caller sync.WaitGroup
	caller.Go(func() {
		if _, err := f.Track(ctx, dictrack.Message{Group: "g", Data: map[string]any{}}); !errors.Is(err, dictrack.ErrUnknown) || !errors.Is(err, context.Canceled) {
			t.Errorf("Track: %v, want ErrUnknown and the context's error", err)
		}
	})
	<-started
	cancel()
	caller.Wait()
	close(release)
	var got []string
	for begun := time.Now(); len(got) < 2 && time.Since(begun) < 10*time.Second; time.Sleep(time.Millisecond) {
		got = append(got, events()...)
	}
	managertest.ExpectLines(t, got, "STAGE_COMPLETED a 1", "RESET a 1")
}

// TestCloseDeliversAll checks that Close waits for running calls and their handlers.
func TestCloseDeliversAll(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 1))
		entered, done := make(chan struct{}), atomic.Bool{}
		_, _ = f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, _ dictrack.Event) error {
			close(entered)
			time.Sleep(20 * time.Millisecond)
			done.Store(true)
			return nil
		}})
		var caller sync.WaitGroup
		caller.Go(func() { f.MustTrack("g", nil) })
		<-entered
		f.MustClose()
		if !done.Load() {
			t.Error("Close returned while a handler was running")
		}
		caller.Wait()
	})
}

// TestEventJSON compares the fields and the JSON form of events.
func TestEventJSON(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", dictrack.Sum("a", "n", dictrack.Targets(0.3), dictrack.Loop(), dictrack.Carry(), dictrack.Limiters(limiter.Count(2))))
	var events []dictrack.Event
	_, _ = f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error { events = append(events, e); return nil }})
	f.MustTrack("g", managertest.Object{"n": 0.7})
	if len(events) != 2 {
		t.Fatalf("events %+v", events)
	}
	text, err := json.Marshal(events[0])
	want := `{"event":"STAGE_COMPLETED","group":"g","tracker":"a","stage":1,"cycle":1,"target":0.3,"progress":0.7,` +
		`"completed":false,"limited":false,"cycles":2,"time":"2026-01-31T12:00:00Z","id":"g:2:0"}`
	if err != nil || string(text) != want {
		t.Errorf("got  %s, %v\nwant %s", text, err, want)
	}
	e := events[1]
	if e.Kind != dictrack.EventReset || e.Index != 1 || e.Version != 2 || e.Timer || fmt.Sprint(e.Tracker.Progress) != "0.1" {
		t.Errorf("the second event: %+v", e)
	}
}

package dictrack_test

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
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
)

// TestListenersByKind hear theirs, in order, and no more when they are off.
func TestListenersByKind(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		var done, all []string
		offDone, err := f.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventAllCompleted}, Handler: func(_ context.Context, e dictrack.Event) error { done = append(done, line(&e)); return nil }})
		offAll, err2 := f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error { all = append(all, line(&e)); return nil }})
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		f.add("g", count("a", 1), count("b", 1, 2))
		f.track("g", nil)
		expectLines(t, done, "ALL_COMPLETED a 1")
		expectLines(t, all, "ADDED a 0", "ADDED b 0", "ALL_COMPLETED a 1", "STAGE_COMPLETED b 1", "RESET b 1")
		offAll()
		offAll()
		f.track("g", nil)
		expectLines(t, done, "ALL_COMPLETED a 1", "ALL_COMPLETED b 2")
		offDone()
		f.add("g", count("c", 1))
		f.track("g", nil)
		if len(done) != 2 || len(all) != 5 {
			t.Errorf("heard %q and %q after off", done, all)
		}
	})
}

// TestListenersAreToldAfterTheCommit see the state that the events speak of.
func TestListenersAreToldAfterTheCommit(t *testing.T) {
	f := open(t, faultstore.New())
	heard := 0
	_, _ = f.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventStageCompleted}, Handler: func(_ context.Context, e dictrack.Event) error {
		heard++
		snap, err := f.Get(context.Background(), "g", "a")
		if err != nil || snap.Stage != 2 {
			t.Errorf("the listener sees %+v, %v; want stage 2", snap, err)
		}
		kept, err := f.store.Data.Load(context.Background(), "g")
		if err != nil || kept.Version != e.Version {
			t.Errorf("version %d is kept, %v; want %d", kept.Version, err, e.Version)
		}
		return nil
	}})
	f.add("g", count("a", 1, 9))
	f.track("g", nil)
	if heard != 1 {
		t.Errorf("the listener was called %d times", heard)
	}
}

// TestListenersHearNothingOfWhatFailed neither of commits that failed nor of calls that were refused.
func TestListenersHearNothingOfWhatFailed(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", count("a", 1, 2, 3))
	heard := f.hear()
	f.store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	f.store.AfterCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	for range 2 {
		if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}}); !errors.Is(err, dictrack.ErrUnknown) {
			t.Errorf("Track: %v", err)
		}
	}
	_ = f.Add(t.Context(), "g", count("b", 1), count("a", 1))
	expectLines(t, heard())
}

// TestListenerUsesTheManager tracks, adds and listens from within.
func TestListenerUsesTheManager(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		var told []string
		_, _ = f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error {
			told = append(told, line(&e))
			if e.Kind == dictrack.EventStageCompleted && e.Tracker.Stage < 3 {
				if _, err := f.Track(context.Background(), dictrack.Message{Group: "g", Data: map[string]any{}}); err != nil {
					t.Error(err)
				}
			}
			if e.Kind == dictrack.EventAllCompleted {
				_, _ = f.Subscribe(dictrack.Subscription{Handler: func(context.Context, dictrack.Event) error { return nil }})
				if err := f.Add(context.Background(), "h", count("b", 1)); err != nil {
					t.Error(err)
				}
			}
			return nil
		}})
		f.add("g", count("a", 1, 2, 3))
		f.track("g", nil)
		f.expect("g", "a", "gone")
		expectLines(t, told, "ADDED a 0", "STAGE_COMPLETED a 1", "RESET a 1", "STAGE_COMPLETED a 2", "RESET a 2",
			"ALL_COMPLETED a 3", "ADDED b 0")
	})
}

// TestListenerPanics is logged with the event, and stops nobody.
func TestListenerPanics(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		_, _ = f.Subscribe(dictrack.Subscription{Handler: func(context.Context, dictrack.Event) error { panic("oh no") }})
		heard := f.hear()
		f.add("g", count("a", 1))
		f.track("g", nil)
		expectLines(t, heard(), "ADDED a 0", "ALL_COMPLETED a 1")
		for _, want := range []string{"oh no", "ALL_COMPLETED", "g:2:0"} {
			if !strings.Contains(f.logged.String(), want) {
				t.Errorf("the log %q does not have %q", f.logged, want)
			}
		}
	})
}

// TestListenerEndsItsGoroutine as FailNow of a test does: all other listeners hear everything, also of later calls, timers
// go on, and Close does not wait for what is gone.
func TestListenerEndsItsGoroutine(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		_, _ = f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, _ dictrack.Event) error { runtime.Goexit(); return nil }})
		heard := f.hear()
		for _, call := range []func(){
			func() { f.add("g", count("a", 1, 2)) },
			func() { f.track("g", nil) },
			func() { f.track("g", nil) },
		} {
			var caller sync.WaitGroup
			caller.Go(call)
			caller.Wait()
		}
		f.close()
		expectLines(t, heard(), "ADDED a 0", "STAGE_COMPLETED a 1", "RESET a 1", "ALL_COMPLETED a 2")
	})
}

// TestListenersInOrder hear each group's events by version and index, whoever called.
func TestListenersInOrder(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		const callers, each, groups = 6, 60, 3
		var mu sync.Mutex
		var busy [groups]atomic.Bool
		told := map[string][]string{}
		place := map[string]uint64{}
		for g := range groups {
			f.add(fmt.Sprint("g", g), dictrack.Count("a", dictrack.Targets(1), dictrack.Loop(), dictrack.Reset(1)))
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
			if at <= place[e.Group] {
				t.Errorf("event %s came after %d", e.ID(), place[e.Group])
			}
			place[e.Group] = at
			told[e.Group] = append(told[e.Group], e.ID())
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
		f.close() // tells what is left
		for g, ids := range told {
			if len(ids) != 2*callers*each/groups {
				t.Errorf("%d events of group %s, want a stage and a reset for each call", len(ids), g)
			}
		}
	})
}

// TestListenerOfOneGroupHoldsUpNoOther blocks on one group while many others are told of.
func TestListenerOfOneGroupHoldsUpNoOther(t *testing.T) {
	f := open(t, nil)
	blocked, release := make(chan struct{}), make(chan struct{})
	var heard sync.Map
	_, _ = f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error {
		if e.Group == "slow" {
			close(blocked)
			<-release
		}
		heard.Store(e.Group, true)
		return nil
	}})
	var slow sync.WaitGroup
	slow.Go(func() { f.add("slow", count("a", 1)) })
	<-blocked
	for n := range 300 {
		g := fmt.Sprint("g", n)
		f.add(g, count("a", 1))
		if _, ok := heard.Load(g); !ok {
			t.Errorf("the listener was not told of group %s, because it is at work on another", g)
			break
		}
	}
	close(release)
	slow.Wait()
}

// TestLateEvents are told although the caller left before the commit was over.
func TestLateEvents(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", count("a", 1, 2))
	heard := f.hear()
	came, release := make(chan struct{}), make(chan struct{})
	f.store.BeforeCommit.Set(func([]*record.Change) error {
		close(came)
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
	<-came
	cancel()
	caller.Wait()
	close(release)
	var got []string
	for begun := time.Now(); len(got) < 2 && time.Since(begun) < 10*time.Second; time.Sleep(time.Millisecond) {
		got = append(got, heard()...)
	}
	expectLines(t, got, "STAGE_COMPLETED a 1", "RESET a 1")
}

// TestCloseTellsAll waits for calls under way and for their listeners.
func TestCloseTellsAll(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", count("a", 1))
		entered, told := make(chan struct{}), atomic.Bool{}
		_, _ = f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, _ dictrack.Event) error {
			close(entered)
			time.Sleep(20 * time.Millisecond)
			told.Store(true)
			return nil
		}})
		var caller sync.WaitGroup
		caller.Go(func() { f.track("g", nil) })
		<-entered
		f.close()
		if !told.Load() {
			t.Error("Close returned while a listener was being told")
		}
		caller.Wait()
	})
}

// TestEventForm is what people and programs get.
func TestEventForm(t *testing.T) {
	f := open(t, nil)
	f.add("g", dictrack.Sum("a", "n", dictrack.Targets(0.3), dictrack.Loop(), dictrack.Carry(), dictrack.Limiters(limiter.Count(2))))
	var events []dictrack.Event
	_, _ = f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error { events = append(events, e); return nil }})
	f.track("g", object{"n": 0.7})
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

package writebehind_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/cachetest"
	"github.com/dictrack/dictrack/cache/memorycache"
	"github.com/dictrack/dictrack/cache/writebehind"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/record"
)

func newBehind() cache.Cache { return writebehind.New(writebehind.Options{}) }

func BenchmarkCache(b *testing.B) {
	cachetest.Benchmark(b, newBehind, cachetest.Features{GroupCommits: true})
}

func TestOptionsAreValidated(t *testing.T) {
	for want, options := range map[string]writebehind.Options{
		`options.MaxDelay: "-1s" is not allowed: want 0 for 1 second`:  {MaxDelay: -time.Second},
		`options.MaxDelay: "1ns" is not allowed: want 0 for 1 second`:  {MaxDelay: 1},
		"options.MaxPending: -1 is not allowed: want 0 for 10,000":     {MaxPending: -1},
		"options.MaxPending: -7 is not allowed: want 0 for 10,000, or": {MaxDelay: time.Hour, MaxPending: -7},
		"options.MaxGroups: -1 is not allowed":                         {MaxGroups: -1},
		"options.MaxBytes: -1 is not allowed":                          {MaxBytes: -1},
		"needs a store: set one":                                       {},
	} {
		o := dictrack.Options{Cache: writebehind.New(options)}
		if options != (writebehind.Options{}) {
			o.Store = newFaultyStore().Open()
		}
		if _, err := dictrack.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open with %+v: %v, want an error with %q", options, err, want)
		}
	}
}

// A call is over before the store has it, is seen at once, and is written when it is half as old as it may get.
func TestDirtyGroupsAreWrittenInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFaultyStore()
		m := open(t, s, writebehind.Options{MaxDelay: time.Second})
		defer m.mustClose()
		for range 3 {
			m.track("g")
		}
		m.expectCount("g", 3)
		time.Sleep(499 * time.Millisecond)
		s.expectVersion(t, "g", 0)
		m.track("h") // goes along
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		s.expectVersion(t, "g", 3)
		s.expectVersion(t, "h", 1)
		if s.Commits.Load() != 1 {
			t.Errorf("%d commits, want one of both groups", s.Commits.Load())
		}
		m.track("g")
		time.Sleep(501 * time.Millisecond)
		synctest.Wait()
		s.expectVersion(t, "g", 4)
	})
}

// With a store that takes its time, no call is older than the bound before the store has it.
func TestSlowStoreKeepsMaxDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFaultyStore()
		s.BeforeCommit.Set(func([]*record.Change) error {
			time.Sleep(240 * time.Millisecond)
			return nil
		})
		m := open(t, s, writebehind.Options{MaxDelay: time.Second})
		defer m.mustClose()
		const pause = 10 * time.Millisecond
		for n := range uint64(500) {
			m.track([]string{"g", "h"}[n%2])
			time.Sleep(pause)
			completed := (n + 1) / 2 // of group h
			if oldest := uint64(time.Second / pause / 2); completed > oldest && s.version(t, "h") < completed-oldest {
				t.Fatalf("after %d calls the store has %d", completed, s.version(t, "h"))
			}
		}
	})
}

// When the bound is reached, calls that change something wait, and others do not.
func TestCallsWaitAtMaxPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, opened := newFaultyStore(), make(chan struct{})
		s.BeforeCommit.Set(func([]*record.Change) error {
			<-opened
			return nil
		})
		m := open(t, s, writebehind.Options{MaxDelay: time.Hour, MaxPending: 5})
		defer m.mustClose()
		for n := range 5 {
			m.track(fmt.Sprint("g", n%2))
		}
		if err := m.trackWithin(time.Minute, "g0"); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, dictrack.ErrUnknown) {
			t.Errorf("a call beyond the bound: %v, want the context's error and nothing done", err)
		}
		m.expectCount("g0", 3)
		if _, err := m.ListAll(t.Context(), "new"); err != nil {
			t.Errorf("a look beyond the bound: %v", err)
		}
		if err := m.Remove(t.Context(), "g0", "none"); !errors.Is(err, dictrack.ErrNotFound) {
			t.Errorf("a call that changes nothing: %v, want ErrNotFound", err)
		}
		var waiting sync.WaitGroup
		var over atomic.Int64
		for n := range 20 {
			waiting.Go(func() {
				m.track(fmt.Sprint("g", n%3))
				over.Add(1)
			})
		}
		synctest.Wait()
		if over.Load() != 0 {
			t.Errorf("%d calls went beyond the bound", over.Load())
		}
		close(opened)
		waiting.Wait()
		m.mustSync()
		s.expectVersion(t, "g0", 3+7)
		s.expectVersion(t, "g1", 2+7)
		s.expectVersion(t, "g2", 6)
	})
}

// A bound that is in reach makes the writer hurry.
func TestWriterHurriesBeforeMaxPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFaultyStore()
		m := open(t, s, writebehind.Options{MaxDelay: time.Hour, MaxPending: 10})
		defer m.mustClose()
		for range 4 {
			m.track("g")
		}
		synctest.Wait()
		s.expectVersion(t, "g", 0)
		m.track("g")
		synctest.Wait()
		s.expectVersion(t, "g", 5)
	})
}

// A store that is down loses nothing, whether its errors say the truth or hide that it has everything.
func TestStoreFailsAndRecovers(t *testing.T) {
	for name, down := range map[string]func(*faultyStore, func([]*record.Change) error){
		"down":         func(s *faultyStore, fail func([]*record.Change) error) { s.BeforeCommit.Set(fail) },
		"answers lost": func(s *faultyStore, fail func([]*record.Change) error) { s.AfterCommit.Set(fail) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, began := newFaultyStore(), time.Now()
				down(s, func([]*record.Change) error {
					if since := time.Since(began); since > 2*time.Second && since < time.Minute {
						return errDown
					}
					return nil
				})
				m := open(t, s, writebehind.Options{MaxDelay: 100 * time.Millisecond, MaxPending: 200})
				var all sync.WaitGroup
				for n := range 4 {
					all.Go(func() {
						for i := range 200 {
							m.track(fmt.Sprint("g", i%5), fmt.Sprint(n, "-", i))
							time.Sleep(30 * time.Millisecond)
						}
					})
				}
				all.Wait()
				if time.Since(began) > 75*time.Second {
					t.Errorf("it took %v until the store was written again", time.Since(began))
				}
				m.mustClose()
				for n := range 5 {
					s.expectVersion(t, fmt.Sprint("g", n), 160)
					s.expectStored(t, fmt.Sprint("g", n), 160)
				}
				for _, want := range []string{"writing to the store failed, will try again", errDown.Error(), "writing to the store succeeds again"} {
					if !strings.Contains(m.logged.String(), want) {
						t.Errorf("it was not logged: %q", want)
					}
				}
			})
		})
	}
}

// A group that the store does not take holds up no others.
func TestOneGroupThatFailsDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFaultyStore()
		var healed atomic.Bool
		s.BeforeCommit.Set(func(changes []*record.Change) error {
			if !healed.Load() && slices.ContainsFunc(changes, func(c *record.Change) bool { return c.Group == "bad" }) {
				return errDown
			}
			return nil
		})
		m := open(t, s, writebehind.Options{MaxDelay: time.Second})
		defer m.mustClose()
		m.track("bad")
		for round := range 5 {
			for n := range 300 {
				m.track(fmt.Sprint("g", n))
			}
			time.Sleep(3 * time.Second)
			for n := range 300 {
				s.expectVersion(t, fmt.Sprint("g", n), uint64(round+1))
			}
		}
		m.track("bad")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := m.Sync(ctx)
		var unwritten *writebehind.PendingWritesError
		if !errors.As(err, &unwritten) || !slices.Equal(unwritten.Groups, []string{"bad"}) || unwritten.Calls != 2 {
			t.Errorf("Drain: %v, want an PendingWritesError of group bad with 2 calls", err)
		}
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, errDown) {
			t.Errorf("Drain: %v, want the context's error and the store's", err)
		}
		m.expectCount("bad", 2)
		healed.Store(true)
		m.mustSync()
		s.expectVersion(t, "bad", 2)
	})
}

// Many groups are written in few commits, none of them too large.
func TestGroupsShareCommits(t *testing.T) {
	s := newFaultyStore()
	m := open(t, s, writebehind.Options{MaxDelay: time.Hour, MaxPending: 1_000_000})
	defer m.mustClose()
	inputs := make([]dictrack.Message, 3000)
	for i := range inputs {
		inputs[i] = dictrack.Message{Group: fmt.Sprint("g", i), Data: map[string]any{}, ID: "once"}
	}
	for _, out := range m.TrackBatch(t.Context(), append(inputs, inputs...)) {
		if out.Err != nil {
			t.Fatal(out.Err)
		}
	}
	m.mustSync()
	if s.Commits.Load() > 5 || s.LargestCommit() > 1024 {
		t.Errorf("%d commits, the largest of %d groups; want few of at most 1024", s.Commits.Load(), s.LargestCommit())
	}
	for i := range inputs {
		s.expectVersion(t, inputs[i].Group, 1)
	}
}

// What others wrote is not overwritten; whose calls are lost, is told.
func TestConflictingWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFaultyStore()
		m := open(t, s, writebehind.Options{MaxDelay: time.Second, MaxPending: 10})
		defer func() { _ = m.Close(context.Background()) }() // says that calls were lost
		m.track("g")
		m.mustSync()
		other := openWith(t, s, memorycache.New(memorycache.Options{}))
		other.track("g")
		for range 3 { // and one more: fewer than half of the room, at which writing begins at once
			m.track("g")
		}
		m.track("h")
		err := m.Sync(t.Context())
		var lost *writebehind.ConflictingWriterError
		if !errors.As(err, &lost) || lost.Group != "g" || lost.Calls != 3 {
			t.Errorf("Drain: %v, want an ConflictingWriterError of group g with 3 calls", err)
		}
		for what, err := range map[string]error{
			"Track": m.trackWithin(time.Second, "g"), "RemoveAll": m.RemoveAll(t.Context(), "g"), "Drain": m.Sync(t.Context()),
		} {
			if lost = nil; !errors.As(err, &lost) || lost.Group != "g" || lost.Calls != 3 {
				t.Errorf("%s: %v, want the same ConflictingWriterError", what, err)
			}
		}
		if !strings.Contains(m.logged.String(), "level=ERROR") || !strings.Contains(m.logged.String(), "group=g calls=3") {
			t.Errorf("logged %q", m.logged)
		}
		for range 20 { // there is room again
			m.track("h")
		}
		other.expectCount("g", 2)
		other.mustClose()
		s.expectStored(t, "g", 2)
		if err := m.Flush(t.Context(), dictrack.FlushEverything); err != nil {
			t.Errorf("Flush: %v", err)
		}
		m.track("g")
		m.mustSync()
		m.expectCount("g", 1)
	})
}

// What is on its way is what it was when it left, whatever becomes of the group meanwhile.
func TestWriteIsNotAffectedByLaterCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, opened := newFaultyStore(), make(chan struct{})
		s.BeforeCommit.Set(func([]*record.Change) error {
			<-opened
			return nil
		})
		m := open(t, s, writebehind.Options{MaxDelay: time.Second})
		for n := range 200 {
			if err := m.Add(t.Context(), "g", dictrack.Count(fmt.Sprint("t", n), dictrack.Targets(9))); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		err := errors.Join(m.RemoveAll(t.Context(), "g"), m.Add(t.Context(), "g", dictrack.Count("n", dictrack.Targets(9))))
		if err != nil { // and now it is laid out anew, in one place
			t.Fatal(err)
		}
		m.track("g")
		close(opened)
		synctest.Wait()
		s.expectVersion(t, "g", 200)
		other := openWith(t, &faultyStore{&faultstore.Store{Data: s.Data}}, memorycache.New(memorycache.Options{}))
		if snaps, err := other.ListAll(t.Context(), "g"); err != nil || len(snaps) != 200 || snaps[199].Name != "t199" {
			t.Errorf("the store has %d trackers, %v; want the 200 of before", len(snaps), err)
		}
		other.mustClose()
		m.mustClose()
		s.expectStored(t, "g", 1)
	})
}

// Groups and due times that the store does not know are told.
func TestUnwrittenGroupsAreListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, opened := newFaultyStore(), make(chan struct{})
		s.BeforeCommit.Set(func([]*record.Change) error {
			<-opened
			return nil
		})
		m, err := dictrack.Open(t.Context(), dictrack.Options{Store: s.Open(), Cache: newBehind()})
		if err != nil {
			t.Fatal(err)
		}
		var expired []string
		_, _ = m.Subscribe(dictrack.Subscription{
			Kinds: []dictrack.EventKind{dictrack.EventExpired},
			Handler: func(_ context.Context, e dictrack.Event) error {
				expired = append(expired, fmt.Sprint(e.Group, " ", e.Time.Unix()))
				return nil
			},
		})
		var want []string
		began := time.Now()
		for _, minutes := range []int{1, 3, 7} {
			name := fmt.Sprint("g", minutes)
			after := time.Duration(minutes) * time.Minute
			want = append(want, fmt.Sprint(name, " ", began.Add(after).Unix()))
			if err := m.Add(t.Context(), name, dictrack.Count("n", dictrack.Targets(9), dictrack.ExpireAfter(after))); err != nil {
				t.Fatal(err)
			}
		}
		var names []string
		for name, err := range m.Groups(t.Context()) {
			names = append(names, name)
			if err != nil {
				t.Error(err)
			}
		}
		if !slices.Equal(names, []string{"g1", "g3", "g7"}) {
			t.Errorf("groups %q", names)
		}
		time.Sleep(8 * time.Minute)
		synctest.Wait()
		if !slices.Equal(expired, want) {
			t.Errorf("expired %q, want %q", expired, want)
		}
		close(opened)
		if err := m.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

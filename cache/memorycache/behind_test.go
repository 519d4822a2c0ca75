package memorycache_test

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
	"github.com/dictrack/dictrack/group"
)

func newBehind() cache.Cache { return memorycache.NewBehind(memorycache.Behind{}) }

func BenchmarkBehind(b *testing.B) {
	cachetest.Benchmark(b, newBehind, cachetest.Features{Joins: true})
}

func TestBehindIsValidated(t *testing.T) {
	for want, b := range map[string]memorycache.Behind{
		"Behind.Every is -1s, want 0 for a second":        {Every: -time.Second},
		"Behind.Every is 1ns, want 0 for a second":        {Every: 1},
		"Behind.Changes is -1, want 0 for 10,000":         {Changes: -1},
		"there is no store to write to: set a store":      {},
		"Behind.Changes is -7, want 0 for 10,000, or at ": {Every: time.Hour, Changes: -7},
	} {
		o := dictrack.Options{Cache: memorycache.NewBehind(b)}
		if !strings.HasPrefix(want, "there") {
			o.Store = newShop()
		}
		if _, err := dictrack.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open with %+v: %v, want an error with %q", b, err, want)
		}
	}
}

// A call is over before the store has it, is seen at once, and is written when it is half as old as it may get.
func TestBehindWritesInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		d := openBehind(t, s, memorycache.Behind{Every: time.Second})
		defer d.shut()
		for range 3 {
			d.track("g")
		}
		d.expect("g", 3)
		time.Sleep(499 * time.Millisecond)
		s.expect(t, "g", 0)
		d.track("h") // goes along
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		s.expect(t, "g", 3)
		s.expect(t, "h", 1)
		if s.commits != 1 {
			t.Errorf("%d commits, want one of both groups", s.commits)
		}
		d.track("g")
		time.Sleep(501 * time.Millisecond)
		synctest.Wait()
		s.expect(t, "g", 4)
	})
}

// With a store that takes its time, no call is older than the bound before the store has it.
func TestBehindNoCallIsTooOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		s.before = func([]*group.Change) error {
			time.Sleep(240 * time.Millisecond)
			return nil
		}
		d := openBehind(t, s, memorycache.Behind{Every: time.Second})
		defer d.shut()
		const pause = 10 * time.Millisecond
		for n := range uint64(500) {
			d.track([]string{"g", "h"}[n%2])
			time.Sleep(pause)
			settled := (n + 1) / 2 // of group h
			if oldest := uint64(time.Second / pause / 2); settled > oldest && s.version(t, "h") < settled-oldest {
				t.Fatalf("after %d calls the store has %d", settled, s.version(t, "h"))
			}
		}
	})
}

// When the bound is reached, calls that change something wait, and others do not.
func TestBehindIsBoundedByCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, open := newShop(), make(chan struct{})
		s.before = func([]*group.Change) error {
			<-open
			return nil
		}
		d := openBehind(t, s, memorycache.Behind{Every: time.Hour, Changes: 5})
		defer d.shut()
		for n := range 5 {
			d.track(fmt.Sprint("g", n%2))
		}
		if err := d.within(time.Minute, "g0"); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, dictrack.ErrUnknown) {
			t.Errorf("a call beyond the bound: %v, want the context's error and nothing done", err)
		}
		d.expect("g0", 3)
		if _, err := d.ListAll(t.Context(), "new"); err != nil {
			t.Errorf("a look beyond the bound: %v", err)
		}
		if err := d.Remove(t.Context(), "g0", "none"); !errors.Is(err, dictrack.ErrNotFound) {
			t.Errorf("a call that changes nothing: %v, want ErrNotFound", err)
		}
		var waiting sync.WaitGroup
		var over atomic.Int64
		for n := range 20 {
			waiting.Go(func() {
				d.track(fmt.Sprint("g", n%3))
				over.Add(1)
			})
		}
		synctest.Wait()
		if over.Load() != 0 {
			t.Errorf("%d calls went beyond the bound", over.Load())
		}
		close(open)
		waiting.Wait()
		d.drain()
		s.expect(t, "g0", 3+7)
		s.expect(t, "g1", 2+7)
		s.expect(t, "g2", 6)
	})
}

// A bound that is in reach makes the writer hurry.
func TestBehindHurriesBeforeTheBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		d := openBehind(t, s, memorycache.Behind{Every: time.Hour, Changes: 10})
		defer d.shut()
		for range 4 {
			d.track("g")
		}
		synctest.Wait()
		s.expect(t, "g", 0)
		d.track("g")
		synctest.Wait()
		s.expect(t, "g", 5)
	})
}

// A store that is down loses nothing, whether its errors say the truth or hide that it has everything.
func TestBehindStoreDownAndBack(t *testing.T) {
	for name, down := range map[string]func(*shop, func([]*group.Change) error){
		"down":         func(s *shop, fail func([]*group.Change) error) { s.before = fail },
		"answers lost": func(s *shop, fail func([]*group.Change) error) { s.after = fail },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, began := newShop(), time.Now()
				down(s, func([]*group.Change) error {
					if since := time.Since(began); since > 2*time.Second && since < time.Minute {
						return errDown
					}
					return nil
				})
				d := openBehind(t, s, memorycache.Behind{Every: 100 * time.Millisecond, Changes: 200})
				var all sync.WaitGroup
				for n := range 4 {
					all.Go(func() {
						for i := range 200 {
							d.track(fmt.Sprint("g", i%5), fmt.Sprint(n, "-", i))
							time.Sleep(30 * time.Millisecond)
						}
					})
				}
				all.Wait()
				if time.Since(began) > 75*time.Second {
					t.Errorf("it took %v until the store was written again", time.Since(began))
				}
				d.shut()
				for n := range 5 {
					s.expect(t, fmt.Sprint("g", n), 160)
					s.counted(t, fmt.Sprint("g", n), 160)
				}
				for _, want := range []string{"the store was not written, will try again", errDown.Error(), "the store is written again"} {
					if !strings.Contains(d.logged.String(), want) {
						t.Errorf("it was not logged: %q", want)
					}
				}
			})
		})
	}
}

// A group that the store does not take holds up no others.
func TestBehindOneGroupFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		var healed atomic.Bool
		s.before = func(changes []*group.Change) error {
			if !healed.Load() && slices.ContainsFunc(changes, func(c *group.Change) bool { return c.Group == "bad" }) {
				return errDown
			}
			return nil
		}
		d := openBehind(t, s, memorycache.Behind{Every: time.Second})
		defer d.shut()
		d.track("bad")
		for round := range 5 {
			for n := range 300 {
				d.track(fmt.Sprint("g", n))
			}
			time.Sleep(3 * time.Second)
			for n := range 300 {
				s.expect(t, fmt.Sprint("g", n), uint64(round+1))
			}
		}
		d.track("bad")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := d.Sync(ctx)
		var unwritten *memorycache.UnwrittenError
		if !errors.As(err, &unwritten) || !slices.Equal(unwritten.Groups, []string{"bad"}) || unwritten.Calls != 2 {
			t.Errorf("Drain: %v, want an UnwrittenError of group bad with 2 calls", err)
		}
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, errDown) {
			t.Errorf("Drain: %v, want the context's error and the store's", err)
		}
		d.expect("bad", 2)
		healed.Store(true)
		d.drain()
		s.expect(t, "bad", 2)
	})
}

// Many groups are written in few commits, none of them too large.
func TestBehindJoinsGroups(t *testing.T) {
	s := newShop()
	d := openBehind(t, s, memorycache.Behind{Every: time.Hour, Changes: 1_000_000})
	defer d.shut()
	inputs := make([]dictrack.Message, 3000)
	for i := range inputs {
		inputs[i] = dictrack.Message{Group: fmt.Sprint("g", i), Data: map[string]any{}, ID: "once"}
	}
	for _, out := range d.TrackBatch(t.Context(), append(inputs, inputs...)) {
		if out.Err != nil {
			t.Fatal(out.Err)
		}
	}
	d.drain()
	if s.commits > 5 || s.largest > 1024 {
		t.Errorf("%d commits, the largest of %d groups; want few of at most 1024", s.commits, s.largest)
	}
	for i := range inputs {
		s.expect(t, inputs[i].Group, 1)
	}
}

// What others wrote is not overwritten; whose calls are lost, is told.
func TestBehindAnotherWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		d := openBehind(t, s, memorycache.Behind{Every: time.Second, Changes: 10})
		defer func() { _ = d.Close(context.Background()) }() // says that calls were lost
		d.track("g")
		d.drain()
		other := openWith(t, s, memorycache.New())
		other.track("g")
		for range 3 { // and one more: fewer than half of the room, at which writing begins at once
			d.track("g")
		}
		d.track("h")
		err := d.Sync(t.Context())
		var lost *memorycache.OtherWriterError
		if !errors.As(err, &lost) || lost.Group != "g" || lost.Calls != 3 {
			t.Errorf("Drain: %v, want an OtherWriterError of group g with 3 calls", err)
		}
		for what, err := range map[string]error{
			"Track": d.within(time.Second, "g"), "RemoveAll": d.RemoveAll(t.Context(), "g"), "Drain": d.Sync(t.Context()),
		} {
			if lost = nil; !errors.As(err, &lost) || lost.Group != "g" || lost.Calls != 3 {
				t.Errorf("%s: %v, want the same OtherWriterError", what, err)
			}
		}
		if !strings.Contains(d.logged.String(), "level=ERROR") || !strings.Contains(d.logged.String(), "group=g calls=3") {
			t.Errorf("logged %q", d.logged)
		}
		for range 20 { // there is room again
			d.track("h")
		}
		other.expect("g", 2)
		other.shut()
		s.counted(t, "g", 2)
		if err := d.Flush(t.Context(), dictrack.FlushEverything); err != nil {
			t.Errorf("Flush: %v", err)
		}
		d.track("g")
		d.drain()
		d.expect("g", 1)
	})
}

// What is on its way is what it was when it left, whatever becomes of the group meanwhile.
func TestBehindWritesWhatWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, open := newShop(), make(chan struct{})
		s.before = func([]*group.Change) error {
			<-open
			return nil
		}
		d := openBehind(t, s, memorycache.Behind{Every: time.Second})
		for n := range 200 {
			if err := d.Add(t.Context(), "g", dictrack.Count(fmt.Sprint("t", n), dictrack.Targets(9))); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		err := errors.Join(d.RemoveAll(t.Context(), "g"), d.Add(t.Context(), "g", dictrack.Count("n", dictrack.Targets(9))))
		if err != nil { // and now it is laid out anew, in one place
			t.Fatal(err)
		}
		d.track("g")
		close(open)
		synctest.Wait()
		s.expect(t, "g", 200)
		other := openWith(t, &shop{Store: s.Store}, memorycache.New())
		if snaps, err := other.ListAll(t.Context(), "g"); err != nil || len(snaps) != 200 || snaps[199].Name != "t199" {
			t.Errorf("the store has %d trackers, %v; want the 200 of before", len(snaps), err)
		}
		other.shut()
		d.shut()
		s.counted(t, "g", 1)
	})
}

// Groups and due times that the store does not know are told.
func TestBehindTellsWhatIsNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, open := newShop(), make(chan struct{})
		s.before = func([]*group.Change) error {
			<-open
			return nil
		}
		m, err := dictrack.Open(t.Context(), dictrack.Options{Store: s, Cache: newBehind()})
		if err != nil {
			t.Fatal(err)
		}
		var expired []string
		_, _ = m.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventExpired}, Handler: func(_ context.Context, e dictrack.Event) error {
			expired = append(expired, fmt.Sprint(e.Group, " ", e.Time.Unix()))
			return nil
		}})
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
		close(open)
		if err := m.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

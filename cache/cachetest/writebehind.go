package cachetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

func (s *suite) writeBehind(t *testing.T) {
	if !s.features.WriteBehind {
		return
	}
	t.Run("written by Sync", func(t *testing.T) { syncWrites(s.withStore(t)) })
	t.Run("written by Close", func(t *testing.T) { s.closeWrites(t) })
	t.Run("written in the background", func(t *testing.T) { writesByItself(s.withStore(t)) })
	t.Run("many chunks", func(t *testing.T) { writesChunks(s.withStore(t)) })
	t.Run("while calls go on", func(t *testing.T) { writesDuringCalls(s.withStore(t)) })
	t.Run("a store that is down", func(t *testing.T) { storeFailsAndRecovers(s.withStore(t)) })
	t.Run("Sync gives up", func(t *testing.T) { syncGivesUp(s.withStore(t)) })
	t.Run("Close gives up", func(t *testing.T) { s.closeGivesUpWriting(t) })
	t.Run("a commit with a lost reply", func(t *testing.T) { lostReply(s.withStore(t)) })
	t.Run("a conflict with its own lost commit", func(t *testing.T) { falseConflict(s.withStore(t)) })
	if s.features.Backing == nil { // the versions of others cannot be bent
		t.Run("another writer of the store", func(t *testing.T) { conflictingWriter(s.withStore(t)) })
	}
	t.Run("unwritten groups are listed", func(t *testing.T) { unwrittenGroupsAreListed(s.withStore(t)) })
	if s.features.MemoryOnly {
		t.Run("due groups without a store", func(t *testing.T) { dueWithoutStore(s.withoutStore(t)) })
		t.Run("nothing to write", func(t *testing.T) {
			e := s.withoutStore(t)
			e.update(e.add("g", 1))
			e.expectSync(context.Background())
		})
	}
}

// expectSync syncs the cache, with or without a store.
func (e *env) expectSync(ctx context.Context) {
	e.Helper()
	if err := e.cache.(cache.WriteBehind).Sync(ctx); err != nil {
		e.Errorf("Sync: %v", err)
	}
}

// expectStoredID checks what the disk remembers of a call's id.
func (e *env) expectStoredID(c *testTask) {
	e.Helper()
	seen, ok, err := e.store.FindMessageID(context.Background(), c.name, c.id)
	if err != nil || !ok || seen != *seenOf(c) {
		e.Errorf("the disk remembers %+v of id %q (%v, %v), want %+v", seen, c.id, ok, err, *seenOf(c))
	}
}

func syncWrites(e *env) {
	one, other := e.addWithID("g", "a", 5), e.addWithID("h", "b", 7)
	e.update(one, e.add("g", 10), other)
	e.sync()
	e.store.expectTotal(e, "g", 15)
	e.store.expectTotal(e, "h", 7)
	e.expectStoredID(one)
	e.expectStoredID(other)
	again := e.addWithID("g", "a", 5)
	e.update(again, e.add("g", 100))
	e.expectSeen(again, seenOf(one))
	e.store.expectTotal(e, "g", 15) // more than a moment is none for the store
	e.sync()
	e.store.expectTotal(e, "g", 115)
}

func (s *suite) closeWrites(t *testing.T) {
	e := s.withStore(t)
	first := e.addWithID("g", "a", 5)
	e.update(first, e.add("h", 1))
	e.close()
	e.store.expectTotal(e, "g", 5)
	e.store.expectTotal(e, "h", 1)
	e.expectStoredID(first)
	e.cache = s.open()
	start(t, e.cache, e.store)
	e.update(e.add("g", 1))
	e.expectTotal("g", 6)
}

// eventually waits for something that happens by and by.
func (e *env) eventually(what string, happened func() bool) {
	e.Helper()
	for end := time.Now().Add(testTimeout); !happened(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			e.Fatalf("%s: not within %v", what, testTimeout)
		}
	}
}

// storedTotal is what the disk has of a group.
func (e *env) storedTotal(name string) int64 {
	g, err := e.store.Load(context.Background(), name)
	if err != nil {
		return -1
	}
	return sum(g)
}

func writesByItself(e *env) {
	for n := range int64(3) {
		e.update(e.add("g", 1))
		e.eventually("the disk has what was called", func() bool { return e.storedTotal("g") == n+1 })
	}
}

// writesChunks changes one tracker of many, removes some, and takes chunks away.
func writesChunks(e *env) {
	const trackers = 2*record.ChunkSize + 10
	names := func(from, to int) (all []string) {
		for i := range to - from {
			all = append(all, fmt.Sprint("t", from+i))
		}
		return all
	}
	do := func(what func(g *group.Group) error) {
		e.Helper()
		e.update(e.read("g", func(g *group.Group) {
			if err := what(g); err != nil {
				e.Errorf("change: %v", err)
			}
		}))
	}
	add := func(g *group.Group) error {
		for i := range trackers {
			if _, err := g.Add(definitions(i), 0); err != nil {
				return err
			}
		}
		return nil
	}
	move := func(name string) func(g *group.Group) error {
		return func(g *group.Group) error {
			_, err := g.Edit(name, 0, func(d *tracker.Definition, s tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error) {
				s.Progress = decimal.FromInt(9)
				return d, s, nil, nil
			})
			return err
		}
	}
	do(add)
	e.expectStoredAsCached()
	do(move("t200"))
	e.expectStoredAsCached()
	do(move("t5"))
	do(move("t201"))
	e.expectStoredAsCached()
	do(func(g *group.Group) error {
		_, err := g.Remove(names(10, trackers), 0)
		return err
	})
	e.expectStoredAsCached()
	do(func(g *group.Group) error { // laid out anew, in one chunk
		_, err := g.Add([]*tracker.Definition{define("last")}, 0)
		return err
	})
	e.expectStoredAsCached()
}

// expectStoredAsCached syncs the cache and compares its group g with the stored one.
func (e *env) expectStoredAsCached() {
	e.Helper()
	e.sync()
	describe := func(g *group.Group) string {
		snaps, err := g.Snapshots()
		if err != nil {
			return err.Error()
		}
		lines := make([]string, len(snaps))
		for i, s := range snaps {
			lines[i] = fmt.Sprint(s.Name, "=", s.Progress)
		}
		return fmt.Sprint(g.Version(), lines)
	}
	var here string
	e.update(e.read("g", func(g *group.Group) { here = describe(g) }))
	there, err := e.store.Load(context.Background(), "g")
	if err != nil {
		e.Fatalf("load: %v", err)
	}
	if got := describe(there); got != here {
		e.Errorf("the disk has %.200s, want %.200s", got, here)
	}
}

// writesDuringCalls syncs again and again while many call: stored versions never decrease, and in the end all is stored.
func writesDuringCalls(e *env) {
	last := map[string]uint64{}
	var mu sync.Mutex
	e.store.beforeCommit.set(func(changes []*record.Change) error {
		mu.Lock()
		defer mu.Unlock()
		for _, c := range changes {
			if c.Version <= c.Base || c.Version <= last[c.Group] {
				e.invariants.violation("a change of group %q from version %d to %d, after %d", c.Group, c.Base, c.Version, last[c.Group])
			}
			last[c.Group] = c.Version
		}
		return nil
	})
	const callers, each = 4, 50
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for n := range each {
				e.update(e.addWithID(fmt.Sprint("g", n%3), fmt.Sprint(caller, ":", n), 1), e.add("all", 1))
			}
		})
	}
	over := async(all.Wait)
	for done := false; !done; {
		e.sync()
		select {
		case <-over:
			done = true
		default:
		}
	}
	e.sync()
	e.store.expectTotal(e, "all", callers*each)
	for caller := range callers {
		for n := range each {
			name, id := fmt.Sprint("g", n%3), fmt.Sprint(caller, ":", n)
			if _, ok, _ := e.store.FindMessageID(context.Background(), name, id); !ok {
				e.Errorf("the disk does not remember id %q of group %q", id, name)
			}
		}
	}
}

func storeFailsAndRecovers(e *env) {
	var down atomic.Bool
	e.store.beforeCommit.set(func([]*record.Change) error { return when(down.Load(), errBroken) })
	e.update(e.add("g", 1))
	e.sync()
	down.Store(true)
	for n := range int64(5) {
		e.update(e.addWithID("g", fmt.Sprint("id", n), 1), e.add("h", 1))
		e.expectTotal("h", n+1)
	}
	waiting := async(func() { e.expectSync(context.Background()) })
	time.Sleep(20 * time.Millisecond)
	e.store.expectTotal(e, "g", 1)
	down.Store(false)
	e.await("Sync", waiting)
	e.store.expectTotal(e, "g", 6)
	e.store.expectTotal(e, "h", 5)
}

func syncGivesUp(e *env) {
	e.store.beforeCommit.set(func([]*record.Change) error { return errBroken })
	e.update(e.add("g", 1))
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := e.cache.(cache.WriteBehind).Sync(ctx); !errors.Is(err, context.DeadlineExceeded) {
		e.Errorf("Sync: %v, want the context's error", err)
	}
	e.expectTotal("g", 1)
	e.store.clearFaults()
	e.expectSync(context.Background())
	e.store.expectTotal(e, "g", 1)
}

func (s *suite) closeGivesUpWriting(t *testing.T) {
	e := s.withStore(t)
	e.store.beforeCommit.set(func([]*record.Change) error { return errBroken })
	e.update(e.add("g", 1))
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := e.cache.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Close: %v, want the context's error, since the disk does not have all", err)
	}
}

// lostReply lets the disk keep changes and say that it broke.
func lostReply(e *env) {
	var lost atomic.Int64
	e.store.afterCommit.set(func([]*record.Change) error { return when(lost.Add(1) < 4, errBroken) })
	first := e.addWithID("g", "a", 1)
	e.update(first)
	for range 5 {
		e.update(e.add("g", 1))
		time.Sleep(5 * time.Millisecond)
	}
	e.sync()
	e.store.expectTotal(e, "g", 6)
	e.expectStoredID(first)
}

// falseConflict lets the disk say that changes come too late, when nothing was faster.
func falseConflict(e *env) {
	var times atomic.Int64
	e.store.beforeCommit.set(func(changes []*record.Change) error {
		if times.Add(1) >= 4 {
			return nil
		}
		others := slices.DeleteFunc(slices.Clone(changes), func(c *record.Change) bool { return c.Group == "g" })
		if err := e.store.commit(others); err != nil {
			return err
		}
		return conflict{"g": true}
	})
	e.update(e.add("g", 1), e.add("h", 1))
	e.sync()
	e.store.expectTotal(e, "g", 1)
	e.store.expectTotal(e, "h", 1)
}

// conflictingWriter makes the store newer than the cache in one of two groups: the stored group stays, and Sync reports it.
func conflictingWriter(e *env) {
	e.update(e.add("good", 1), e.add("bad", 1))
	e.sync()
	e.store.mu.Lock()
	e.store.groups["bad"].version = 100
	e.store.mu.Unlock()
	e.update(e.add("good", 1), e.add("bad", 1))
	err := e.cache.(cache.WriteBehind).Sync(context.Background())
	if err == nil || !strings.Contains(err.Error(), `"bad"`) {
		e.Errorf("Sync: %v, want an error that names the group", err)
	}
	e.store.expectTotal(e, "good", 2)
	e.expectTotal("bad", 2)
	e.store.mu.Lock()
	e.store.groups["bad"].version = 1
	e.store.mu.Unlock()
	e.sync()
	e.store.expectTotal(e, "bad", 2)
}

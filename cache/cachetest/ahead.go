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

func (s *suite) ahead(t *testing.T) {
	if !s.features.Ahead {
		return
	}
	t.Run("drained by Drain", func(t *testing.T) { drained(s.kept(t)) })
	t.Run("drained by Close", func(t *testing.T) { s.drainedByClose(t) })
	t.Run("drained by and by", func(t *testing.T) { drainedByItself(s.kept(t)) })
	t.Run("many chunks", func(t *testing.T) { drainedChunks(s.kept(t)) })
	t.Run("while calls go on", func(t *testing.T) { drainedMeanwhile(s.kept(t)) })
	t.Run("a store that is down", func(t *testing.T) { storeDown(s.kept(t)) })
	t.Run("Drain gives up", func(t *testing.T) { drainGivesUp(s.kept(t)) })
	t.Run("Close gives up", func(t *testing.T) { s.closeLeaves(t) })
	t.Run("a lost answer", func(t *testing.T) { lostAnswer(s.kept(t)) })
	t.Run("a conflict that was none", func(t *testing.T) { falseConflict(s.kept(t)) })
	if s.features.Backing == nil { // the versions of others cannot be bent
		t.Run("somebody else wrote", func(t *testing.T) { wroteElsewhere(s.kept(t)) })
	}
	t.Run("what the Backing does not know is told", func(t *testing.T) { toldAhead(s.kept(t)) })
	if s.features.Keeps {
		t.Run("due without a Backing", func(t *testing.T) { dueAhead(s.alone(t)) })
		t.Run("nothing to drain", func(t *testing.T) {
			r := s.alone(t)
			r.update(r.add("g", 1))
			r.expectDrained(context.Background())
		})
	}
}

// expectDrained drains the cache, with or without a Backing.
func (r *rig) expectDrained(ctx context.Context) {
	r.Helper()
	if err := r.cache.(cache.WriteBehind).Sync(ctx); err != nil {
		r.Errorf("Drain: %v", err)
	}
}

// expectKept checks what the disk remembers of a call's id.
func (r *rig) expectKept(c *call) {
	r.Helper()
	seen, ok, err := r.disk.FindMessageID(context.Background(), c.name, c.id)
	if err != nil || !ok || seen != *seenOf(c) {
		r.Errorf("the disk remembers %+v of id %q (%v, %v), want %+v", seen, c.id, ok, err, *seenOf(c))
	}
}

func drained(r *rig) {
	one, other := r.once("g", "a", 5), r.once("h", "b", 7)
	r.update(one, r.add("g", 10), other)
	r.drain()
	r.disk.groupTotal(r, "g", 15)
	r.disk.groupTotal(r, "h", 7)
	r.expectKept(one)
	r.expectKept(other)
	again := r.once("g", "a", 5)
	r.update(again, r.add("g", 100))
	r.expectSeen(again, seenOf(one))
	r.disk.groupTotal(r, "g", 15) // more than a moment is none for the store
	r.drain()
	r.disk.groupTotal(r, "g", 115)
}

func (s *suite) drainedByClose(t *testing.T) {
	r := s.kept(t)
	first := r.once("g", "a", 5)
	r.update(first, r.add("h", 1))
	r.close()
	r.disk.groupTotal(r, "g", 5)
	r.disk.groupTotal(r, "h", 1)
	r.expectKept(first)
	r.cache = s.open()
	start(t, r.cache, r.disk)
	r.update(r.add("g", 1))
	r.expectTotal("g", 6)
}

// until waits for something that happens by and by.
func (r *rig) until(what string, happened func() bool) {
	r.Helper()
	for end := time.Now().Add(patience); !happened(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			r.Fatalf("%s: not within %v", what, patience)
		}
	}
}

// diskTotal is what the disk has of a group.
func (r *rig) diskTotal(name string) int64 {
	g, err := r.disk.Load(context.Background(), name)
	if err != nil {
		return -1
	}
	return sum(g)
}

func drainedByItself(r *rig) {
	for n := range int64(3) {
		r.update(r.add("g", 1))
		r.until("the disk has what was called", func() bool { return r.diskTotal("g") == n+1 })
	}
}

// drainedChunks changes one tracker of many, removes some, and takes chunks away.
func drainedChunks(r *rig) {
	const trackers = 2*record.ChunkSize + 10
	names := func(from, to int) (all []string) {
		for i := range to - from {
			all = append(all, fmt.Sprint("t", from+i))
		}
		return all
	}
	do := func(what func(g *group.Group) error) {
		r.Helper()
		r.update(r.look("g", func(g *group.Group) {
			if err := what(g); err != nil {
				r.Errorf("change: %v", err)
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
	r.expectAlike()
	do(move("t200"))
	r.expectAlike()
	do(move("t5"))
	do(move("t201"))
	r.expectAlike()
	do(func(g *group.Group) error {
		_, err := g.Remove(names(10, trackers), 0)
		return err
	})
	r.expectAlike()
	do(func(g *group.Group) error { // laid out anew, in one chunk
		_, err := g.Add([]*tracker.Definition{define("last")}, 0)
		return err
	})
	r.expectAlike()
}

// expectAlike drains group g and compares the cache's with the disk's.
func (r *rig) expectAlike() {
	r.Helper()
	r.drain()
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
	r.update(r.look("g", func(g *group.Group) { here = describe(g) }))
	there, err := r.disk.Load(context.Background(), "g")
	if err != nil {
		r.Fatalf("load: %v", err)
	}
	if got := describe(there); got != here {
		r.Errorf("the disk has %.200s, want %.200s", got, here)
	}
}

// drainedMeanwhile drains again and again while many call: the disk never goes back, and has all in the end.
func drainedMeanwhile(r *rig) {
	last := map[string]uint64{}
	var mu sync.Mutex
	r.disk.onPersist.set(func(changes []*record.Change) error {
		mu.Lock()
		defer mu.Unlock()
		for _, c := range changes {
			if c.Version <= c.Base || c.Version <= last[c.Group] {
				r.watch.wrong("a change of group %q from version %d to %d, after %d", c.Group, c.Base, c.Version, last[c.Group])
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
				r.update(r.once(fmt.Sprint("g", n%3), fmt.Sprint(caller, ":", n), 1), r.add("all", 1))
			}
		})
	}
	over := begin(all.Wait)
	for done := false; !done; {
		r.drain()
		select {
		case <-over:
			done = true
		default:
		}
	}
	r.drain()
	r.disk.groupTotal(r, "all", callers*each)
	for caller := range callers {
		for n := range each {
			name, id := fmt.Sprint("g", n%3), fmt.Sprint(caller, ":", n)
			if _, ok, _ := r.disk.FindMessageID(context.Background(), name, id); !ok {
				r.Errorf("the disk does not remember id %q of group %q", id, name)
			}
		}
	}
}

func storeDown(r *rig) {
	var down atomic.Bool
	r.disk.onPersist.set(func([]*record.Change) error { return when(down.Load(), errBroken) })
	r.update(r.add("g", 1))
	r.drain()
	down.Store(true)
	for n := range int64(5) {
		r.update(r.once("g", fmt.Sprint("id", n), 1), r.add("h", 1))
		r.expectTotal("h", n+1)
	}
	waiting := begin(func() { r.expectDrained(context.Background()) })
	time.Sleep(20 * time.Millisecond)
	r.disk.groupTotal(r, "g", 1)
	down.Store(false)
	r.await("the drain", waiting)
	r.disk.groupTotal(r, "g", 6)
	r.disk.groupTotal(r, "h", 5)
}

func drainGivesUp(r *rig) {
	r.disk.onPersist.set(func([]*record.Change) error { return errBroken })
	r.update(r.add("g", 1))
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := r.cache.(cache.WriteBehind).Sync(ctx); !errors.Is(err, context.DeadlineExceeded) {
		r.Errorf("Drain: %v, want the context's error", err)
	}
	r.expectTotal("g", 1)
	r.disk.calm()
	r.expectDrained(context.Background())
	r.disk.groupTotal(r, "g", 1)
}

func (s *suite) closeLeaves(t *testing.T) {
	r := s.kept(t)
	r.disk.onPersist.set(func([]*record.Change) error { return errBroken })
	r.update(r.add("g", 1))
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := r.cache.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Close: %v, want the context's error, since the disk does not have all", err)
	}
}

// lostAnswer lets the disk keep changes and say that it broke.
func lostAnswer(r *rig) {
	var lost atomic.Int64
	r.disk.afterPersist.set(func([]*record.Change) error { return when(lost.Add(1) < 4, errBroken) })
	first := r.once("g", "a", 1)
	r.update(first)
	for range 5 {
		r.update(r.add("g", 1))
		time.Sleep(5 * time.Millisecond)
	}
	r.drain()
	r.disk.groupTotal(r, "g", 6)
	r.expectKept(first)
}

// falseConflict lets the disk say that changes come too late, when nothing was faster.
func falseConflict(r *rig) {
	var times atomic.Int64
	r.disk.onPersist.set(func(changes []*record.Change) error {
		if times.Add(1) >= 4 {
			return nil
		}
		others := slices.DeleteFunc(slices.Clone(changes), func(c *record.Change) bool { return c.Group == "g" })
		if err := r.disk.commit(others); err != nil {
			return err
		}
		return conflict{"g": true}
	})
	r.update(r.add("g", 1), r.add("h", 1))
	r.drain()
	r.disk.groupTotal(r, "g", 1)
	r.disk.groupTotal(r, "h", 1)
}

// wroteElsewhere lets the disk be ahead of the cache, in one group of two: that stays where it is, and is told.
func wroteElsewhere(r *rig) {
	r.update(r.add("good", 1), r.add("bad", 1))
	r.drain()
	r.disk.mu.Lock()
	r.disk.groups["bad"].version = 100
	r.disk.mu.Unlock()
	r.update(r.add("good", 1), r.add("bad", 1))
	err := r.cache.(cache.WriteBehind).Sync(context.Background())
	if err == nil || !strings.Contains(err.Error(), `"bad"`) {
		r.Errorf("Drain: %v, want an error that names the group", err)
	}
	r.disk.groupTotal(r, "good", 2)
	r.expectTotal("bad", 2)
	r.disk.mu.Lock()
	r.disk.groups["bad"].version = 1
	r.disk.mu.Unlock()
	r.drain()
	r.disk.groupTotal(r, "bad", 2)
}

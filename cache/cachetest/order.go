package cachetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

func (s *suite) order(t *testing.T) {
	t.Run("tasks of a group run in their order", func(t *testing.T) { s.withAndWithoutStore(t, inOrder) })
	t.Run("one task at a time per group", func(t *testing.T) { s.withAndWithoutStore(t, oneAtATime) })
	t.Run("tasks are atomic", func(t *testing.T) { s.withAndWithoutStore(t, tasksAreAtomic) })
	t.Run("a slow group delays no other", func(t *testing.T) { slowGroup(s.withStore(t)) })
	t.Run("no tasks at all", func(t *testing.T) {
		s.withAndWithoutStore(t, func(e *env) { e.update() })
	})
}

func inOrder(e *env) {
	const groups, each = 7, 40
	journal := make([][]int, groups)
	var calls []*testTask
	for n := range groups * each {
		g := n % groups
		calls = append(calls, e.read(fmt.Sprint("g", g), func(*group.Group) {
			journal[g] = append(journal[g], n)
		}))
	}
	e.update(calls...)
	for g := range journal {
		if len(journal[g]) != each || !slices.IsSorted(journal[g]) {
			e.Errorf("tasks of group %d ran in the order %v", g, journal[g])
		}
	}
}

func oneAtATime(e *env) {
	const callers, each, groups = 8, 60, 3
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for n := range each {
				calls := []*testTask{
					e.add(fmt.Sprint("g", n%groups), 1), e.add("all", 2), e.add(fmt.Sprint("g", n%groups), 1),
				}
				if err := e.try(context.Background(), calls...); err != nil {
					e.Errorf("Update: %v", err)
				}
			}
		})
	}
	all.Wait()
	for g := range groups {
		e.expectTotal(fmt.Sprint("g", g), 2*callers*each/groups)
	}
	e.expectTotal("all", 2*callers*each)
}

// tasksAreAtomic adds many trackers by one task, so that its change is of several chunks, while others look.
func tasksAreAtomic(e *env) {
	const trackers = record.ChunkSize + 10
	looked := async(func() {
		for n := 0; n < trackers; {
			one := e.read("g", func(g *group.Group) { n = g.Len() })
			if err := e.try(context.Background(), one); err != nil || one.awaitDone() != nil {
				e.Errorf("look: %v, %v", err, one.err)
				return
			}
			if n != 0 && n != trackers {
				e.Errorf("saw %d of %d trackers that one task added", n, trackers)
				return
			}
		}
	})
	e.update(e.read("g", func(g *group.Group) {
		for i := range trackers {
			if _, err := g.Add(definitions(i), 0); err != nil {
				e.Errorf("add: %v", err)
			}
		}
	}))
	e.await("a look at all trackers", looked)
}

func slowGroup(e *env) {
	slow := newBarrier()
	e.store.beforeLoad.set(func(name string) error {
		if name == "slow" {
			slow.wait()
		}
		return nil
	})
	defer slow.open()
	first := e.add("slow", 1)
	over := async(func() { e.update(first) })
	e.await("the slow group to be loaded", slow.reached)
	for range 3 {
		e.update(e.add("fast", 1))
	}
	slow.open()
	e.await("the slow group", over)
}

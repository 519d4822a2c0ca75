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
	t.Run("tasks of a group run in their order", func(t *testing.T) { s.each(t, inOrder) })
	t.Run("one at a time, whoever calls", func(t *testing.T) { s.each(t, oneAtATime) })
	t.Run("a task is seen as a whole", func(t *testing.T) { s.each(t, asAWhole) })
	t.Run("a slow group holds up no other", func(t *testing.T) { slowGroup(s.kept(t)) })
	t.Run("no tasks at all", func(t *testing.T) {
		s.each(t, func(r *rig) { r.update() })
	})
}

func inOrder(r *rig) {
	const groups, each = 7, 40
	journal := make([][]int, groups)
	var calls []*call
	for n := range groups * each {
		g := n % groups
		calls = append(calls, r.look(fmt.Sprint("g", g), func(*group.Group) {
			journal[g] = append(journal[g], n)
		}))
	}
	r.update(calls...)
	for g := range journal {
		if len(journal[g]) != each || !slices.IsSorted(journal[g]) {
			r.Errorf("tasks of group %d ran in the order %v", g, journal[g])
		}
	}
}

func oneAtATime(r *rig) {
	const callers, each, groups = 8, 60, 3
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for n := range each {
				calls := []*call{
					r.add(fmt.Sprint("g", n%groups), 1), r.add("all", 2), r.add(fmt.Sprint("g", n%groups), 1),
				}
				if err := r.try(context.Background(), calls...); err != nil {
					r.Errorf("Update: %v", err)
				}
			}
		})
	}
	all.Wait()
	for g := range groups {
		r.expectTotal(fmt.Sprint("g", g), 2*callers*each/groups)
	}
	r.expectTotal("all", 2*callers*each)
}

// asAWhole adds many trackers by one task, so that its change is of several chunks, while others look.
func asAWhole(r *rig) {
	const trackers = record.ChunkSize + 10
	looked := begin(func() {
		for n := 0; n < trackers; {
			one := r.look("g", func(g *group.Group) { n = g.Len() })
			if err := r.try(context.Background(), one); err != nil || one.done() != nil {
				r.Errorf("look: %v, %v", err, one.err)
				return
			}
			if n != 0 && n != trackers {
				r.Errorf("saw %d of %d trackers that one task added", n, trackers)
				return
			}
		}
	})
	r.update(r.look("g", func(g *group.Group) {
		for i := range trackers {
			if _, err := g.Add(definitions(i), 0); err != nil {
				r.Errorf("add: %v", err)
			}
		}
	}))
	r.await("a look at all trackers", looked)
}

func slowGroup(r *rig) {
	slow := newGate()
	r.disk.onLoad.set(func(name string) error {
		if name == "slow" {
			slow.pass()
		}
		return nil
	})
	defer slow.open()
	first := r.add("slow", 1)
	over := begin(func() { r.update(first) })
	r.await("the slow group to be loaded", slow.came)
	for range 3 {
		r.update(r.add("fast", 1))
	}
	slow.open()
	r.await("the slow group", over)
}

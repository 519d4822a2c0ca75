package cachetest

import (
	"fmt"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

func (s *suite) commit(t *testing.T) {
	s.runUnlessWriteBehind(t, "calls are done, and seen, only after the commit", func(t *testing.T) { doneAfterCommit(s.withStore(t)) })
	t.Run("what changes nothing is not committed", func(t *testing.T) { noChange(s.withStore(t)) })
	t.Run("a commit leads from one version to the next", func(t *testing.T) { versions(s.withStore(t)) })
	if s.features.GroupCommits {
		t.Run("changes of many groups are joined", func(t *testing.T) { changesShareCommits(s.withStore(t)) })
	}
}

func doneAfterCommit(e *env) {
	slow := newBarrier()
	e.store.beforeCommit.set(func([]*record.Change) error {
		slow.wait()
		return nil
	})
	defer slow.open()
	first := e.add("g", 3)
	var saw int64
	second := e.read("g", func(g *group.Group) { saw = sum(g) })
	writing := async(func() { e.update(first) })
	e.await("the commit", slow.reached)
	reading := async(func() { e.update(second) })
	if first.doneCount.Load() != 0 || second.doneCount.Load() != 0 {
		e.Error("a call was done before its group was committed")
	}
	slow.open()
	e.await("the writer", writing)
	e.await("the reader", reading)
	if saw != 3 {
		e.Errorf("the reader saw %d, want 3, which was committed meanwhile", saw)
	}
}

func noChange(e *env) {
	e.update(e.add("g", 1))
	e.sync()
	before := e.store.commitCount()
	for range 3 {
		e.update(e.read("g", func(*group.Group) {}), e.read("unknown", func(*group.Group) {}))
		e.sync()
	}
	if n := e.store.commitCount() - before; n != 0 {
		e.Errorf("%d commits of calls that changed nothing", n)
	}
}

func versions(e *env) {
	last := map[string]uint64{} // one commit at a time: there is one group
	e.store.beforeCommit.set(func(changes []*record.Change) error {
		for _, c := range changes {
			if c.Base != last[c.Group] || c.Version <= c.Base {
				e.Errorf("group %q: a change from %d to %d after version %d", c.Group, c.Base, c.Version, last[c.Group])
			}
			last[c.Group] = c.Version
		}
		return nil
	})
	for range 10 {
		e.update(e.add("g", 1), e.add("g", 1))
		e.update(e.add("g", 1))
		e.sync()
	}
	e.expectTotal("g", 30)
}

// changesShareCommits updates many groups at once, several times; the commits may be some more than one, since
// nothing waits for long.
func changesShareCommits(e *env) {
	const groups, most = 500, 50
	for round := range 3 {
		e.sync()
		before := e.store.commitCount()
		calls := make([]*testTask, groups)
		for i := range calls {
			calls[i] = e.add(fmt.Sprint("g", i), 1)
		}
		e.update(calls...)
		e.sync()
		if n := e.store.commitCount() - before; n > most {
			e.Errorf("round %d: %d commits for %d groups, want at most %d", round, n, groups, most)
		}
	}
	e.expectTotal("g7", 3)
}

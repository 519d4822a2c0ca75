package cachetest

import (
	"fmt"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

func (s *suite) commit(t *testing.T) {
	s.through(t, "nothing is settled or seen before it is kept", func(t *testing.T) { keptFirst(s.kept(t)) })
	t.Run("what changes nothing is not committed", func(t *testing.T) { noChange(s.kept(t)) })
	t.Run("a commit leads from one version to the next", func(t *testing.T) { versions(s.kept(t)) })
	if s.features.Joins {
		t.Run("changes of many groups are joined", func(t *testing.T) { joined(s.kept(t)) })
	}
}

func keptFirst(r *rig) {
	slow := newGate()
	r.disk.onPersist.set(func([]*record.Change) error {
		slow.pass()
		return nil
	})
	defer slow.open()
	first := r.add("g", 3)
	var saw int64
	second := r.look("g", func(g *group.Group) { saw = sum(g) })
	writing := begin(func() { r.update(first) })
	r.await("the commit", slow.came)
	reading := begin(func() { r.update(second) })
	if first.settled.Load() != 0 || second.settled.Load() != 0 {
		r.Error("a call was settled before its group was kept")
	}
	slow.open()
	r.await("the writer", writing)
	r.await("the reader", reading)
	if saw != 3 {
		r.Errorf("the reader saw %d, want what was kept meanwhile, 3", saw)
	}
}

func noChange(r *rig) {
	r.update(r.add("g", 1))
	r.drain()
	before := r.disk.committed()
	for range 3 {
		r.update(r.look("g", func(*group.Group) {}), r.look("unknown", func(*group.Group) {}))
		r.drain()
	}
	if n := r.disk.committed() - before; n != 0 {
		r.Errorf("%d commits of calls that changed nothing", n)
	}
}

func versions(r *rig) {
	last := map[string]uint64{} // one commit at a time: there is one group
	r.disk.onPersist.set(func(changes []*record.Change) error {
		for _, c := range changes {
			if c.Base != last[c.Group] || c.Version <= c.Base {
				r.Errorf("group %q: a change from %d to %d after version %d", c.Group, c.Base, c.Version, last[c.Group])
			}
			last[c.Group] = c.Version
		}
		return nil
	})
	for range 10 {
		r.update(r.add("g", 1), r.add("g", 1))
		r.update(r.add("g", 1))
		r.drain()
	}
	r.expectTotal("g", 30)
}

// joined updates many groups at once, several times; the commits may be some more than one, since
// nothing waits for long.
func joined(r *rig) {
	const groups, most = 500, 50
	for round := range 3 {
		r.drain()
		before := r.disk.committed()
		calls := make([]*call, groups)
		for i := range calls {
			calls[i] = r.add(fmt.Sprint("g", i), 1)
		}
		r.update(calls...)
		r.drain()
		if n := r.disk.committed() - before; n > most {
			r.Errorf("round %d: %d commits for %d groups, want at most %d", round, n, groups, most)
		}
	}
	r.expectTotal("g7", 3)
}

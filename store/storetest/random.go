package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// testRandom commits random work on a few groups and compares the store with the groups themselves.
func testRandom(s *session) {
	for seed := range s.times(4) {
		newWalk(s, uint64(seed)).run(120, 0) // #nosec G115 -- small
	}
}

// testReopenRandom does the same, closing and opening now and then.
func testReopenRandom(s *session) { newWalk(s, 99).run(s.times(120), 10) }

// walk is random work on groups that the store should have as they are here.
type walk struct {
	*session
	*rand.Rand
	groups []*group.Group
	last   []*record.Change // of a group's last commit, to come again
	names  int
}

func newWalk(s *session, seed uint64) *walk {
	w := &walk{session: s, Rand: rand.New(rand.NewPCG(seed, seed))} // #nosec G404 -- the same work every time
	for i := range 4 {
		w.groups = append(w.groups, s.load(fmt.Sprintf("seed %d, group %d", seed, i)))
	}
	w.last = make([]*record.Change, len(w.groups))
	return w
}

// run takes some steps, and reopens after about every so many; 0 for never.
func (w *walk) run(steps, reopen int) {
	w.Helper()
	for step := range steps {
		if reopen > 0 && w.IntN(reopen) == 0 {
			w.again()
		}
		w.step()
		if step%10 == 0 {
			w.same(w.groups...)
		}
	}
	w.same(w.groups...)
	for _, g := range w.groups {
		w.expectDueOf(g)
	}
}

// step commits changes of some groups at once.
func (w *walk) step() {
	w.Helper()
	var changes []*record.Change
	var late []string
	for i, g := range w.groups {
		if w.IntN(2) == 0 {
			continue
		}
		if old := w.last[i]; old != nil && w.IntN(8) == 0 {
			changes = append(changes, old) // once more
			late = append(late, g.Name())
			continue
		}
		g.BeginChange()
		for range 1 + w.IntN(4) {
			if err := w.work(g); err != nil {
				w.Fatalf("work of the suite: %v", err)
			}
		}
		if w.last[i] = g.EndChange().Encode(); w.last[i] != nil {
			changes = append(changes, w.last[i])
		}
	}
	if late != nil {
		w.conflict(changes, late...)
		return
	}
	w.commit(changes...)
}

// work does something to a group.
func (w *walk) work(g *group.Group) error {
	switch w.IntN(8) {
	case 0:
		return w.adds(g)
	case 1:
		return w.removes(g)
	case 2:
		g.Sweep(now + w.Int64N(1000))
		return nil
	case 3:
		g.Pending().AddMessageID(record.MessageID{ID: fmt.Sprint(w.IntN(50)), Expires: now + w.Int64N(1000)})
		return one(g, w.IntN(1000), true)
	case 4:
		return w.edits(g)
	}
	return one(g, w.IntN(1000), false)
}

func (w *walk) adds(g *group.Group) error {
	defs := make([]*tracker.Definition, 1+w.IntN(150))
	for i := range defs {
		w.names++
		name := fmt.Sprintf("random %d", w.names)
		switch w.IntN(10) {
		case 0:
			defs[i] = expiring(name, time.Duration(1+w.IntN(1000))*time.Millisecond)
		default:
			defs[i] = define(name, nil)
		}
	}
	_, err := g.Add(defs, now)
	return err
}

func (w *walk) removes(g *group.Group) error {
	var names []string
	for _, d := range g.Definitions() {
		if w.IntN(2) == 0 {
			names = append(names, d.Name())
		}
	}
	if names == nil {
		return nil
	}
	_, err := g.Remove(names, now)
	return err
}

func (w *walk) edits(g *group.Group) error {
	defs := g.Definitions()
	if len(defs) == 0 {
		return nil
	}
	_, err := g.Edit(defs[w.IntN(len(defs))].Name(), now, retarget)
	if errors.Is(err, tracker.ErrCompleted) {
		err = nil
	}
	return err
}

// expectDueOf checks that the group is due once, at the time that its last change said.
func (w *walk) expectDueOf(g *group.Group) {
	w.Helper()
	var found []record.Due
	for _, d := range w.due(now+1<<40, 1000) {
		if d.Group == g.Name() {
			found = append(found, d)
		}
	}
	at := w.load(g.Name()).Due()
	if len(found) > 1 || len(found) == 1 && found[0].At > at || len(found) == 0 && at < now+1<<40 {
		w.Fatalf("group %q is due at %v, want once and no later than %d", g.Name(), found, at)
	}
}

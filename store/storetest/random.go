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

// testRandom commits random changes of a few groups, and compares what is stored with the groups in memory.
func testRandom(s *session) {
	for seed := range s.repetitions(4) {
		newRandomWalk(s, uint64(seed)).run(120, 0) // #nosec G115 -- small
	}
}

// testReopenRandom does the same and reopens the store now and then.
func testReopenRandom(s *session) { newRandomWalk(s, 99).run(s.repetitions(120), 10) }

// randomWalk makes random changes to groups, which the store must have as they are in memory.
type randomWalk struct {
	*session
	*rand.Rand
	groups      []*group.Group
	lastChanges []*record.Change // of each group, to be committed again
	definitions int              // made so far
}

func newRandomWalk(s *session, seed uint64) *randomWalk {
	w := &randomWalk{session: s, Rand: rand.New(rand.NewPCG(seed, seed))} // #nosec G404 -- must be reproducible
	for i := range 4 {
		w.groups = append(w.groups, s.load(fmt.Sprintf("seed %d, group %d", seed, i)))
	}
	w.lastChanges = make([]*record.Change, len(w.groups))
	return w
}

// run takes some steps, and reopens the store on average every reopen steps; never when it is 0.
func (w *randomWalk) run(steps, reopen int) {
	w.Helper()
	for step := range steps {
		if reopen > 0 && w.IntN(reopen) == 0 {
			w.reopenStore()
		}
		w.step()
		if step%10 == 0 {
			w.expectStored(w.groups...)
		}
	}
	w.expectStored(w.groups...)
	for _, g := range w.groups {
		w.expectDueOf(g)
	}
}

// step commits changes of some of the groups at once, among them a few that were committed before.
func (w *randomWalk) step() {
	w.Helper()
	var changes []*record.Change
	var conflicts []string
	for i, g := range w.groups {
		if w.IntN(2) == 0 {
			continue
		}
		if old := w.lastChanges[i]; old != nil && w.IntN(8) == 0 {
			changes = append(changes, old) // was committed already
			conflicts = append(conflicts, g.Name())
			continue
		}
		g.BeginChange()
		for range 1 + w.IntN(4) {
			if err := w.operate(g); err != nil {
				w.Fatalf("random operation: %v", err)
			}
		}
		if w.lastChanges[i] = g.EndChange().Encode(); w.lastChanges[i] != nil {
			changes = append(changes, w.lastChanges[i])
		}
	}
	if conflicts != nil {
		w.expectConflict(changes, conflicts...)
		return
	}
	w.commit(changes...)
}

// operate does something to a group.
func (w *randomWalk) operate(g *group.Group) error {
	switch w.IntN(8) {
	case 0:
		return w.addRandom(g)
	case 1:
		return w.removeRandom(g)
	case 2:
		g.ApplyTimers(now + w.Int64N(1000))
		return nil
	case 3:
		g.Pending().AddMessageID(record.MessageID{ID: fmt.Sprint(w.IntN(50)), Expires: now + w.Int64N(1000)})
		return trackOne(g, w.IntN(1000), true)
	case 4:
		return w.editRandom(g)
	}
	return trackOne(g, w.IntN(1000), false)
}

func (w *randomWalk) addRandom(g *group.Group) error {
	defs := make([]*tracker.Definition, 1+w.IntN(150))
	for i := range defs {
		w.definitions++
		name := fmt.Sprintf("random %d", w.definitions)
		switch w.IntN(10) {
		case 0:
			defs[i] = newExpiringDefinition(name, time.Duration(1+w.IntN(1000))*time.Millisecond)
		default:
			defs[i] = newDefinition(name, nil)
		}
	}
	_, err := g.Add(defs, now)
	return err
}

func (w *randomWalk) removeRandom(g *group.Group) error {
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

func (w *randomWalk) editRandom(g *group.Group) error {
	defs := g.Definitions()
	if len(defs) == 0 {
		return nil
	}
	_, err := g.Edit(defs[w.IntN(len(defs))].Name(), now, addTarget)
	if errors.Is(err, tracker.ErrCompleted) {
		err = nil
	}
	return err
}

// expectDueOf checks that the group is listed at most once among the due, and not later than it is due.
func (w *randomWalk) expectDueOf(g *group.Group) {
	w.Helper()
	var found []record.Due
	for _, d := range w.due(now+1<<40, 1000) {
		if d.Group == g.Name() {
			found = append(found, d)
		}
	}
	at := w.load(g.Name()).Due()
	if len(found) > 1 || len(found) == 1 && found[0].At > at || len(found) == 0 && at < now+1<<40 {
		w.Fatalf("group %q is listed as due: %v, want once and no later than %d", g.Name(), found, at)
	}
}

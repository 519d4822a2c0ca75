package storetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// now is the time of all calls, in Unix milliseconds.
const now = 1_800_000_000_000

// newDefinition returns a count with a target that no test reaches; change may edit the spec.
func newDefinition(name string, change func(*tracker.Spec)) *tracker.Definition {
	spec := tracker.Spec{Name: name, Kind: tracker.KindCount, Targets: []decimal.Decimal{decimal.FromInt(1_000_000)}}
	if change != nil {
		change(&spec)
	}
	d, err := tracker.New(spec, nil)
	if err != nil {
		panic(fmt.Sprintf("create a definition for a test: %v", err))
	}
	return d
}

// counters returns the definitions of n trackers: message {"at": i} moves tracker i only.
func counters(n int) []*tracker.Definition { return allCounters()[:n:n] }

var allCounters = sync.OnceValue(func() []*tracker.Definition {
	defs := make([]*tracker.Definition, 1000)
	for i := range defs {
		defs[i] = newDefinition(fmt.Sprintf("tracker %d", i), func(s *tracker.Spec) {
			s.Where = []condition.Condition{condition.Eq("at", i)}
		})
	}
	return defs
})

// newExpiringDefinition returns a tracker that expires after d.
func newExpiringDefinition(name string, d time.Duration) *tracker.Definition {
	return newDefinition(name, func(s *tracker.Spec) { s.Expire = d })
}

// recordChange returns the change that f makes to g.
func recordChange(g *group.Group, f func() error) (*record.Change, error) {
	g.BeginChange()
	err := f()
	c := g.EndChange().Encode()
	if err == nil && c == nil {
		err = fmt.Errorf("group %q did not change", g.Name())
	}
	return c, err
}

// addTrackers returns the change that adds trackers.
func addTrackers(g *group.Group, defs ...*tracker.Definition) (*record.Change, error) {
	return recordChange(g, func() error {
		_, err := g.Add(defs, now)
		return err
	})
}

// trackEach returns the change that moves the counters at the indexes, one call each.
func trackEach(g *group.Group, indexes ...int) (*record.Change, error) {
	return recordChange(g, func() error {
		for _, at := range indexes {
			if err := trackOne(g, at, false); err != nil {
				return err
			}
		}
		return nil
	})
}

// noCounter is an index that no counter has: a message with it moves no tracker.
const noCounter = -1

// trackWithID returns the change that moves one counter in a call with a message id.
func trackWithID(g *group.Group, at int, seen record.MessageID) (*record.Change, error) {
	return recordChange(g, func() error {
		err := trackOne(g, at, true)
		seen.Version = g.Version()
		g.Pending().AddMessageID(seen)
		return err
	})
}

// trackOne moves one counter.
func trackOne(g *group.Group, at int, commit bool) error {
	_, err := g.Track(&group.TrackRequest{
		Data: match.Data{Map: map[string]any{"at": at}}, Now: now, Commit: commit,
		Compile: states.Compile, Scratch: new(states.Scratch),
	})
	return err
}

// must returns a change, and fails the test on an error. Only the test's goroutine may call it.
func (s *session) must(c *record.Change, err error) *record.Change {
	s.Helper()
	if err != nil {
		s.Fatalf("make a change: %v", err)
	}
	return c
}

// addTrackers is the function addTrackers, which must succeed.
func (s *session) addTrackers(g *group.Group, defs ...*tracker.Definition) *record.Change {
	s.Helper()
	return s.must(addTrackers(g, defs...))
}

// trackEach is the function trackEach, which must succeed.
func (s *session) trackEach(g *group.Group, indexes ...int) *record.Change {
	s.Helper()
	return s.must(trackEach(g, indexes...))
}

// trackWithID is the function trackWithID, which must succeed.
func (s *session) trackWithID(g *group.Group, at int, seen record.MessageID) *record.Change {
	s.Helper()
	return s.must(trackWithID(g, at, seen))
}

// newGroup commits a new group of n counters.
func (s *session) newGroup(name string, n int) *group.Group {
	s.Helper()
	g := s.load(name)
	s.commit(s.addTrackers(g, counters(n)...))
	return g
}

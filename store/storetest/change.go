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

// now is when things happen, in Unix milliseconds.
const now = 1_800_000_000_000

// define makes a count with a far target; spec may change anything about it.
func define(name string, change func(*tracker.Spec)) *tracker.Definition {
	spec := tracker.Spec{Name: name, Kind: tracker.KindCount, Targets: []decimal.Decimal{decimal.FromInt(1_000_000)}}
	if change != nil {
		change(&spec)
	}
	d, err := tracker.New(spec, nil)
	if err != nil {
		panic(fmt.Sprintf("definition of the suite: %v", err))
	}
	return d
}

// counters are n trackers; track moves them one by one.
func counters(n int) []*tracker.Definition { return thousand()[:n:n] }

var thousand = sync.OnceValue(func() []*tracker.Definition {
	defs := make([]*tracker.Definition, 1000)
	for i := range defs {
		defs[i] = define(fmt.Sprintf("tracker %d", i), func(s *tracker.Spec) {
			s.Where = []condition.Condition{condition.Eq("at", i)}
		})
	}
	return defs
})

// expiring is a tracker that the clock removes after d.
func expiring(name string, d time.Duration) *tracker.Definition {
	return define(name, func(s *tracker.Spec) { s.Expire = d })
}

// change records what f does to g.
func change(g *group.Group, f func() error) (*record.Change, error) {
	g.BeginChange()
	err := f()
	c := g.EndChange().Encode()
	if err == nil && c == nil {
		err = fmt.Errorf("group %q did not change", g.Name())
	}
	return c, err
}

// add adds trackers.
func add(g *group.Group, defs ...*tracker.Definition) (*record.Change, error) {
	return change(g, func() error {
		_, err := g.Add(defs, now)
		return err
	})
}

// track moves the counters at some places, one call each.
func track(g *group.Group, places ...int) (*record.Change, error) {
	return change(g, func() error {
		for _, at := range places {
			if err := one(g, at, false); err != nil {
				return err
			}
		}
		return nil
	})
}

// nowhere is where no counter is.
const nowhere = -1

// call moves one counter in a call that has an id.
func call(g *group.Group, at int, seen record.MessageID) (*record.Change, error) {
	return change(g, func() error {
		err := one(g, at, true)
		seen.Version = g.Version()
		g.Pending().AddMessageID(seen)
		return err
	})
}

func one(g *group.Group, at int, commit bool) error {
	_, err := g.Track(&group.Call{
		Data: match.Data{Map: map[string]any{"at": at}}, Now: now, Commit: commit,
		Compile: states.Compile, Scratch: new(states.Scratch),
	})
	return err
}

// must is for changes of the test's own goroutine.
func (s *session) must(c *record.Change, err error) *record.Change {
	s.Helper()
	if err != nil {
		s.Fatalf("change of the suite: %v", err)
	}
	return c
}

// add adds trackers.
func (s *session) add(g *group.Group, defs ...*tracker.Definition) *record.Change {
	s.Helper()
	return s.must(add(g, defs...))
}

// track moves counters.
func (s *session) track(g *group.Group, places ...int) *record.Change {
	s.Helper()
	return s.must(track(g, places...))
}

// call moves a counter, with an id.
func (s *session) call(g *group.Group, at int, seen record.MessageID) *record.Change {
	s.Helper()
	return s.must(call(g, at, seen))
}

// made commits a new group of n counters.
func (s *session) made(name string, n int) *group.Group {
	s.Helper()
	g := s.load(name)
	s.commit(s.add(g, counters(n)...))
	return g
}

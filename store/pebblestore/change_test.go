package pebblestore

import (
	"fmt"
	"testing"

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

// newGroup makes a group of n counters, and the change that brings it into a store.
func newGroup(tb testing.TB, name string, n int) (*group.Group, *record.Change) {
	tb.Helper()
	defs := make([]*tracker.Definition, n)
	for i := range defs {
		var err error
		defs[i], err = tracker.New(tracker.Spec{
			Name: fmt.Sprintf("tracker %d", i), Kind: tracker.KindCount,
			Where:   []condition.Condition{condition.Eq("at", i)},
			Targets: []decimal.Decimal{decimal.FromInt(1_000_000)},
		}, nil)
		if err != nil {
			tb.Fatal(err)
		}
	}
	g := group.New(name, 0)
	g.BeginChange()
	if _, err := g.Add(defs, now); err != nil {
		tb.Fatal(err)
	}
	return g, g.EndChange().Encode()
}

// track moves one counter, with ids to remember.
func track(g *group.Group, at int, ids ...record.MessageID) (*record.Change, error) {
	g.BeginChange()
	_, err := g.Track(&group.TrackRequest{
		Data: match.Data{Map: map[string]any{"at": at}}, Now: now, Commit: true,
		Compile: states.Compile, Scratch: new(states.Scratch),
	})
	for _, seen := range ids {
		seen.Version = g.Version()
		g.Pending().AddMessageID(seen)
	}
	return g.EndChange().Encode(), err
}

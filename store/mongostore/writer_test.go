package mongostore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// now is when things happen, in Unix milliseconds.
const now = 1_800_000_000_000

// newDefinition makes a count of data whose field at is n; spec may change anything about it.
func newDefinition(n int, change func(*tracker.Spec)) *tracker.Definition {
	spec := tracker.Spec{
		Name: fmt.Sprintf("tracker %d", n), Kind: tracker.KindCount,
		Where: []condition.Condition{condition.Eq("at", n)}, Targets: []decimal.Decimal{decimal.FromInt(1_000_000)},
	}
	if change != nil {
		change(&spec)
	}
	d, err := tracker.New(spec, nil)
	if err != nil {
		panic(err)
	}
	return d
}

func counters(n int) []*tracker.Definition {
	defs := make([]*tracker.Definition, n)
	for i := range defs {
		defs[i] = newDefinition(i, nil)
	}
	return defs
}

// recordChange is the change that f makes.
func recordChange(g *group.Group, f func() error) *record.Change {
	g.BeginChange()
	if err := f(); err != nil {
		panic(err)
	}
	c := g.EndChange().Encode()
	if c == nil {
		panic("nothing changed")
	}
	return c
}

func addTrackers(g *group.Group, defs ...*tracker.Definition) *record.Change {
	return recordChange(g, func() error {
		_, err := g.Add(defs, now)
		return err
	})
}

// track moves the counters at some indexes, in calls with ids unless they are "".
func track(g *group.Group, id string, indexes ...int) *record.Change {
	return recordChange(g, func() error {
		for _, at := range indexes {
			_, err := g.Track(&group.TrackRequest{
				Data: match.Data{Map: map[string]any{"at": at}}, Now: now, Commit: true,
				Compile: states.Compile, Scratch: new(states.Scratch),
			})
			if err != nil {
				return err
			}
		}
		if id != "" {
			g.Pending().AddMessageID(record.MessageID{ID: id, Version: g.Version(), Expires: now + 1000})
		}
		return nil
	})
}

// removeTrackers takes trackers away; all when no name is given.
func removeTrackers(g *group.Group, names ...string) *record.Change {
	return recordChange(g, func() error {
		_, err := g.Remove(names, now)
		return err
	})
}

// load restores a group from a store.
func load(ctx context.Context, s store.Store, name string) (*group.Group, error) {
	r, err := s.Load(ctx, name)
	if err != nil {
		return nil, err
	}
	texts, err := s.Definitions(ctx, r.Layout)
	if err != nil {
		return nil, err
	}
	defs := make([]*tracker.Definition, len(texts))
	for i, text := range texts {
		v, err := rawjson.Decode(text)
		if err != nil {
			return nil, err
		}
		var none *tracker.Registry
		if defs[i], err = none.Parse(v); err != nil {
			return nil, err
		}
	}
	return group.Restore(r, defs)
}

func mustLoad(tb testing.TB, s store.Store, name string) *group.Group {
	tb.Helper()
	g, err := load(context.Background(), s, name)
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

func mustCommit(tb testing.TB, s store.Store, changes ...*record.Change) {
	tb.Helper()
	if err := s.Commit(context.Background(), changes); err != nil {
		tb.Fatal(err)
	}
}

func mustClose(tb testing.TB, s store.Store) {
	tb.Helper()
	if err := s.Close(); err != nil {
		tb.Fatal(err)
	}
}

// progress returns the progress of the tracker at an index.
func progress(g *group.Group, n int) string {
	snaps, err := g.Snapshots(fmt.Sprintf("tracker %d", n))
	if err != nil {
		return err.Error()
	}
	return snaps[0].Progress.String()
}

func isConflict(err error) bool {
	_, ok := errors.AsType[*store.ConflictError](err)
	return ok
}

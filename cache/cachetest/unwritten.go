package cachetest

import (
	"context"
	"slices"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// timed is a tracker that expires at a time.
func timed(e *env, name string, at int64) *testTask {
	d, err := tracker.New(tracker.Spec{
		Name: "timed", Kind: tracker.KindCount, Targets: []decimal.Decimal{decimal.FromInt(9)}, ExpireAt: time.UnixMilli(at),
	}, nil)
	if err != nil {
		e.Fatalf("define: %v", err)
	}
	return e.read(name, func(g *group.Group) {
		if _, err := g.Add([]*tracker.Definition{d}, 0); err != nil {
			e.Errorf("add: %v", err)
		}
	})
}

// unwrittenGroupsAreListed checks that Groups and Due list groups of which the store has nothing.
func unwrittenGroupsAreListed(e *env) {
	e.store.beforeCommit.set(func([]*record.Change) error { return errBroken })
	e.update(e.add("g", 1), e.add("h", 1))
	if got := e.groups(7); !slices.Equal(got, []string{"g", "h"}) {
		e.Errorf("groups %q, want g and h, which the store does not have", got)
	}
	dueWithoutStore(e)
	e.store.clearFaults()
}

func dueWithoutStore(e *env) {
	e.update(timed(e, "late", 5_000_000_000), timed(e, "early", 1_000), timed(e, "middle", 2_000), e.add("never", 1))
	expect := func(until int64, limit int, want ...record.Due) {
		e.Helper()
		got, err := e.cache.(cache.WriteBehind).Due(context.Background(), until, limit)
		if err != nil || !slices.Equal(got, want) {
			e.Errorf("due until %d, at most %d: %v, %v; want %v", until, limit, got, err, want)
		}
	}
	early, middle := record.Due{Group: "early", At: 1_000}, record.Due{Group: "middle", At: 2_000}
	expect(999, 10)
	expect(1_000, 10, early)
	expect(3_000, 10, early, middle)
	expect(limiter.Never-1, 1, early)
	expect(limiter.Never-1, 10, early, middle, record.Due{Group: "late", At: 5_000_000_000})
	sweep := e.read("early", func(g *group.Group) { g.ApplyTimers(1_000) })
	e.update(sweep)
	expect(3_000, 10, middle)
}

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
func timed(r *rig, name string, at int64) *call {
	d, err := tracker.New(tracker.Spec{
		Name: "timed", Kind: tracker.KindCount, Targets: []decimal.Decimal{decimal.FromInt(9)}, ExpireAt: time.UnixMilli(at),
	}, nil)
	if err != nil {
		r.Fatalf("define: %v", err)
	}
	return r.look(name, func(g *group.Group) {
		if _, err := g.Add([]*tracker.Definition{d}, 0); err != nil {
			r.Errorf("add: %v", err)
		}
	})
}

func toldAhead(r *rig) {
	r.disk.onPersist.set(func([]*record.Change) error { return errBroken })
	r.update(r.add("g", 1), r.add("h", 1))
	if got := r.groups(7); !slices.Equal(got, []string{"g", "h"}) {
		r.Errorf("groups %q, want what the disk does not know: g and h", got)
	}
	dueAhead(r)
	r.disk.calm()
}

func dueAhead(r *rig) {
	r.update(timed(r, "late", 5_000_000_000), timed(r, "early", 1_000), timed(r, "middle", 2_000), r.add("never", 1))
	expect := func(until int64, limit int, want ...record.Due) {
		r.Helper()
		got, err := r.cache.(cache.WriteBehind).Due(context.Background(), until, limit)
		if err != nil || !slices.Equal(got, want) {
			r.Errorf("due until %d, at most %d: %v, %v; want %v", until, limit, got, err, want)
		}
	}
	early, middle := record.Due{Group: "early", At: 1_000}, record.Due{Group: "middle", At: 2_000}
	expect(999, 10)
	expect(1_000, 10, early)
	expect(3_000, 10, early, middle)
	expect(limiter.Never-1, 1, early)
	expect(limiter.Never-1, 10, early, middle, record.Due{Group: "late", At: 5_000_000_000})
	sweep := r.look("early", func(g *group.Group) { g.Sweep(1_000) })
	r.update(sweep)
	expect(3_000, 10, middle)
}

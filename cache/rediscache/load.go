package rediscache

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// load makes the local copy of a group from what is in Redis, old, which is nil for nothing, and from the Backing.
func (r *round) load(a *answer, old *record) {
	backing := r.c.host.Backing
	switch {
	case old == nil && backing == nil:
		r.slot.local = r.created(a, group.New(r.slot.name, 0))
	case old == nil:
		r.chore(func(ctx context.Context) error {
			kept, err := r.kept(ctx, a.young)
			if err == nil {
				r.slot.local = r.created(a, kept)
			}
			return err
		})
	case backing != nil && (old.epoch != a.epoch || old.flushed == nil):
		r.chore(func(ctx context.Context) error { return r.compare(ctx, a, old) })
	default:
		r.restore(a, old, nil)
	}
}

// kept is the group as the Backing has it. When Redis may have lost it not long ago, it may have been on its way there.
func (r *round) kept(ctx context.Context, young bool) (*group.Group, error) {
	load := r.c.host.Backing.Load
	if s, ok := r.c.host.Backing.(cache.Settling); ok && young {
		load = s.LoadSettled
	}
	g, err := load(ctx, r.slot.name)
	if err != nil {
		return nil, passingError{fmt.Errorf("load group %q: %w", r.slot.name, err)}
	}
	return g, nil
}

// created is the copy of a group that is not in Redis, which begins as kept. One that nobody knows starts from no
// lower a version than others before.
func (r *round) created(a *answer, kept *group.Group) *local {
	l := &local{
		group: kept, epoch: a.epoch, absent: true, drops: a.drops, due: limiter.Never, complete: !kept.Known(),
	}
	if r.c.host.Backing != nil {
		l.flushed = &flushed{kept.Version(), places(kept)}
	}
	if floor, err := strconv.ParseUint(a.floor, 16, 64); err == nil && floor > kept.Version() && !kept.Known() {
		l.group = group.New(r.slot.name, floor)
	}
	return l
}

// places counts those of the trackers of a group, of the removed ones too.
func places(g *group.Group) int { return g.Since(0, 0, nil).Count }

// compare finds out whether Redis or the Backing has the later state: after a server began anew, or for a group whose
// Redis had no Backing before.
func (r *round) compare(ctx context.Context, a *answer, old *record) error {
	kept, err := r.kept(ctx, a.young)
	if err != nil {
		return err
	}
	if kept.Version() > old.version {
		r.slot.local = &local{
			group: kept, epoch: a.epoch, version: old.version, due: old.due,
			flushed: &flushed{kept.Version(), places(kept)}, replaces: old,
		}
		return nil
	}
	r.restore(a, old, &flushed{kept.Version(), places(kept)})
	return nil
}

// restore makes the copy from the record. What the Backing has is given when it is not in there. Definitions that nobody
// has in this process are a chore.
func (r *round) restore(a *answer, old *record, has *flushed) {
	if old.flushed != nil {
		has = nil
	}
	l := &local{
		epoch: a.epoch, version: old.version, laid: old.laid, apart: old.apart, due: old.due,
		complete: old.complete, stale: old.epoch != a.epoch || has != nil, flushed: has,
	}
	again, err := r.restoreFrom(r.before, old, l)
	if again || err != nil {
		r.restored(l, err)
		return
	}
	defs, missing := r.c.find(old.layout)
	if !missing {
		l.group, err = old.restore(r.slot.name, defs)
		r.restored(l, err)
		return
	}
	r.chore(func(ctx context.Context) (err error) {
		if err = r.c.read(ctx, old.layout, defs); err != nil {
			return fmt.Errorf("group %q: %w", r.slot.name, err)
		}
		if l.group, err = old.restore(r.slot.name, defs); err == nil {
			r.slot.local = l
		}
		return err
	})
}

// restoreFrom makes the copy from the one before, whose trackers are the same most of the time. It tells whether they
// are.
func (r *round) restoreFrom(before *local, old *record, l *local) (same bool, err error) {
	switch {
	case before == nil && old.known:
		return false, errAnswer
	case before == nil:
		return false, nil
	}
	l.group, err = before.group.Restored(old.group(r.slot.name))
	if err != nil {
		return false, unreadable(r.slot.name, err)
	}
	if l.group == nil {
		return false, nil
	}
	l.stored = before.stored
	return true, nil
}

func (r *round) restored(l *local, err error) {
	if err != nil {
		r.fail(err)
		return
	}
	r.slot.local = l
}

// restore builds the group of a record.
func (r *record) restore(name string, defs []*tracker.Definition) (*group.Group, error) {
	g, err := group.Restore(r.group(name), defs)
	if err != nil {
		return nil, unreadable(name, err)
	}
	return g, nil
}

// group is the record as the core reads it.
func (r *record) group(name string) *group.Record {
	return &group.Record{Name: name, Version: r.version, Fed: r.fed, Due: r.due, Layout: r.layout, SameLayout: r.known, States: r.states, Patch: r.patch}
}

// lookUp tells whether the Backing has to be asked about ids first, which is a chore. It does not where all ids of the
// group are in Redis.
func (r *round) lookUp() bool {
	if r.c.host.Backing == nil || r.slot.local.complete {
		return false
	}
	var asking []int
	for _, i := range r.asking() {
		if id := &r.ids[i]; id.known == "" && !id.asked {
			asking = append(asking, i)
		}
	}
	if len(asking) == 0 {
		return false
	}
	r.chore(func(ctx context.Context) error {
		r.lookUpAll(ctx, asking)
		return nil
	})
	return true
}

// lookups is how many ids a group asks the Backing about at once.
const lookups = 16

func (r *round) lookUpAll(ctx context.Context, asking []int) {
	var all sync.WaitGroup
	for worker := range min(lookups, len(asking)) {
		all.Go(func() {
			for n := worker; n < len(asking); n += lookups {
				r.lookUpOne(ctx, asking[n])
			}
		})
	}
	all.Wait()
}

func (r *round) lookUpOne(ctx context.Context, i int) {
	e, id := r.batch[i], &r.ids[i]
	id.asked = true
	seen, ok, err := r.c.host.Backing.Seen(ctx, r.slot.name, e.Task.ID())
	switch {
	case err != nil:
		e.Err = fmt.Errorf("look up id %q: %w", e.Task.ID(), err)
	case ok:
		e.Seen = &seen
		id.known = sealSeen(r.c.keys[r.slot.shard].ids, idField(r.slot.name, e.Task.ID()), &seen)
	}
}

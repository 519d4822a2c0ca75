package commit

import (
	"context"
	"fmt"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/server"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/limiter"
)

// load makes the replica from what Redis has, which is nil for nothing, and from the store. It may leave that to a
// blocking step.
func (a *attempt) load(p *reply, stored *format.Group) {
	hasStore := a.env.Backing != nil
	switch {
	case stored == nil && !hasStore:
		a.entry.replica = a.absentReplica(p, group.New(a.entry.name, 0))
	case stored == nil:
		a.block(func(ctx context.Context) error {
			g, err := a.loadFromStore(ctx, p.recentEpoch)
			if err == nil {
				a.entry.replica = a.absentReplica(p, g)
			}
			return err
		})
	case hasStore && (stored.Epoch != p.epoch || stored.StoreVersion == nil):
		a.block(func(ctx context.Context) error { return a.compareWithStore(ctx, p, stored) })
	default:
		a.restore(p, stored, nil)
	}
}

// loadFromStore loads the group from the store. If Redis may have lost the group not long ago, commits of processes that
// died may still reach the store, and are waited for.
func (a *attempt) loadFromStore(ctx context.Context, recentEpoch bool) (*group.Group, error) {
	load := a.env.Backing.Load
	if s, ok := a.env.Backing.(cache.InDoubtLoader); ok && recentEpoch {
		load = s.LoadAfterInDoubt
	}
	g, err := load(ctx, a.entry.name)
	if err != nil {
		return nil, server.Transient(fmt.Errorf("load group %q: %w", a.entry.name, err))
	}
	return g, nil
}

// absentReplica is the replica of a group that Redis does not have, as the store has it. One that the store does not have
// either begins with a version that no earlier group exceeded.
func (a *attempt) absentReplica(p *reply, g *group.Group) *replica {
	r := &replica{
		state: absent, group: g, epoch: p.epoch, evictions: p.evictions, due: limiter.Never, allIDs: !g.Exists(),
	}
	if a.env.Backing != nil {
		r.storeVersion = storeVersion(g)
	}
	if floor, ok := format.ParseVersion(p.floor); ok && floor > g.Version() && !g.Exists() {
		r.group = group.New(a.entry.name, floor)
	}
	return r
}

// storeVersion describes a group that was loaded from the store.
func storeVersion(g *group.Group) *format.StoreVersion {
	return &format.StoreVersion{Version: g.Version(), Count: g.DiffSince(0, 0, nil).Count}
}

// compareWithStore finds out whether Redis or the store has the later version of the group. It is needed after a server
// was restarted or replaced, and for a group that was written while there was no store.
func (a *attempt) compareWithStore(ctx context.Context, p *reply, stored *format.Group) error {
	g, err := a.loadFromStore(ctx, p.recentEpoch)
	if err != nil {
		return err
	}
	if g.Version() > stored.Version {
		a.entry.replica = &replica{
			state: outdated, group: g, epoch: p.epoch, version: stored.Version, due: stored.Due,
			storeVersion: storeVersion(g), replaces: stored,
		}
		return nil
	}
	a.restore(p, stored, storeVersion(g))
	return nil
}

// restore makes the replica from the record in Redis. The version that the store has is used if the record does not say
// it. Definitions that this process does not have are read by a blocking step.
func (a *attempt) restore(p *reply, stored *format.Group, inStore *format.StoreVersion) {
	if stored.StoreVersion != nil {
		inStore = nil
	}
	r := &replica{
		epoch: p.epoch, version: stored.Version, layoutVersion: stored.LayoutVersion, patchIndexes: stored.PatchIndexes,
		due: stored.Due, allIDs: stored.AllIDs, storeVersion: inStore,
	}
	if stored.Epoch != p.epoch || inStore != nil {
		r.state = unconfirmed
	}
	if restored, err := a.restoreLike(a.outdated, stored, r); restored || err != nil {
		a.setReplica(r, err)
		return
	}
	defs, missing := a.env.Definitions.Find(stored.Layout)
	if !missing {
		var err error
		r.group, err = stored.Restore(a.entry.name, defs)
		a.setReplica(r, err)
		return
	}
	a.block(func(ctx context.Context) (err error) {
		if err = a.env.Definitions.Read(ctx, stored.Layout, defs); err != nil {
			return fmt.Errorf("group %q: %w", a.entry.name, err)
		}
		if r.group, err = stored.Restore(a.entry.name, defs); err == nil {
			a.entry.replica = r
		}
		return err
	})
}

// restoreLike makes the group of r from the replica before it, whose definitions are mostly the same. It returns false if
// they are not.
func (a *attempt) restoreLike(before *replica, stored *format.Group, r *replica) (restored bool, err error) {
	switch {
	case before == nil && stored.SameLayout:
		return false, server.ErrReply
	case before == nil:
		return false, nil
	}
	r.group, err = before.group.RestoreLike(stored.Record(a.entry.name))
	if err != nil {
		return false, format.GroupError(a.entry.name, err)
	}
	if r.group == nil {
		return false, nil
	}
	r.generation = before.generation
	return true, nil
}

func (a *attempt) setReplica(r *replica, err error) {
	if err != nil {
		a.fail(err)
		return
	}
	a.entry.replica = r
}

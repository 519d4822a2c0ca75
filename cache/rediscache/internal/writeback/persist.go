package writeback

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/script"
	"github.com/dictrack/dictrack/record"
)

// maxAttempts is how often a group is tried that conflicts or has to be compared with the store.
const maxAttempts = 5

// writeBack writes groups to the store. It returns the groups that the store cannot take; err says that nothing can be
// done for now.
func (w *Writer) writeBack(ctx context.Context, groups []dirtyGroup) (blocked BlockedError, err error) {
	conflicts := map[string]uint64{}
	for attempt := 0; len(groups) > 0; attempt++ {
		items, err := w.readAll(ctx, groups)
		if err != nil {
			return nil, err
		}
		if err := w.persist(ctx, items, conflicts); err != nil {
			return nil, err
		}
		if err := w.markPersisted(ctx, items); err != nil {
			return nil, err
		}
		groups = groups[:0:0]
		for _, it := range items {
			switch {
			case it.blocked != nil:
				blocked = append(blocked, it.blocked)
				w.logBlocked(it.blocked)
			case it.persisted != nil && !it.rewrite:
			case attempt < maxAttempts:
				groups = append(groups, it.dirtyGroup)
			default:
				blocked = append(blocked, fmt.Errorf("group %q: other processes write it to the store at the same time", it.name))
			}
		}
	}
	return blocked, nil
}

// persist hands the changes to the store. Conflicts are the versions, by group, that the store had later ones than.
func (w *Writer) persist(ctx context.Context, items []*item, conflicts map[string]uint64) error {
	var changes []*record.Change
	for _, it := range items {
		if it.change != nil {
			changes = append(changes, it.change)
		}
	}
	if len(changes) == 0 {
		return nil
	}
	err := w.Backing.Persist(ctx, changes)
	var conflict cache.Conflict
	if err != nil && !errors.As(err, &conflict) {
		return fmt.Errorf("commit to the store: %w", err)
	}
	for _, it := range items {
		switch {
		case it.change == nil:
		case err != nil && conflict.Conflicted(it.name):
			if err := w.reconcile(ctx, it, conflicts); err != nil {
				return err
			}
		default:
			it.persisted = &format.StoreVersion{Version: it.change.Version, Count: it.change.Count}
		}
	}
	return nil
}

// reconcile finds out what the store has of a group whose change conflicts: a reply may have been lost, or another
// process have been first. In the second case Redis knows a later version by now, so the group is read again. Only if it
// still has the same version, something else wrote to the store.
func (w *Writer) reconcile(ctx context.Context, it *item, conflicts map[string]uint64) error {
	g, err := w.Backing.Load(ctx, it.name)
	if err != nil {
		return fmt.Errorf("load group %q: %w", it.name, err)
	}
	switch version := g.Version(); {
	case version > it.change.Version && conflicts[it.name] != it.change.Version:
		conflicts[it.name] = it.change.Version
	case version > it.change.Version:
		it.blocked = fmt.Errorf("group %q is at version %d in redis and at version %d in the store: something else wrote to the store",
			it.name, it.change.Version, version)
	default:
		it.persisted = &format.StoreVersion{Version: version, Count: g.DiffSince(0, 0, nil).Count}
		it.rewrite = version < it.change.Version
	}
	return nil
}

// markPersisted writes to Redis what the store has.
func (w *Writer) markPersisted(ctx context.Context, items []*item) error {
	now := time.Now().UnixMilli()
	var commands []rueidis.Completed
	for _, it := range items {
		k := &w.Client.Keys[it.shard]
		if it.blocked != nil { // others come first next time
			commands = append(commands, w.Client.B().Zadd().Key(k.Dirty).Xx().ScoreMember().ScoreMember(float64(now), it.name).Build())
		}
		if it.persisted == nil {
			continue
		}
		chunks := ""
		if it.rewrite {
			chunks = format.AllChunks
		}
		key := k.Group(it.name)
		keys := []string{k.Head, key, k.Dirty, k.DirtyIDs(it.name), k.DirtyChunks(it.name)}
		version := string(format.AppendVersion(nil, it.persisted.Version))
		commands = append(commands, script.MarkPersisted.Call(w.Client.B(), keys,
			it.epoch, it.name, version, it.persisted.Encode(key), format.Decimal(now), chunks))
	}
	for _, result := range w.Client.Send(ctx, commands) {
		if err := result.Error(); err != nil {
			return w.Client.Checked(fmt.Errorf("note what the store has: %w", err))
		}
	}
	return nil
}

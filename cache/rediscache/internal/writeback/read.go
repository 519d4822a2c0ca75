package writeback

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/script"
	"github.com/dictrack/dictrack/cache/rediscache/internal/server"
	"github.com/dictrack/dictrack/record"
)

// item is a dirty group on its way to the store.
type item struct {
	dirtyGroup
	epoch       string
	stored      *format.Group // what Redis has; nil: the group is gone
	dirtyChunks map[string]string
	dirtyIDs    []record.MessageID

	change    *record.Change       // what is written to the store; nil for nothing
	persisted *format.StoreVersion // what the store has; nil: not known
	rewrite   bool                 // the store has an older version than Redis assumes, so all has to be written again
	blocked   error                // why the group cannot be written to the store
}

// readAll reads groups and makes the changes that lead there from what the store has.
func (w *Writer) readAll(ctx context.Context, groups []dirtyGroup) ([]*item, error) {
	commands := make([]rueidis.Completed, len(groups))
	for i, g := range groups {
		k := &w.Client.Keys[g.shard]
		keys := []string{k.Head, k.Group(g.name), k.IDs, k.DirtyIDs(g.name), k.DirtyChunks(g.name)}
		commands[i] = script.ReadDirty.Call(w.Client.B(), keys, g.name)
	}
	items := make([]*item, len(groups))
	for i, result := range w.Client.Send(ctx, commands) {
		items[i] = &item{dirtyGroup: groups[i]}
		if err := items[i].read(&w.Client.Keys[groups[i].shard], result); err != nil {
			return nil, w.Client.Checked(fmt.Errorf("read group %q: %w", groups[i].name, err))
		}
	}
	if err := w.refreshAll(ctx, items); err != nil {
		return nil, err
	}
	for _, it := range items {
		if w.prepare(ctx, it); server.IsTransient(it.blocked) {
			return nil, it.blocked
		}
	}
	return items, nil
}

// refreshAll has those groups compared with the store that have to be. They are read again afterwards.
func (w *Writer) refreshAll(ctx context.Context, items []*item) error {
	var unconfirmed []*item
	var names []string
	for _, it := range items {
		if it.blocked == nil && it.unconfirmed() {
			unconfirmed = append(unconfirmed, it)
			names = append(names, it.name)
		}
	}
	errs, err := w.Refresh(ctx, names)
	if err != nil {
		return err
	}
	for i, it := range unconfirmed {
		if it.blocked = errs[i]; server.IsTransient(it.blocked) {
			return it.blocked
		}
	}
	return nil
}

// unconfirmed reports whether the group was not compared with the store in this epoch.
func (it *item) unconfirmed() bool {
	return it.stored != nil && (it.stored.Epoch != it.epoch || it.stored.StoreVersion == nil)
}

// read reads the reply of the script. A mistake in the group itself blocks it.
func (it *item) read(k *format.ShardKeys, result rueidis.RedisResult) error {
	parts, err := result.ToArray()
	if err != nil && server.Classify(err) == server.BadKey {
		it.blocked = format.GroupError(it.name, err)
		return nil
	}
	if err != nil {
		return err
	}
	if len(parts) != 4 {
		return server.ErrReply
	}
	var fields, ids map[string]string
	var errs [4]error
	it.epoch, errs[0] = parts[0].ToString()
	fields, errs[1] = server.ReadHash(&parts[1])
	it.dirtyChunks, errs[2] = server.ReadHash(&parts[2])
	ids, errs[3] = server.ReadHash(&parts[3])
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	if it.stored, err = format.ParseGroup(k.Group(it.name), fields, false); err != nil {
		it.blocked = format.GroupError(it.name, err)
		return nil
	}
	for field, stored := range ids {
		id, err := format.ParseID(k.IDs, field, stored)
		if err != nil {
			it.blocked = format.IDError(it.name, format.IDOf(field), err)
			return nil
		}
		it.dirtyIDs = append(it.dirtyIDs, id)
	}
	return nil
}

// prepare makes the change, if there is one.
func (w *Writer) prepare(ctx context.Context, it *item) {
	switch g := it.stored; {
	case it.blocked != nil:
	case g == nil:
		it.persisted = &format.StoreVersion{} // there is nothing to write
	case it.unconfirmed(): // was refreshed, and is read again
	case g.Version == g.StoreVersion.Version:
		it.persisted = g.StoreVersion
	default:
		it.change, it.blocked = w.buildChange(ctx, it)
	}
}

func (w *Writer) buildChange(ctx context.Context, it *item) (*record.Change, error) {
	defs, missing := w.Definitions.Find(it.stored.Layout)
	if missing {
		if err := w.Definitions.Read(ctx, it.stored.Layout, defs); err != nil {
			return nil, fmt.Errorf("group %q: %w", it.name, err)
		}
	}
	g, err := it.stored.Restore(it.name, defs)
	if err != nil {
		return nil, err
	}
	change := g.DiffSince(it.stored.StoreVersion.Version, it.stored.StoreVersion.Count, it.changedChunks())
	for _, id := range it.dirtyIDs {
		change.AddMessageID(id)
	}
	return change.Encode(), nil
}

// changedChunks are the chunks that the store does not have; nil for all.
func (it *item) changedChunks() []int {
	if it.stored.Count <= record.ChunkSize || len(it.dirtyChunks) == 0 || it.dirtyChunks[format.AllChunks] != "" {
		return nil
	}
	chunks := make([]int, 0, len(it.dirtyChunks))
	for field := range it.dirtyChunks {
		i, err := strconv.Atoi(field)
		if err != nil || i < 0 {
			return nil // written by something else: to write all chunks is always right
		}
		if i < it.stored.ChunkCount() {
			chunks = append(chunks, i)
		}
	}
	return chunks
}

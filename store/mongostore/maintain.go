package mongostore

import (
	"context"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// maintain does all that remains to be done for a batch of groups. Each step has a time limit, so that a server that
// does not answer cannot block it for ever.
func (m *maintainer) maintain(ctx context.Context, batch map[string]bool) error {
	m.busy.Lock()
	defer m.busy.Unlock()
	var groups []maintainedGroup
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) (err error) { groups, err = m.readGroups(ctx, batch); return err },
		func(ctx context.Context) error { return m.spillLong(ctx, groups) },
		func(ctx context.Context) error { return m.removeOrphans(ctx, groups) },
	} {
		if err := m.db.retrier.DoOnce(ctx, m.db.retrier.Timeout, step); err != nil {
			return err
		}
	}
	if m.db.projects {
		if err := m.projector.project(ctx, groups); err != nil {
			return err
		}
	}
	return m.db.retrier.DoOnce(ctx, m.db.retrier.Timeout, func(ctx context.Context) error { return m.markDone(ctx, groups) })
}

// readGroups reads the documents of groups. It skips those that cannot be read; Load returns what is wrong with them.
func (m *maintainer) readGroups(ctx context.Context, batch map[string]bool) ([]maintainedGroup, error) {
	var groups []maintainedGroup
	missing := maps.Clone(batch)
	keys := slices.Collect(maps.Keys(batch))
	err := forEach(ctx, m.db.groups, doc("_id", doc("$in", keys)), options.Find(), func(raw bson.Raw) error {
		d, err := parse(slices.Clone(raw))
		if err != nil {
			key, _ := raw.Lookup("_id").StringValueOK()
			delete(missing, key)
			m.db.log.Error("group skipped", "error", err)
			return nil
		}
		if !d.uncommitted() {
			groups = append(groups, maintainedGroup{document: d, full: missing[d.key]})
			delete(missing, d.key)
		}
		return nil
	})
	for key, full := range missing {
		if full { // a Flush deleted it, and tracker documents may have been written after that
			groups = append(groups, maintainedGroup{
				document: &document{key: key, version: m.db.firstVersion.Load()}, deleted: true, full: true,
			})
		}
	}
	return groups, err
}

// spillLong moves the message ids of groups that have many in their document.
func (m *maintainer) spillLong(ctx context.Context, groups []maintainedGroup) error {
	var keys []string
	for _, g := range groups {
		if g.hasManyIDs() {
			keys = append(keys, g.key)
		}
	}
	return m.db.spillIDs(ctx, keys)
}

// removeOrphans removes overflow documents that groups no longer refer to.
func (m *maintainer) removeOrphans(ctx context.Context, groups []maintainedGroup) error {
	var models []mongo.WriteModel
	for i := range groups {
		if groups[i].hasOverflow {
			models = append(models, groups[i].orphans()...)
		}
	}
	_, err := bulkWrite(ctx, m.db.overflow, models)
	return err
}

// markDone writes into the groups' documents what was done.
func (m *maintainer) markDone(ctx context.Context, groups []maintainedGroup) error {
	if m.db.projects {
		if err := m.markProjected(ctx, groups); err != nil {
			return err
		}
	}
	var models []mongo.WriteModel
	for _, g := range groups {
		unset := g.staleWriters()
		if m.db.projects || g.projected == 0 { // otherwise another process writes the tracker documents
			unset = append(unset, bson.E{Key: fieldMaintenance, Value: ""})
		}
		if len(unset) > 0 && !g.deleted {
			models = append(models, mongo.NewUpdateOneModel().SetUpdate(doc("$unset", unset)).
				SetFilter(doc("_id", g.key, fieldVersion, g.version)))
		}
	}
	_, err := bulkWrite(ctx, m.db.groups, models)
	return err
}

// markProjected writes up to which version the tracker documents of groups are up to date, unless another process has
// done so since the groups were read. Then both have written tracker documents at once, and the later one may have left
// an older state, or the document of a tracker that was removed: the group is checked in full in the next run.
func (m *maintainer) markProjected(ctx context.Context, groups []maintainedGroup) error {
	var models []mongo.WriteModel
	for _, g := range groups {
		if !g.deleted {
			models = append(models, mongo.NewUpdateOneModel().SetUpdate(doc("$set", doc(fieldProjected, g.version))).
				SetFilter(doc("_id", g.key, fieldBase, g.baseVersion, fieldProjected, g.projected)))
		}
	}
	matched, err := bulkWrite(ctx, m.db.groups, models)
	if err != nil || matched == len(models) {
		return err
	}
	unmatched := map[string]int64{}
	keys := bson.A{}
	for _, g := range groups {
		unmatched[g.key] = g.version
		keys = append(keys, g.key)
	}
	o := options.Find().SetProjection(doc(fieldProjected, 1))
	err = forEach(ctx, m.db.groups, doc("_id", doc("$in", keys)), o, func(raw bson.Raw) error {
		key, _ := raw.Lookup("_id").StringValueOK()
		if projected, _ := raw.Lookup(fieldProjected).AsInt64OK(); projected == unmatched[key] {
			delete(unmatched, key)
		}
		return nil
	})
	for _, g := range groups {
		if _, ok := unmatched[g.key]; ok && !g.deleted {
			m.schedule(g.key, true)
		}
	}
	return err
}

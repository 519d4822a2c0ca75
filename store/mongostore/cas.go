package mongostore

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dictrack/dictrack/internal/retry"
)

// casCommit is the compare-and-set of the groups of one commit, which others may be after too. It may be run
// again after any error: a write that has applied no longer finds its base, and the token that it left
// tells that it was this one.
type casCommit struct {
	db      *database
	pending []*write // neither won nor lost, as far as is known
	sent    bool     // an earlier attempt may have applied some
}

// attempt goes on until nothing is open.
func (c *casCommit) attempt(ctx context.Context) error {
	if c.sent {
		if err := c.readOutcome(ctx); err != nil {
			return err
		}
	}
	if err := c.insertNew(ctx); err != nil || len(c.pending) == 0 {
		return err
	}
	c.sent = true
	matched, err := c.send(ctx)
	if err != nil {
		return err
	}
	if matched == len(c.pending) {
		c.pending = nil
		return nil
	}
	if err := c.readOutcome(ctx); err != nil {
		return err
	}
	if len(c.pending) > 0 {
		return retry.ErrRetry // a majority is behind the primary, or the group has only just come to be
	}
	return nil
}

// send sends all that is open, and counts what applied.
func (c *casCommit) send(ctx context.Context) (matched int, err error) {
	models := make([]mongo.WriteModel, len(c.pending))
	for i, w := range c.pending {
		models[i] = mongo.NewUpdateOneModel().SetFilter(w.filter()).SetUpdate(w.update())
	}
	return bulkWrite(ctx, c.db.groups, models)
}

// readOutcome finds out what became of the writes. Those that can still apply stay open: they stand at their base, or
// have yet to be born from it.
func (c *casCommit) readOutcome(ctx context.Context) error {
	keys := bson.A{}
	for _, w := range c.pending {
		keys = append(keys, w.key)
	}
	found := map[string]*document{}
	fields := doc(fieldFormat, 1, fieldVersion, 1, fieldBase, 1, fieldWriters+"."+c.db.writerID, 1)
	err := forEach(ctx, c.db.groups, doc("_id", doc("$in", keys)), options.Find().SetProjection(fields), func(raw bson.Raw) error {
		d, err := parse(raw)
		if err == nil {
			found[d.key] = d
		}
		return err
	})
	if err != nil {
		return err
	}
	floor, err := c.firstVersion(ctx, found)
	if err != nil {
		return err
	}
	var open []*write
	for _, w := range c.pending {
		d := found[w.key]
		switch {
		case d == nil || d.uncommitted():
			w.isNew, w.conflict = true, w.base != floor
		case d.writers[c.db.writerID] == w.token: // it has won
			continue
		default:
			w.conflict = d.version != w.base
		}
		if !w.conflict {
			open = append(open, w)
		}
	}
	c.pending = open
	return nil
}

// firstVersion is the version that new groups start from, if that matters to any write.
func (c *casCommit) firstVersion(ctx context.Context, found map[string]*document) (int64, error) {
	for _, w := range c.pending {
		if d := found[w.key]; d == nil || d.uncommitted() {
			m, err := c.db.readMeta(ctx)
			return m.firstVersion, err
		}
	}
	return 0, nil
}

// insertNew makes sure that there is a document for each group that has had no commit. Only then it looks
// whether the floor is the base: a Flush that raises it later removes the document, and the write finds
// nothing to apply to.
func (c *casCommit) insertNew(ctx context.Context) error {
	var seeds []any
	for _, w := range c.pending {
		if w.isNew {
			seeds = append(seeds, w.initialDoc())
		}
	}
	if len(seeds) == 0 {
		return nil
	}
	there, err := insertMissing(ctx, c.db.groups, seeds)
	if err == nil && len(there) > 0 {
		err = c.rebase(ctx)
	}
	if err != nil {
		return err
	}
	m, err := c.db.readMeta(ctx)
	if err != nil {
		return err
	}
	var open []*write
	for _, w := range c.pending {
		if w.conflict = w.isNew && w.base != m.firstVersion; !w.conflict {
			open = append(open, w)
		}
	}
	c.pending = open
	return nil
}

// rebase brings documents that stand where a group started before a Flush, and never had a commit, to where
// groups start now.
func (c *casCommit) rebase(ctx context.Context) error {
	var models []mongo.WriteModel
	for _, w := range c.pending {
		if w.isNew {
			models = append(models, mongo.NewUpdateOneModel().
				SetFilter(doc("_id", w.key, fieldUpdated, doc("$exists", false), fieldVersion, doc("$lt", w.base))).
				SetUpdate(doc("$set", doc(fieldVersion, w.base, fieldBase, w.base))))
		}
	}
	_, err := bulkWrite(ctx, c.db.groups, models)
	return err
}

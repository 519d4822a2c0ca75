package mongostore

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dictrack/dictrack/internal/retry"
)

// casCommit is the compare-and-set of the groups of one commit. It is idempotent, so it can be retried
// after any error: a write that was applied no longer finds its base version, and the token that it left
// identifies it.
type casCommit struct {
	db      *database
	pending []*write // neither applied nor in conflict, as far as is known
	sent    bool     // an earlier attempt may have applied some
}

// attempt writes until nothing is pending.
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
		return retry.ErrRetry // a majority is behind the primary, or the group was inserted just now
	}
	return nil
}

// send sends the pending writes, and returns how many were applied.
func (c *casCommit) send(ctx context.Context) (matched int, err error) {
	models := make([]mongo.WriteModel, len(c.pending))
	for i, w := range c.pending {
		models[i] = mongo.NewUpdateOneModel().SetFilter(w.filter()).SetUpdate(w.update())
	}
	return bulkWrite(ctx, c.db.groups, models)
}

// readOutcome finds out which pending writes were applied and which are in conflict. Those that can still
// be applied remain pending: the group is at their base version, or does not exist and would start from it.
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

// firstVersion returns the version that new groups start from, if that matters to any write.
func (c *casCommit) firstVersion(ctx context.Context, found map[string]*document) (int64, error) {
	for _, w := range c.pending {
		if d := found[w.key]; d == nil || d.uncommitted() {
			m, err := c.db.readMeta(ctx)
			return m.firstVersion, err
		}
	}
	return 0, nil
}

// insertNew makes sure that there is a document for each group without a commit, and only then checks that
// new groups start from the base. A Flush that raises the first version later deletes the document, and the
// write matches nothing.
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

// rebase moves documents that were inserted before a Flush, and never had a commit, to the version that new
// groups start from now.
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

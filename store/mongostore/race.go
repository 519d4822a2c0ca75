package mongostore

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dictrack/dictrack/internal/retry"
)

// race is the compare-and-set of the groups of one commit, which others may be after too. It may be run
// again after any error: a write that has applied no longer finds its base, and the token that it left
// tells that it was this one.
type race struct {
	s    *Store
	open []*write // neither won nor lost, as far as is known
	sent bool     // an earlier attempt may have applied some
}

// attempt goes on until nothing is open.
func (r *race) attempt(ctx context.Context) error {
	if r.sent {
		if err := r.look(ctx); err != nil {
			return err
		}
	}
	if err := r.create(ctx); err != nil || len(r.open) == 0 {
		return err
	}
	r.sent = true
	matched, err := r.send(ctx)
	if err != nil {
		return err
	}
	if matched == len(r.open) {
		r.open = nil
		return nil
	}
	if err := r.look(ctx); err != nil {
		return err
	}
	if len(r.open) > 0 {
		return retry.ErrRetry // a majority is behind the primary, or the group has only just come to be
	}
	return nil
}

// send sends all that is open, and counts what applied.
func (r *race) send(ctx context.Context) (matched int, err error) {
	models := make([]mongo.WriteModel, len(r.open))
	for i, w := range r.open {
		models[i] = mongo.NewUpdateOneModel().SetFilter(w.filter()).SetUpdate(w.update())
	}
	return bulk(ctx, r.s.groups, models)
}

// look finds out what became of the writes. Those that can still apply stay open: they stand at their base, or
// have yet to be born from it.
func (r *race) look(ctx context.Context) error {
	keys := bson.A{}
	for _, w := range r.open {
		keys = append(keys, w.key)
	}
	found := map[string]*document{}
	fields := object(fieldFormat, 1, fieldVersion, 1, fieldBorn, 1, fieldWriters+"."+r.s.me, 1)
	err := each(ctx, r.s.groups, object("_id", object("$in", keys)), options.Find().SetProjection(fields), func(raw bson.Raw) error {
		d, err := parse(raw)
		if err == nil {
			found[d.key] = d
		}
		return err
	})
	if err != nil {
		return err
	}
	floor, err := r.floor(ctx, found)
	if err != nil {
		return err
	}
	var open []*write
	for _, w := range r.open {
		d := found[w.key]
		switch {
		case d == nil || d.unborn():
			w.create, w.lost = true, w.base != floor
		case d.writers[r.s.me] == w.token: // it has won
			continue
		default:
			w.lost = d.version != w.base
		}
		if !w.lost {
			open = append(open, w)
		}
	}
	r.open = open
	return nil
}

// floor is the version that new groups start from, if that matters to any write.
func (r *race) floor(ctx context.Context, found map[string]*document) (int64, error) {
	for _, w := range r.open {
		if d := found[w.key]; d == nil || d.unborn() {
			m, err := r.s.readMeta(ctx)
			return m.floor, err
		}
	}
	return 0, nil
}

// create makes sure that there is a document for each group that has had no commit. Only then it looks
// whether the floor is the base: a Flush that raises it later removes the document, and the write finds
// nothing to apply to.
func (r *race) create(ctx context.Context) error {
	var seeds []any
	for _, w := range r.open {
		if w.create {
			seeds = append(seeds, w.seed())
		}
	}
	if len(seeds) == 0 {
		return nil
	}
	there, err := insert(ctx, r.s.groups, seeds)
	if err == nil && len(there) > 0 {
		err = r.adopt(ctx)
	}
	if err != nil {
		return err
	}
	m, err := r.s.readMeta(ctx)
	if err != nil {
		return err
	}
	var open []*write
	for _, w := range r.open {
		if w.lost = w.create && w.base != m.floor; !w.lost {
			open = append(open, w)
		}
	}
	r.open = open
	return nil
}

// adopt brings documents that stand where a group started before a Flush, and never had a commit, to where
// groups start now.
func (r *race) adopt(ctx context.Context) error {
	var models []mongo.WriteModel
	for _, w := range r.open {
		if w.create {
			models = append(models, mongo.NewUpdateOneModel().
				SetFilter(object("_id", w.key, fieldUpdated, object("$exists", false), fieldVersion, object("$lt", w.base))).
				SetUpdate(object("$set", object(fieldVersion, w.base, fieldBorn, w.base))))
		}
	}
	_, err := bulk(ctx, r.s.groups, models)
	return err
}

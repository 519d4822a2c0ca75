package mongostore

import (
	"context"
	"math"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Forget implements store.Store.
func (s *Store) Forget(ctx context.Context, now int64) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.calls.Done()
	for _, step := range []func(context.Context, int64) (int, error){s.forgetTails, s.forgetSeen} {
		for n := maxForget; n == maxForget; {
			err := s.try(ctx, "forget ids", s.usual(), func(ctx context.Context) (err error) {
				n, err = step(ctx, now)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return s.try(ctx, "forget ids", 0, func(ctx context.Context) error {
		_, err := s.parts.DeleteMany(ctx, object(partExpires, object("$lte", now)))
		return err
	})
}

// maxForget is how many documents are dealt with at once.
const maxForget = 500

// forgetTails moves the ids out of the tails that have some whose time is over, and lets those go.
func (s *Store) forgetTails(ctx context.Context, now int64) (n int, err error) {
	defer s.tender.rest()() // it moves them too, and once is enough
	var all []*document
	filter := object(fieldExpires, object("$lte", now))
	err = each(ctx, s.groups, filter, options.Find().SetLimit(maxForget).SetProjection(tailFields), func(raw bson.Raw) error {
		d, err := parse(append(bson.Raw(nil), raw...))
		if err != nil {
			s.log.Error("a group is passed over", "error", err)
			return nil
		}
		all = append(all, d)
		return nil
	})
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return s.moveTails(ctx, all, now, bson.E{Key: "$set", Value: object(fieldExpires, now+1)})
}

// moveTails moves the ids of groups from their documents to documents of their own, but for those that are
// over at now, and counts the groups it did that for. More is what else becomes of the documents.
func (s *Store) moveTails(ctx context.Context, all []*document, now int64, more ...bson.E) (int, error) {
	var docs []any
	var models []mongo.WriteModel
	var done []*document
	for _, d := range all {
		whole, err := s.readParts(ctx, d.entries())
		if err != nil {
			return 0, err
		}
		if !whole { // somebody else has moved them
			continue
		}
		moved, err := d.seenDocs(now)
		if err != nil {
			s.log.Error("ids of a group stay where they are", "error", err)
			continue
		}
		done = append(done, d)
		docs = append(docs, moved...)
		models = append(models, d.cutTail(more)...)
	}
	if err := s.putSeen(ctx, docs); err != nil {
		return 0, err
	}
	if _, err := bulk(ctx, s.groups, models); err != nil {
		return 0, err
	}
	for _, d := range done {
		d.tail = nil
	}
	return len(done), nil
}

// cutTail takes what was read of a tail away. What others have put there since stays, and with it the bound
// of when something in it is over, unless nobody has.
func (d *document) cutTail(update bson.D) []mongo.WriteModel {
	gone := bson.D{}
	for _, e := range d.tail {
		gone = append(gone, bson.E{Key: fieldTail + "." + e.field, Value: ""})
	}
	if len(gone) > 0 {
		update = append(slices.Clone(update), bson.E{Key: "$unset", Value: gone})
	}
	models := []mongo.WriteModel{
		mongo.NewUpdateOneModel().SetUpdate(object("$unset", object(fieldExpires, ""))).
			SetFilter(object("_id", d.key, fieldVersion, d.version)),
	}
	if len(update) > 0 {
		models = append([]mongo.WriteModel{mongo.NewUpdateOneModel().SetUpdate(update).
			SetFilter(object("_id", d.key, fieldBorn, d.born))}, models...)
	}
	return models
}

// forgetSeen removes some ids whose time is over: the first, and all that expire no later than those.
func (s *Store) forgetSeen(ctx context.Context, now int64) (n int, err error) {
	last := int64(math.MinInt64)
	o := options.Find().SetSort(object(seenExpires, 1)).SetLimit(maxForget).SetProjection(object(seenExpires, 1))
	err = each(ctx, s.ids, object(seenExpires, object("$lte", now)), o, func(raw bson.Raw) error {
		n++
		at, _ := raw.Lookup(seenExpires).AsInt64OK()
		last = max(last, at)
		return nil
	})
	if err == nil && n > 0 {
		_, err = s.ids.DeleteMany(ctx, object(seenExpires, object("$lte", last)))
	}
	return n, err
}

package mongostore

import (
	"context"
	"math"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// DeleteExpiredIDs implements store.Store.
func (s *Store) DeleteExpiredIDs(ctx context.Context, now int64) error {
	if err := s.retrier.Enter(ctx); err != nil {
		return err
	}
	defer s.retrier.Leave()
	for _, step := range []func(context.Context, int64) (int, error){s.forgetInline, s.forgetSpilled} {
		for n := maxForget; n == maxForget; {
			err := s.retrier.Do(ctx, "forget ids", s.retrier.AttemptTimeout(), func(ctx context.Context) (err error) {
				n, err = step(ctx, now)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return s.retrier.Do(ctx, "forget ids", 0, func(ctx context.Context) error {
		_, err := s.overflow.DeleteMany(ctx, doc(overflowExpires, doc("$lte", now)))
		return err
	})
}

// maxForget is how many documents are processed at once.
const maxForget = 500

// forgetInline moves the message ids out of groups' documents that hold expired ones, which it drops.
func (db *database) forgetInline(ctx context.Context, now int64) (n int, err error) {
	done, err := db.lockSpill(ctx)
	if err != nil {
		return 0, err
	}
	defer done()
	var all []*document
	filter := doc(fieldExpires, doc("$lte", now))
	err = forEach(ctx, db.groups, filter, options.Find().SetLimit(maxForget).SetProjection(inlineIDFields), func(raw bson.Raw) error {
		d, err := parse(slices.Clone(raw))
		if err != nil {
			db.log.Error("group skipped", "error", err)
			return nil
		}
		all = append(all, d)
		return nil
	})
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return db.spill(ctx, all, now, bson.E{Key: "$set", Value: doc(fieldExpires, now+1)})
}

// forgetSpilled removes some expired message ids: the earliest, and all that expire no later.
func (db *database) forgetSpilled(ctx context.Context, now int64) (n int, err error) {
	last := int64(math.MinInt64)
	o := options.Find().SetSort(doc(idExpires, 1)).SetLimit(maxForget).SetProjection(doc(idExpires, 1))
	err = forEach(ctx, db.messageIDs, doc(idExpires, doc("$lte", now)), o, func(raw bson.Raw) error {
		n++
		at, _ := raw.Lookup(idExpires).AsInt64OK()
		last = max(last, at)
		return nil
	})
	if err == nil && n > 0 {
		_, err = db.messageIDs.DeleteMany(ctx, doc(idExpires, doc("$lte", last)))
	}
	return n, err
}

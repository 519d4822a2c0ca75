package mongostore

import (
	"context"
	"math"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Forget implements store.Store.
func (s *Store) Forget(ctx context.Context, now int64) error {
	if err := s.calls.Enter(ctx); err != nil {
		return err
	}
	defer s.calls.Leave()
	for _, step := range []func(context.Context, int64) (int, error){s.forgetTails, s.forgetSeen} {
		for n := maxForget; n == maxForget; {
			err := s.calls.Do(ctx, "forget ids", s.calls.AttemptTimeout(), func(ctx context.Context) (err error) {
				n, err = step(ctx, now)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return s.calls.Do(ctx, "forget ids", 0, func(ctx context.Context) error {
		_, err := s.parts.DeleteMany(ctx, object(partExpires, object("$lte", now)))
		return err
	})
}

// maxForget is how many documents are dealt with at once.
const maxForget = 500

// forgetTails moves the ids out of the tails that have some whose time is over, and lets those go.
func (s *Store) forgetTails(ctx context.Context, now int64) (n int, err error) {
	done, err := s.move(ctx)
	if err != nil {
		return 0, err
	}
	defer done()
	var all []*document
	filter := object(fieldExpires, object("$lte", now))
	err = each(ctx, s.groups, filter, options.Find().SetLimit(maxForget).SetProjection(tailFields), func(raw bson.Raw) error {
		d, err := parse(slices.Clone(raw))
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

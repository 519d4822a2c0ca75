package mongostore

import (
	"context"
	"math"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// How many ids there may be in a tail.
const (
	longTail  = 32      // these move when there is time
	maxTail   = 256     // no commit adds to these
	maxTails  = 1 << 16 // how many groups' tails are counted
	leastSeen = 40      // bytes that an id takes there, about
)

// long tells whether the ids should move.
func (d *document) long() bool {
	n := 0
	for i := range d.tail {
		if d.tail[i].value.apart() {
			return true
		}
		n += len(d.tail[i].value.bytes) / leastSeen
	}
	return n >= longTail
}

// trim moves the ids of long tails.
func (t *tender) trim(ctx context.Context, visits []visit) error {
	var keys []string
	for _, v := range visits {
		if v.long() {
			keys = append(keys, v.key)
		}
	}
	return t.s.shorten(ctx, keys)
}

// relieve moves the ids of groups whose tails are so long that the writes must not make them longer.
func (s *Store) relieve(ctx context.Context, writes []*write) error {
	keys := s.tender.full(writes)
	if len(keys) == 0 {
		return nil
	}
	return s.calls.Do(ctx, "commit", s.calls.AttemptTimeout(), func(ctx context.Context) error { return s.shorten(ctx, keys) })
}

// shorten moves the ids of some groups. One of this Store's goroutines does so at a time: what another has
// just moved would be written for nothing.
func (s *Store) shorten(ctx context.Context, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	done, err := s.move(ctx)
	if err != nil {
		return err
	}
	defer done()
	var all []*document
	o := options.Find().SetProjection(tailFields)
	err = each(ctx, s.groups, object("_id", object("$in", keys)), o, func(raw bson.Raw) error {
		d, err := parse(slices.Clone(raw))
		if err != nil {
			s.log.Error("a group is passed over", "error", err)
			return nil
		}
		all = append(all, d)
		return nil
	})
	if err == nil {
		_, err = s.moveTails(ctx, all, math.MinInt64)
	}
	return err
}

// move waits until nobody else of this Store moves ids; done lets the next one.
func (s *Store) move(ctx context.Context) (done func(), err error) {
	select {
	case s.moving <- struct{}{}:
		return func() { <-s.moving }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// full are the keys of those writes that find a full tail.
func (t *tender) full(writes []*write) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var keys []string
	for _, w := range writes {
		if n := t.tails[w.key]; n > 0 && w.ids > 0 && n+w.ids > maxTail {
			keys = append(keys, w.key)
			delete(t.tails, w.key)
		}
	}
	return keys
}

// moveTails moves the ids of groups from their documents to documents of their own, but for those that are
// over at now, and counts the groups it did that for. More is what else becomes of the documents.
func (s *Store) moveTails(ctx context.Context, all []*document, now int64, more ...bson.E) (int, error) {
	var docs []any
	var models []mongo.WriteModel
	done, parts := 0, bson.A{}
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
		done++
		docs = append(docs, moved...)
		models = append(models, d.cutTail(more)...)
		for i := range d.tail {
			if d.tail[i].value.apart() {
				parts = append(parts, d.tail[i].value.part)
			}
		}
	}
	if err := s.putSeen(ctx, docs); err != nil {
		return 0, err
	}
	if _, err := bulk(ctx, s.groups, models); err != nil {
		return 0, err
	}
	s.removeParts(ctx, parts)
	return done, nil
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

package mongostore

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dictrack/dictrack/record"
)

// Due implements store.Store.
func (s *Store) Due(ctx context.Context, until int64, limit int) ([]record.Due, error) {
	due := listing[record.Due]{
		what:   "list due groups",
		filter: doc(fieldDue, doc("$lte", until)),
		sort:   doc(fieldDue, 1, "_id", 1),
		read: func(name string, raw bson.Raw) (record.Due, bool) {
			at, ok := raw.Lookup(fieldDue).Int64OK()
			return record.Due{Group: name, At: at}, ok
		},
	}
	return due.list(ctx, s, limit)
}

// Groups implements store.Store.
func (s *Store) Groups(ctx context.Context, after string, limit int) ([]string, error) {
	names := listing[string]{
		what:   "list groups",
		filter: doc("_id", doc("$gt", keyOf(after)), fieldUpdated, doc("$exists", true)),
		sort:   doc("_id", 1),
		read:   func(name string, _ bson.Raw) (string, bool) { return name, true },
	}
	return names.list(ctx, s, limit)
}

// listing is a list of groups. It skips documents that are not those of groups, so that they do not block
// others; Load returns what is wrong with them.
type listing[T any] struct {
	what         string
	filter, sort bson.D
	read         func(name string, raw bson.Raw) (T, bool)
}

// list returns at most limit groups.
func (l *listing[T]) list(ctx context.Context, s *Store, limit int) (all []T, err error) {
	if err := s.retrier.Enter(ctx); err != nil {
		return nil, err
	}
	defer s.retrier.Leave()
	if limit <= 0 {
		return nil, nil
	}
	passed := 0
	err = s.retrier.Do(ctx, l.what, s.retrier.AttemptTimeout(), func(ctx context.Context) error {
		for {
			n, err := l.page(ctx, s, limit+passed, &all)
			if err != nil || len(all) >= limit || n < limit+passed {
				return err
			}
			passed += limit - len(all)
		}
	})
	if err != nil {
		return nil, err
	}
	return all[:min(len(all), limit)], nil
}

// page reads the first limit documents, and returns how many there were.
func (l *listing[T]) page(ctx context.Context, s *Store, limit int, all *[]T) (n int, err error) {
	*all = nil
	o := options.Find().SetSort(l.sort).SetLimit(int64(limit)).SetProjection(doc(fieldDue, 1))
	err = forEach(ctx, s.groups, l.filter, o, func(raw bson.Raw) error {
		n++
		key, _ := raw.Lookup("_id").StringValueOK()
		if name, ok := nameOf(key); ok && key != "" {
			if one, ok := l.read(name, raw); ok {
				*all = append(*all, one)
			}
		}
		return nil
	})
	return n, err
}

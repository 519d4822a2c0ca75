package mongostore

import (
	"context"
	"errors"
	"fmt"
	"math"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dictrack/dictrack/internal/retry"
	"github.com/dictrack/dictrack/store"
)

// The one document of the collection meta.
const (
	metaID       = "store"
	metaFormat   = "format"
	metaFloor    = "floor"    // the version that new groups start from
	metaFlushing = "flushing" // what is below the floor is to be removed
)

type meta struct {
	floor    int64
	flushing bool
}

// introduce makes the document unless it is there, and reads it.
func (s *Store) introduce(ctx context.Context) (m meta, err error) {
	err = s.calls.Do(ctx, "look at the store", s.calls.AttemptTimeout(), func(ctx context.Context) error {
		_, err := s.meta.InsertOne(ctx, object("_id", metaID, metaFormat, int32(format), metaFloor, int64(0)))
		if err != nil && !mongo.IsDuplicateKeyError(err) {
			return err
		}
		m, err = s.readMeta(ctx)
		return err
	})
	return m, err
}

// readMeta reads the document, and with it the floor as it is now.
func (s *Store) readMeta(ctx context.Context) (meta, error) {
	raw, err := s.meta.FindOne(ctx, object("_id", metaID)).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return meta{}, &store.CorruptError{Record: "of the store", Reason: "it is missing"}
	}
	if err != nil {
		return meta{}, err
	}
	var p parser
	m := meta{floor: p.int(raw, metaFloor)}
	if flushing, err := raw.LookupErr(metaFlushing); err == nil {
		m.flushing = p.toBool(metaFlushing, flushing)
	}
	if found := p.int(raw, metaFormat); p.err == nil && found != format {
		return meta{}, &store.FormatError{Found: int(found), Known: format}
	}
	if p.err != nil {
		return meta{}, &store.CorruptError{Record: "of the store", Reason: p.err.Error()}
	}
	s.floor.Store(m.floor)
	return m, nil
}

// epoch is how far a Flush raises the floor above every version there is: no group makes that many commits
// while a Flush goes on.
const epoch = 1 << 32

// Flush implements store.Store. It raises the floor, which ends all commits to groups that do not exist yet,
// and then removes what is below it.
func (s *Store) Flush(ctx context.Context) error {
	if err := s.calls.Enter(ctx); err != nil {
		return err
	}
	defer s.calls.Leave()
	defer s.tender.rest()()
	var floor int64
	err := s.calls.Do(ctx, "flush", 0, func(ctx context.Context) (err error) {
		floor, err = s.raise(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return s.empty(ctx, floor)
}

// raise lifts the floor. Done twice, it lifts it twice.
func (s *Store) raise(ctx context.Context) (int64, error) {
	m, err := s.readMeta(ctx)
	if err != nil {
		return 0, err
	}
	top, err := s.top(ctx, m.floor)
	if err != nil {
		return 0, err
	}
	if top > math.MaxInt64-2*epoch {
		return 0, fmt.Errorf("a group has version %d: there are no more for a Flush to go on from", top)
	}
	res, err := s.meta.UpdateOne(ctx, object("_id", metaID, metaFloor, m.floor),
		object("$set", object(metaFloor, top+epoch, metaFlushing, true)))
	if err == nil && res.MatchedCount == 0 {
		err = retry.ErrRetry // another Flush was faster
	}
	return top + epoch, err
}

// top is the highest version there is, or the floor.
func (s *Store) top(ctx context.Context, floor int64) (int64, error) {
	raw, err := s.groups.FindOne(ctx, object(fieldVersion, object("$gt", floor)), options.FindOne().
		SetSort(object(fieldVersion, -1)).SetProjection(object(fieldVersion, 1))).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return floor, nil
	}
	if err != nil {
		return 0, err
	}
	top, ok := raw.Lookup(fieldVersion).AsInt64OK()
	if !ok {
		return floor, nil
	}
	return max(top, floor), nil
}

// empty removes all that is older than the floor, and notes that it is done.
func (s *Store) empty(ctx context.Context, floor int64) error {
	older := object("$not", object("$gte", floor))
	for _, at := range []struct {
		collection *mongo.Collection
		version    string
	}{{s.groups, fieldVersion}, {s.parts, partVersion}, {s.ids, seenCommit}, {s.trackers, trackerVersion}} {
		err := s.calls.Do(ctx, "flush", 0, func(ctx context.Context) error {
			_, err := at.collection.DeleteMany(ctx, object(at.version, older))
			return err
		})
		if err != nil {
			return err
		}
	}
	return s.calls.Do(ctx, "flush", s.calls.AttemptTimeout(), func(ctx context.Context) error {
		_, err := s.meta.UpdateOne(ctx, object("_id", metaID, metaFloor, floor),
			object("$unset", object(metaFlushing, "")))
		return err
	})
}

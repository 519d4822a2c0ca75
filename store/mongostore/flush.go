package mongostore

import (
	"context"
	"errors"
	"fmt"
	"math"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dictrack/dictrack/internal/retry"
)

// flushGap is how far a Flush raises the first version above every version: no group makes that many
// commits during a Flush.
const flushGap = 1 << 32

// Flush implements store.Store. It raises the first version, after which no commit to a group that does not
// exist succeeds, and then deletes what is below it.
func (s *Store) Flush(ctx context.Context) error {
	if err := s.retrier.Enter(ctx); err != nil {
		return err
	}
	defer s.retrier.Leave()
	defer s.maintainer.pause()()
	var floor int64
	err := s.retrier.Do(ctx, "flush", 0, func(ctx context.Context) (err error) {
		floor, err = s.raiseFirstVersion(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return s.deleteBelow(ctx, floor)
}

// raiseFirstVersion raises the version that new groups start from. A repeated call raises it again.
func (db *database) raiseFirstVersion(ctx context.Context) (int64, error) {
	m, err := db.readMeta(ctx)
	if err != nil {
		return 0, err
	}
	top, err := db.maxVersion(ctx, m.firstVersion)
	if err != nil {
		return 0, err
	}
	if top > math.MaxInt64-2*flushGap {
		return 0, fmt.Errorf("a group has version %d: there is none left for a Flush", top)
	}
	res, err := db.meta.UpdateOne(ctx, doc("_id", metaID, metaFirstVersion, m.firstVersion),
		doc("$set", doc(metaFirstVersion, top+flushGap, metaFlushing, true)))
	if err == nil && res.MatchedCount == 0 {
		err = retry.ErrRetry // another Flush was faster
	}
	return top + flushGap, err
}

// maxVersion returns the highest version of any group, at least first.
func (db *database) maxVersion(ctx context.Context, floor int64) (int64, error) {
	raw, err := db.groups.FindOne(ctx, doc(fieldVersion, doc("$gt", floor)), options.FindOne().
		SetSort(doc(fieldVersion, -1)).SetProjection(doc(fieldVersion, 1))).Raw()
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

// deleteBelow deletes everything older than the first version, and then marks the Flush as done.
func (db *database) deleteBelow(ctx context.Context, floor int64) error {
	older := doc("$not", doc("$gte", floor))
	for _, at := range []struct {
		collection *mongo.Collection
		version    string
	}{{db.groups, fieldVersion}, {db.overflow, overflowVersion}, {db.messageIDs, idCommit}, {db.trackers, trackerVersion}} {
		err := db.retrier.Do(ctx, "flush", 0, func(ctx context.Context) error {
			_, err := at.collection.DeleteMany(ctx, doc(at.version, older))
			return err
		})
		if err != nil {
			return err
		}
	}
	return db.retrier.Do(ctx, "flush", db.retrier.AttemptTimeout(), func(ctx context.Context) error {
		_, err := db.meta.UpdateOne(ctx, doc("_id", metaID, metaFirstVersion, floor),
			doc("$unset", doc(metaFlushing, "")))
		return err
	})
}

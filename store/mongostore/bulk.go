package mongostore

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

const (
	// maxBatch is how many documents are inserted or looked up by one command.
	maxBatch = 1000
	// maxModels is how many updates are in one command. FerretDB 1 hangs at a hundred.
	maxModels = 64
	// maxCommands is how many such commands run at once: they share one sync of the journal.
	maxCommands = 8
)

// bulkWrite makes changes in no particular order, and returns how many documents matched a replacement,
// update or removal. An error is that of one command that failed; the others may have succeeded.
func bulkWrite(ctx context.Context, in *mongo.Collection, models []mongo.WriteModel) (int, error) {
	var found atomic.Int64
	var failures []error
	var mu sync.Mutex // protects failures
	var all sync.WaitGroup
	slots := make(chan struct{}, maxCommands)
	for some := range slices.Chunk(models, maxModels) {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			res, err := in.BulkWrite(ctx, some, options.BulkWrite().SetOrdered(false))
			if _, err = duplicates(err); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failures = append(failures, err)
			} else if res != nil {
				found.Add(res.MatchedCount + res.DeletedCount)
			}
		})
	}
	all.Wait()
	return int(found.Load()), errors.Join(failures...)
}

// insertMissing inserts documents, and returns those whose _id exists already.
func insertMissing(ctx context.Context, to *mongo.Collection, docs []any) (there []any, err error) {
	for some := range slices.Chunk(docs, maxBatch) {
		_, err := to.InsertMany(ctx, some, options.InsertMany().SetOrdered(false))
		indexes, err := duplicates(err)
		if err != nil {
			return nil, err
		}
		for _, at := range indexes {
			there = append(there, some[at])
		}
	}
	return there, nil
}

const codeDuplicate = 11000

// duplicates returns the indexes of documents whose _id exists already, if err says nothing else; otherwise
// it returns err.
func duplicates(err error) (indexes []int, _ error) {
	bulk, ok := err.(mongo.BulkWriteException) //nolint:errorlint // the driver returns it as it is
	if !ok || bulk.WriteConcernError != nil {
		return nil, err
	}
	for _, e := range bulk.WriteErrors {
		if e.Code != codeDuplicate {
			return nil, err
		}
		indexes = append(indexes, e.Index)
	}
	return indexes, nil
}

// forEach calls f for all documents that match. What f is given is valid until it returns.
func forEach(ctx context.Context, in *mongo.Collection, filter any, o *options.FindOptionsBuilder, f func(bson.Raw) error) error {
	cursor, err := in.Find(ctx, filter, o)
	if err != nil {
		return err
	}
	for err == nil && cursor.Next(ctx) {
		err = f(cursor.Current)
	}
	if err == nil {
		err = cursor.Err()
	}
	if closing := cursor.Close(ctx); err == nil {
		err = closing
	}
	return err
}

package mongostore

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"github.com/dictrack/dictrack/internal/boundedmap"
	"github.com/dictrack/dictrack/internal/retry"
	"github.com/dictrack/dictrack/tracker"
)

// database is the collections of a store, and all that is needed to call their server.
type database struct {
	client    *mongo.Client
	owned     bool // disconnect the client too
	log       *slog.Logger
	server    string // addresses and database, for messages
	writerID  string // identifies this Store in the documents of groups
	maxInline int    // number of chunks that a group's document holds itself
	projects  bool   // write tracker documents

	meta, groups, overflow, messageIDs, definitions, trackers *mongo.Collection

	firstVersion atomic.Int64     // the version that new groups start from, as of the last look at meta
	cached       *definitionCache // of definitions
	spilling     chan struct{}    // semaphore for spill, see lockSpill

	ctx     context.Context // ends when Close gives up waiting
	cancel  context.CancelFunc
	retrier *retry.Retrier
}

func newDatabase(client *mongo.Client, servers string, o *Options, w *writeconcern.WriteConcern, r *readconcern.ReadConcern) *database {
	if o.Database == "" {
		o.Database = "dictrack"
	}
	in := client.Database(o.Database, options.Database().
		SetWriteConcern(w).SetReadConcern(r).SetReadPreference(readpref.Primary()))
	db := &database{
		client: client, log: o.Logger,
		server:    fmt.Sprintf("%s, database %q", servers, o.Database),
		writerID:  bson.NewObjectID().Hex()[8:], // without the time
		maxInline: defaultMaxInline, projects: !o.DisableTrackerDocs,
		meta: in.Collection(o.Prefix + "meta"), groups: in.Collection(o.Prefix + "groups"),
		overflow: in.Collection(o.Prefix + "overflow"), messageIDs: in.Collection(o.Prefix + "message_ids"),
		definitions: in.Collection(o.Prefix + "definitions"), trackers: in.Collection(o.Prefix + "trackers"),
		cached:   boundedmap.New[tracker.ID, []byte](maxCachedDefinitions),
		spilling: make(chan struct{}, 1),
	}
	db.ctx, db.cancel = context.WithCancel(context.Background())
	db.retrier = retry.New(retry.Options{
		Server: "MongoDB", Timeout: o.RetryTimeout, Logger: o.Logger,
		IsTransient: isTransient, Describe: db.describe, Context: db.ctx,
	})
	return db
}

// describe turns an error of the driver into one line, with the address if the server could not be reached.
func (db *database) describe(err error) error {
	reason, unreachable := explainError(err)
	switch {
	case unreachable:
		reason = db.server + ": " + reason
	case reason == "":
		return err
	}
	return &retry.OneLineError{Text: reason, Cause: err}
}

// connectError says in one line why no connection can be made.
func (db *database) connectError(err error) error {
	reason, _ := explainError(err)
	if reason == "" {
		reason = line(err)
	}
	return &retry.OneLineError{Text: fmt.Sprintf("connect to %s: %s", db.server, reason), Cause: err}
}

func (db *database) disconnect() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := db.client.Disconnect(ctx); err != nil {
		return db.describe(err)
	}
	return nil
}

// definitionCache holds the canonical JSON of definitions that are in the database. They never change and are never
// removed, so they need neither be written again nor read.
type definitionCache = boundedmap.Map[tracker.ID, []byte]

const maxCachedDefinitions = 1 << 15

// defaultMaxInline is the number of chunks that a group's document holds itself: up to 8,192 trackers.
const defaultMaxInline = 64

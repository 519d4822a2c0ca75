package mongostore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
)

// Open connects to the database that the URL or Options name and opens the store in it, and creates
// collections and indexes that do not exist. The URL is
// mongodb://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE or mongodb+srv://..., with the driver's options;
// unknown ones are refused.
//
// If no connection can be made, the error says in one line to which server and why not. The error is a
// *record.FormatError if another version of dictrack wrote the database, or a *field.Error for each option
// that is invalid. No error contains the password.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	o = o.withDefaults()
	if err := errors.Join(o.validate(), checkURLScheme(url), ctx.Err()); err != nil {
		return nil, err
	}
	said, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	c := options.Client().ApplyURI(url)
	if err := c.Validate(); err != nil {
		return nil, urlError(url, err)
	}
	if o.Database == "" {
		o.Database = said.Database
	}
	if err := o.validate(); err != nil { // the URL may name a database that cannot be
		return nil, err
	}
	w, r, err := o.concerns(c.WriteConcern, c.ReadConcern)
	if err != nil {
		return nil, err
	}
	if c.AppName == nil {
		c.SetAppName("dictrack")
	}
	client, err := mongo.Connect(c)
	if err != nil {
		return nil, urlError(url, err)
	}
	db := newDatabase(client, "MongoDB at "+strings.Join(c.Hosts, ", "), &o, &w, r)
	db.owned = true
	return open(ctx, db, &o)
}

// New opens the store in a database of a client, as Open does. Options.Database defaults to dictrack. The
// client remains the caller's: it must stay connected as long as the store is open, and Close does not
// disconnect it. Its concerns and its read preference are not used.
func New(ctx context.Context, client *mongo.Client, o Options) (*Store, error) {
	o = o.withDefaults()
	if err := errors.Join(o.validate(), ctx.Err()); err != nil {
		return nil, err
	}
	if client == nil {
		return nil, errors.New("the client is nil, want one that is connected")
	}
	w, r, err := o.concerns(nil, nil)
	if err != nil {
		return nil, err
	}
	return open(ctx, newDatabase(client, "MongoDB", &o, &w, r), &o)
}

// open prepares the database and starts the maintainer. When it fails, it releases everything.
func open(ctx context.Context, db *database, o *Options) (*Store, error) {
	if err := prepare(ctx, db); err != nil {
		db.cancel()
		if db.owned {
			_ = db.disconnect() // the first error is the one to return
		}
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{database: db, maintainer: newMaintainer(db, o.TrackerDocDelay)}
	go s.maintainer.run()
	return s, nil
}

// pingTimeout is how long a server may take to answer at first.
const pingTimeout = 5 * time.Second

// prepare checks the connection, creates what is missing, and ends a Flush that was interrupted.
func prepare(ctx context.Context, db *database) error {
	short, cancel := context.WithTimeout(ctx, min(db.retrier.AttemptTimeout(), pingTimeout))
	defer cancel()
	err := db.client.Ping(short, readpref.Primary())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return db.connectError(err)
	}
	m, err := db.ensureMeta(ctx)
	if err == nil {
		err = db.makeIndexes(ctx)
	}
	if err == nil && m.flushing {
		err = db.deleteBelow(ctx, m.firstVersion)
	}
	return err
}

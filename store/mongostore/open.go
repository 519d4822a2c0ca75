package mongostore

import (
	"context"
	"errors"
	"fmt"
	"strings"
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

// Open connects to the database that the URL or Options name and opens the store in it, with its
// collections and indexes made. The URL is mongodb://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE or
// mongodb+srv://..., with the driver's options; others are refused.
//
// When there is no connection to be had, the error says in one line where to and why not. The error is a
// *store.FormatError when another version of dictrack wrote the database, or says which option is wrong. No
// error has the password.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	o = o.withDefaults()
	if err := errors.Join(o.validate(), checkScheme(url), ctx.Err()); err != nil {
		return nil, err
	}
	said, err := settings(url)
	if err != nil {
		return nil, err
	}
	c := options.Client().ApplyURI(url)
	if err := c.Validate(); err != nil {
		return nil, unreadable(url, err)
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
		return nil, unreadable(url, err)
	}
	s := newStore(client, "MongoDB at "+strings.Join(c.Hosts, ", "), &o, &w, r)
	s.owned = true
	return s.open(ctx, &o)
}

// New opens the store in a database of a client, as Open does; Options.Database is dictrack if it
// does not say otherwise. The client stays the caller's: it is to be connected as long as the store, and
// Close leaves it so. Of its settings, the concerns and the read preference do not matter.
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
	return newStore(client, "MongoDB", &o, &w, r).open(ctx, &o)
}

func newStore(client *mongo.Client, servers string, o *Options, w *writeconcern.WriteConcern, r *readconcern.ReadConcern) *Store {
	if o.Database == "" {
		o.Database = "dictrack"
	}
	db := client.Database(o.Database, options.Database().
		SetWriteConcern(w).SetReadConcern(r).SetReadPreference(readpref.Primary()))
	s := &Store{
		moving: make(chan struct{}, 1),
		cached: boundedmap.New[tracker.ID, []byte](maxCachedDefinitions),
		client: client, log: o.Logger,
		where: fmt.Sprintf("%s, database %q", servers, o.Database),
		me:    bson.NewObjectID().Hex()[8:], // without the time
	}
	s.life, s.end = context.WithCancel(context.Background())
	s.calls = retry.New(retry.Options{
		Server: "MongoDB", Timeout: o.RetryTimeout, Logger: o.Logger, IsTransient: passes, Describe: s.plain, Context: s.life,
	})
	s.meta, s.groups = db.Collection(o.Prefix+"meta"), db.Collection(o.Prefix+"groups")
	s.parts, s.ids = db.Collection(o.Prefix+"parts"), db.Collection(o.Prefix+"ids")
	s.definitions, s.trackers = db.Collection(o.Prefix+"definitions"), db.Collection(o.Prefix+"trackers")
	s.shows, s.inline = !o.DisableTrackerDocs, maxInline
	s.tender = newTender(s, o.TrackerDocDelay)
	return s
}

// open prepares the database. When it fails, nothing is left behind but what is in the database.
func (s *Store) open(ctx context.Context, o *Options) (*Store, error) {
	if err := s.prepare(ctx); err != nil {
		s.end()
		if s.owned {
			_ = s.disconnect() // the first error is the one to tell
		}
		return nil, fmt.Errorf("open store: %w", err)
	}
	go s.tender.run()
	return s, nil
}

// maxGreeting is how long a server may take to show that it is there.
const maxGreeting = 5 * time.Second

// prepare makes what is not there, and looks at what is.
func (s *Store) prepare(ctx context.Context) error {
	short, cancel := context.WithTimeout(ctx, min(s.calls.AttemptTimeout(), maxGreeting))
	defer cancel()
	err := s.client.Ping(short, readpref.Primary())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return s.unreached(err)
	}
	m, err := s.introduce(ctx)
	if err == nil {
		err = s.makeIndexes(ctx)
	}
	if err == nil && m.flushing {
		err = s.empty(ctx, m.floor)
	}
	return err
}

package pgstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dictrack/dictrack/internal/boundedmap"
	"github.com/dictrack/dictrack/internal/retry"
	"github.com/dictrack/dictrack/tracker"
)

// Open connects to the database that the URL names and opens the store in it, with its tables made or
// brought up to date. The URL is postgres://USER:PASSWORD@HOST:PORT/DATABASE, or whatever else pgx takes;
// what it does not say comes from the environment, as with psql.
//
// When there is no connection to be had, the error says in one line where to and why not, and nothing is
// tried again; only a server that is about to start is waited for. The error is a *store.FormatError when
// a newer dictrack has made the tables, or says which option is wrong. No error has the password.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	o = o.withDefaults()
	if err := errors.Join(o.validate(), checkScheme(url), ctx.Err()); err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, unreadable(url, err)
	}
	o.complete(config)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open store in %s: %w", describe(config), err)
	}
	s, err := open(ctx, pool, &o)
	if err != nil {
		pool.Close()
		return nil, err
	}
	s.owned = true
	return s, nil
}

// New opens the store in the database of a pool, as Open does. The pool stays the caller's: it is to
// be open as long as the store, and Close leaves it open. Its connections may be used for anything else
// too. Options.MaxConns must be 0.
func New(ctx context.Context, pool *pgxpool.Pool, o Options) (*Store, error) {
	o = o.withDefaults()
	if err := errors.Join(o.validate(), ctx.Err()); err != nil {
		return nil, err
	}
	if pool == nil {
		return nil, errors.New("the pool is nil, want one that is open")
	}
	if o.MaxConns != 0 {
		return nil, fmt.Errorf("option MaxConns is %d, want 0: the pool has its own bound", o.MaxConns)
	}
	return open(ctx, pool, &o)
}

// complete fills in what the URL leaves open.
func (o *Options) complete(c *pgxpool.Config) {
	if o.MaxConns > 0 {
		c.MaxConns = int32(o.MaxConns)
	}
	if c.ConnConfig.ConnectTimeout == 0 {
		c.ConnConfig.ConnectTimeout = o.RetryTimeout / 3
	}
	if c.ConnConfig.RuntimeParams["application_name"] == "" {
		c.ConnConfig.RuntimeParams["application_name"] = "dictrack"
	}
}

func open(ctx context.Context, pool *pgxpool.Pool, o *Options) (*Store, error) {
	sql, err := readQueries(o.quoted())
	if err != nil {
		return nil, err
	}
	s := &Store{
		pool: pool, sql: sql, log: o.Logger, where: describe(pool.Config()),
		definitions: boundedmap.New[tracker.ID, struct{}](maxCachedDefinitions),
	}
	s.calls = retry.New(retry.Options{Server: "PostgreSQL", Timeout: o.RetryTimeout, Logger: o.Logger, IsTransient: passes, Describe: s.plain})
	err = s.tryWhile(ctx, starting, "open store", 0, func(ctx context.Context) error { return s.prepare(ctx, o) })
	if err != nil {
		return nil, err
	}
	return s, nil
}

// starting tells that the server says that it is not up yet. Nothing else is waited for when a store is
// opened: more likely the URL is wrong.
func starting(err error) bool {
	server, ok := errors.AsType[*pgconn.PgError](err)
	return ok && server.Code == "57P03"
}

// prepare looks at the server and brings the tables up to date.
func (s *Store) prepare(ctx context.Context, o *Options) error {
	if err := s.look(ctx); err != nil {
		return err
	}
	return migrate(ctx, s.pool, o)
}

// oldest is the first version of PostgreSQL that has all that the SQL uses.
const oldest = 120000

// look checks that the server can keep what it is given.
func (s *Store) look(ctx context.Context) error {
	var version int
	var standby bool
	var commits, fsync string
	err := s.pool.QueryRow(ctx, `SELECT current_setting('server_version_num')::integer, pg_is_in_recovery(),
		current_setting('synchronous_commit'), current_setting('fsync')`).Scan(&version, &standby, &commits, &fsync)
	switch {
	case err != nil:
		return err
	case version < oldest:
		return fmt.Errorf("%s: the server is version %d, want %d or newer", s.where, version/10000, oldest/10000)
	case standby:
		return fmt.Errorf("%s: the server is a standby and takes no writes: name the primary, or say target_session_attrs=read-write in the URL", s.where)
	}
	if commits == "off" {
		s.log.Warn("synchronous_commit is off in PostgreSQL: a crash of the server loses the last commits, though they were answered")
	}
	if fsync == "off" {
		s.log.Warn("fsync is off in PostgreSQL: a crash of its machine can destroy the database")
	}
	return nil
}

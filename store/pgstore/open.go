package pgstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/boundedmap"
	"github.com/dictrack/dictrack/internal/retry"
	"github.com/dictrack/dictrack/tracker"
)

// Open connects to the database that the URL names and opens the store in it, and creates its tables or
// brings them up to date. The URL is postgres://USER:PASSWORD@HOST:PORT/DATABASE, or whatever else pgx
// accepts; what it does not say comes from the environment, as with psql.
//
// If no connection can be made, the error says in one line to which server and why not, and nothing is
// retried, except for a server that is starting. The error is a *record.FormatError if a newer dictrack
// created the tables, or a *field.Error for each option that is invalid. No error contains the password.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	o = o.withDefaults()
	if err := errors.Join(o.validate(), checkScheme(url), ctx.Err()); err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, urlError(url, err)
	}
	o.configure(config)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open store in %s: %w", serverName(config), err)
	}
	s, err := open(ctx, pool, &o)
	if err != nil {
		pool.Close()
		return nil, err
	}
	s.owned = true
	return s, nil
}

// New opens the store in the database of a pool, as Open does. The pool remains the caller's: it must stay
// open as long as the store, and Close does not close it. Its connections may be used for other things too.
// Options.MaxConns must be 0.
func New(ctx context.Context, pool *pgxpool.Pool, o Options) (*Store, error) {
	o = o.withDefaults()
	if err := errors.Join(o.validate(), ctx.Err()); err != nil {
		return nil, err
	}
	if pool == nil {
		return nil, errors.New("the pool is nil, want one that is open")
	}
	if o.MaxConns != 0 {
		return nil, &field.Error{Path: "options.MaxConns", Value: o.MaxConns, Want: "want 0, since the pool has its own bound"}
	}
	return open(ctx, pool, &o)
}

// configure sets what the URL leaves open.
func (o *Options) configure(c *pgxpool.Config) {
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
		pool: pool, sql: sql, log: o.Logger, server: serverName(pool.Config()),
		definitions: boundedmap.New[tracker.ID, struct{}](maxCachedDefinitions),
	}
	s.retrier = retry.New(retry.Options{Server: "PostgreSQL", Timeout: o.RetryTimeout, Logger: o.Logger, IsTransient: isTransient, Describe: s.describe})
	err = s.doIf(ctx, isStarting, "open store", 0, func(ctx context.Context) error { return s.prepare(ctx, o) })
	if err != nil {
		return nil, err
	}
	return s, nil
}

// isStarting reports whether the server says that it is starting. Nothing else is retried when a store is
// opened: more likely the URL is wrong.
func isStarting(err error) bool {
	server, ok := errors.AsType[*pgconn.PgError](err)
	return ok && server.Code == "57P03"
}

// prepare checks the server and brings the tables up to date.
func (s *Store) prepare(ctx context.Context, o *Options) error {
	if err := s.checkServer(ctx); err != nil {
		return err
	}
	return migrate(ctx, s.pool, o)
}

// minVersion is the first version of PostgreSQL that has all that the SQL uses.
const minVersion = 120000

// checkServer checks that the server supports the store, and logs settings that lose commits.
func (s *Store) checkServer(ctx context.Context) error {
	var version int
	var standby bool
	var commits, fsync string
	err := s.pool.QueryRow(ctx, `SELECT current_setting('server_version_num')::integer, pg_is_in_recovery(),
		current_setting('synchronous_commit'), current_setting('fsync')`).Scan(&version, &standby, &commits, &fsync)
	switch {
	case err != nil:
		return err
	case version < minVersion:
		return fmt.Errorf("%s: the server is version %d, want %d or newer", s.server, version/10000, minVersion/10000)
	case standby:
		return fmt.Errorf("%s: the server is a standby and read-only: name the primary, or use target_session_attrs=read-write in the URL", s.server)
	}
	if commits == "off" {
		s.log.Warn("synchronous_commit is off in PostgreSQL: a crash of the server loses the last commits, although they have returned")
	}
	if fsync == "off" {
		s.log.Warn("fsync is off in PostgreSQL: a crash of its machine can destroy the database")
	}
	return nil
}

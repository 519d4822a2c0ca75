package pgstore

import (
	"context"
	"fmt"
	"hash/fnv"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dictrack/dictrack/record"
)

// migrate applies the files of migrations/ that have not been applied, in order. It is one transaction with
// a lock, so that of many processes that start at once one does it and the others wait. A schema that is up
// to date needs neither a lock nor the right to change it.
func migrate(ctx context.Context, pool *pgxpool.Pool, o *Options) error {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql") // in the order of their numbers
	if err != nil {
		return err
	}
	done, err := appliedMigrations(ctx, pool, o, len(names))
	if err != nil || done == len(names) {
		return err
	}
	return pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", migrationLock(o.Schema)); err != nil {
			return err
		}
		done, err := appliedMigrations(ctx, tx, o, len(names))
		if err != nil || done == len(names) {
			return err
		}
		if done == 0 {
			if err := createSchema(ctx, tx, o); err != nil {
				return err
			}
		}
		for i, name := range names[done:] {
			if err := applyMigration(ctx, tx, o, done+i+1, name); err != nil {
				return fmt.Errorf("%s in schema %s: %w", name, o.quoted(), err)
			}
		}
		o.Logger.Info("migrated the tables in PostgreSQL", "schema", o.Schema, "from", done, "to", len(names))
		return nil
	})
}

// migrationLock is the number of an advisory lock for the schema's migrations.
func migrationLock(schema string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("dictrack migrations of " + schema)) // cannot fail
	return int64(h.Sum64())
}

// querier is a pool or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// appliedMigrations returns how many migrations were applied to the schema. More than are known is a
// *record.FormatError. It reads the catalog's tables, since to_regclass may answer from before the wait for
// the lock.
func appliedMigrations(ctx context.Context, q querier, o *Options, known int) (int, error) {
	there, done := false, 0
	err := q.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = 'migrations')", o.Schema).Scan(&there)
	if err != nil || !there {
		return 0, err
	}
	err = q.QueryRow(ctx, inSchema("SELECT coalesce(max(version), 0) FROM dictrack.migrations", o.quoted())).Scan(&done)
	if err != nil {
		return 0, err
	}
	if done > known {
		return 0, &record.FormatError{Found: done, Known: known}
	}
	return done, nil
}

// createSchema creates the schema and the table of its migrations if they do not exist.
func createSchema(ctx context.Context, tx pgx.Tx, o *Options) error {
	there := false
	err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)", o.Schema).Scan(&there)
	if err != nil {
		return err
	}
	if !there {
		if _, err := tx.Exec(ctx, "CREATE SCHEMA "+o.quoted()); err != nil {
			return fmt.Errorf("make schema %s: %w", o.quoted(), err)
		}
	}
	_, err = tx.Exec(ctx, inSchema(`CREATE TABLE IF NOT EXISTS dictrack.migrations (
		version integer PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())`, o.quoted()))
	return err
}

// applyMigration runs one file of several statements.
func applyMigration(ctx context.Context, tx pgx.Tx, o *Options, version int, name string) error {
	text, err := migrationFiles.ReadFile(name)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, inSchema(string(text), o.quoted())); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, inSchema("INSERT INTO dictrack.migrations (version) VALUES ($1)", o.quoted()), version)
	return err
}

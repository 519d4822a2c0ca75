package pgstore_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dictrack/dictrack/store/pgstore"
)

// mustConnect is a connection for what tests do to the database behind a store's back.
func mustConnect(tb testing.TB) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(tb.Context(), server.URL())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

type executor interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

func mustExec(tb testing.TB, e executor, sql string, args ...any) {
	tb.Helper()
	if _, err := e.Exec(tb.Context(), sql, args...); err != nil {
		tb.Fatalf("%s: %v", sql, err)
	}
}

// table is a table of a store.
func table(o pgstore.Options, name string) string { return pgx.Identifier{o.Schema, name}.Sanitize() }

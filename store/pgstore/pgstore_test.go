package pgstore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/dictrack/dictrack/internal/testserver/postgres"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/pgstore"
	"github.com/dictrack/dictrack/store/storetest"
)

// server is what most tests share, each in a schema of its own.
var server *postgres.Server

func TestMain(m *testing.M) {
	var err error
	if server, err = postgres.Start(postgres.NoSync); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := errors.Join(checkNoDeadlocks(), server.Stop(), goleak.Find()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// checkNoDeadlocks is an error if the server has had to end any: a store goes on after one, but a second late.
func checkNoDeadlocks() error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server.URL())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var n int
	err = conn.QueryRow(ctx, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&n)
	if err == nil && n > 0 {
		err = fmt.Errorf("%d transactions waited for each other in a circle", n)
	}
	return err
}

var schemas atomic.Int64

// newSchema names a schema that nobody has used.
func newSchema() string { return fmt.Sprintf("test %d", schemas.Add(1)) }

// opener opens stores, each in a schema of its own.
func opener(s *postgres.Server) storetest.Opener {
	return func(tb testing.TB) (store.Store, func() store.Store) {
		o := pgstore.Options{Schema: newSchema()}
		reopen := func() store.Store { return mustOpen(tb, s.URL(), o) }
		return reopen(), reopen
	}
}

func mustOpen(tb testing.TB, url string, o pgstore.Options) *pgstore.Store {
	tb.Helper()
	s, err := pgstore.Open(context.Background(), url, o)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) { storetest.Run(t, storetest.Features{Reopens: true}, opener(server)) }

// BenchmarkStore measures with a server that syncs, as they do.
func BenchmarkStore(b *testing.B) { storetest.Benchmark(b, opener(mustStart(b))) }

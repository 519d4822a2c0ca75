package pgstore_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

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
	if server, err = postgres.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

var schemas atomic.Int64

// fresh names a schema that nobody has used.
func fresh() string { return fmt.Sprintf("test %d", schemas.Add(1)) }

// open opens a store in a schema of its own.
func open(tb testing.TB) (store.Store, func() store.Store) {
	o := pgstore.Options{Schema: fresh()}
	reopen := func() store.Store { return mustOpen(tb, server.URL(), o) }
	return reopen(), reopen
}

func mustOpen(tb testing.TB, url string, o pgstore.Options) *pgstore.Store {
	tb.Helper()
	s, err := pgstore.Open(context.Background(), url, o)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) { storetest.Run(t, storetest.Features{Reopens: true}, open) }

func BenchmarkStore(b *testing.B) { storetest.Benchmark(b, open) }

package mongostore_test

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.uber.org/goleak"

	"github.com/dictrack/dictrack/internal/testserver/mongodb"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/mongostore"
	"github.com/dictrack/dictrack/store/storetest"
)

// server is for the tests that do not disturb it.
var server *mongodb.Server

// raw is a client of the tests' own.
var raw *mongo.Client

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	if server, err = mongodb.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	raw = client(server.URL())
	code := m.Run()
	if code != 0 {
		fmt.Fprintln(os.Stderr, server.Log())
	}
	_ = raw.Database("dictrack_test_example").Drop(context.Background())
	_ = raw.Disconnect(context.Background())
	server.Stop()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func client(url string) *mongo.Client {
	c, err := mongo.Connect(options.Client().ApplyURI(url))
	if err != nil {
		panic(err)
	}
	return c
}

var databases atomic.Int64

// newDatabase is the name of a database of a test's own, which goes with it.
func newDatabase(tb testing.TB) string {
	name := fmt.Sprintf("dictrack_test_%d_%d", os.Getpid(), databases.Add(1))
	tb.Cleanup(func() {
		if err := raw.Database(name).Drop(context.Background()); err != nil {
			tb.Error(err)
		}
	})
	return name
}

// mustOpen opens a store whose trackers' documents follow at once.
func mustOpen(tb testing.TB, url string, o mongostore.Options) *mongostore.Store {
	tb.Helper()
	if o.TrackerDocDelay == 0 {
		o.TrackerDocDelay = time.Millisecond
	}
	s, err := mongostore.Open(context.Background(), url, o)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func opener(o mongostore.Options) storetest.Opener {
	return func(tb testing.TB) (store.Store, func() store.Store) {
		o := o
		o.Database, o.RetryTimeout = newDatabase(tb), 2*time.Minute // FerretDB is slow, and the machine may be busy
		reopen := func() store.Store {
			s := mustOpen(tb, server.URL(), o)
			if !o.DisableTrackerDocs {
				s.KeepApart()
			}
			return s
		}
		return reopen(), reopen
	}
}

// TestStore does without the documents for people, each of which costs FerretDB a walk through all of them.
func TestStore(t *testing.T) {
	storetest.Run(t, storetest.Features{Reopens: true, Slow: server.Slow()}, opener(mongostore.Options{DisableTrackerDocs: true}))
}

// TestStoreWithTrackers is the same with those documents, which follow at the end, and with all chunks in parts.
// TestTrackers looks at the documents.
func TestStoreWithTrackers(t *testing.T) {
	storetest.Run(t, storetest.Features{Slow: server.Slow()}, opener(mongostore.Options{TrackerDocDelay: time.Hour}))
}

func BenchmarkStore(b *testing.B) {
	storetest.Benchmark(b, opener(mongostore.Options{TrackerDocDelay: time.Second}))
}

// Package pairs holds Redis to what every cache promises while the groups come from a real store.
package matrix

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.uber.org/goleak"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/cachetest"
	"github.com/dictrack/dictrack/cache/rediscache"
	"github.com/dictrack/dictrack/internal/testserver/mongodb"
	"github.com/dictrack/dictrack/internal/testserver/postgres"
	"github.com/dictrack/dictrack/internal/testserver/redis"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/mongostore"
	"github.com/dictrack/dictrack/store/pgstore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// spare is how long the tests of a pair with a slow store begin, in an order by chance, unless DICTRACK_PROVE asks for
// all.
const spare = 12 * time.Second

// numbers name what is to be new.
var numbers atomic.Int64

func TestPostgres(t *testing.T) {
	s, err := postgres.Start(postgres.NoSync)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	run(t, false, func(t *testing.T) (store.Store, error) {
		return pgstore.Open(t.Context(), s.URL(), pgstore.Options{Schema: fmt.Sprint("pair", numbers.Add(1)), MaxConns: 8})
	})
}

func TestMongo(t *testing.T) {
	s, err := mongodb.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	client, err := mongo.Connect(options.Client().ApplyURI(s.URL()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	run(t, s.Slow(), func(t *testing.T) (store.Store, error) {
		name := fmt.Sprintf("dictrack_test_pairs_%d_%d", os.Getpid(), numbers.Add(1))
		t.Cleanup(func() {
			if err := client.Database(name).Drop(context.Background()); err != nil {
				t.Error(err)
			}
		})
		return mongostore.Open(t.Context(), s.Database(name), mongostore.Options{DisableTrackerDocs: true, RetryTimeout: time.Minute})
	})
}

// run holds caches in one Redis to their contract, each in front of a store of its own.
func run(t *testing.T, slow bool, openStore func(t *testing.T) (store.Store, error)) {
	t.Helper()
	hot, err := redis.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hot.Close)
	var prefixes sync.Map
	open := func(prefix string) cache.Cache {
		c, err := rediscache.Open(context.Background(), hot.URL(), rediscache.Options{
			Prefix: prefix, WriteBackInterval: 20 * time.Millisecond, AllowNoPersistence: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		prefixes.Store(c, prefix)
		return c
	}
	f := cachetest.Features{
		MemoryOnly: true, WriteBehind: true,
		Shared: func(c cache.Cache) cache.Cache {
			prefix, _ := prefixes.Load(c)
			return open(prefix.(string))
		},
		Backing: func(t *testing.T) cachetest.Truncater { return start(t, openStore) },
	}
	if slow && os.Getenv("DICTRACK_PROVE") == "" {
		f.StartWithin = spare
	}
	cachetest.Run(t, func() cache.Cache { return open(fmt.Sprint("pair", numbers.Add(1), ":")) }, f)
}

// start opens a store that is closed with the test.
func start(t *testing.T, open func(t *testing.T) (store.Store, error)) backing {
	t.Helper()
	st, err := open(t)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return backing{st}
}

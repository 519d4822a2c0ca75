package rediscache_test

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/rueidis"
	"go.uber.org/goleak"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/cachetest"
	"github.com/dictrack/dictrack/cache/rediscache"
	"github.com/dictrack/dictrack/internal/testserver/redis"
)

// Servers that tests share. Each test has a prefix of its own.
var (
	single  = sync.OnceValues(func() (*redis.Server, error) { return redis.Start() })
	cluster = sync.OnceValues(func() (*redis.Cluster, error) { return redis.StartCluster() })
	running []func()
)

// closingConnections is the goroutine of rueidis that closes connections to nodes that left a cluster, after five seconds.
var closingConnections = goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*clusterClient)._refresh.func2")

func TestMain(m *testing.M) {
	code := m.Run()
	for _, stop := range running {
		stop()
	}
	if err := goleak.Find(closingConnections); err != nil && code == 0 {
		fmt.Println(err)
		code = 1
	}
	os.Exit(code)
}

func singleServer(tb testing.TB) *redis.Server {
	tb.Helper()
	s, err := single()
	if err != nil {
		tb.Fatal(err)
	}
	running = append(running, sync.OnceFunc(s.Close))
	return s
}

func clusterServers(tb testing.TB) *redis.Cluster {
	tb.Helper()
	c, err := cluster()
	if err != nil {
		tb.Fatal(err)
	}
	running = append(running, sync.OnceFunc(c.Close))
	return c
}

// ownServer starts a server for one test.
func ownServer(tb testing.TB, options ...string) *redis.Server {
	tb.Helper()
	s, err := redis.Start(options...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

var prefixes atomic.Int64

// newPrefix returns a prefix that no other test has.
func newPrefix() string { return fmt.Sprint("t", prefixes.Add(1), ":") }

// suite runs the conformance suite on caches of a server.
func suite(t *testing.T, client func() rueidis.Client) {
	var prefixes sync.Map
	open := func(prefix string) cache.Cache {
		c, err := rediscache.New(client(), rediscache.Options{Prefix: prefix, WriteBackInterval: 20 * time.Millisecond, AllowNoPersistence: true})
		if err != nil {
			t.Fatal(err)
		}
		prefixes.Store(c, prefix)
		return c
	}
	cachetest.Run(t, func() cache.Cache { return open(newPrefix()) }, cachetest.Features{
		MemoryOnly: true, WriteBehind: true,
		Shared: func(c cache.Cache) cache.Cache {
			prefix, _ := prefixes.Load(c)
			return open(prefix.(string))
		},
	})
}

// dial makes a client that is closed with the test.
func dial(tb testing.TB, addresses ...string) rueidis.Client {
	tb.Helper()
	client, err := rueidis.NewClient(rueidis.ClientOption{InitAddress: addresses, DisableCache: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(client.Close)
	return client
}

func TestSingle(t *testing.T) {
	client := dial(t, singleServer(t).Address())
	suite(t, func() rueidis.Client { return client })
}

func TestCluster(t *testing.T) {
	client := dial(t, clusterServers(t).Addresses()[:2]...)
	suite(t, func() rueidis.Client { return client })
}

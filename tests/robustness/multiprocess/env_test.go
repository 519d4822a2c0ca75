package multiprocess

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dictrack/dictrack/internal/testserver/faultproxy"
	"github.com/dictrack/dictrack/internal/testserver/postgres"
	"github.com/dictrack/dictrack/internal/testserver/redis"
)

// redisServer is a Redis for one test.
type redisServer struct{ *redis.Server }

// durable is what a Redis must be configured with to lose nothing that it answered.
var durable = []string{"--appendonly", "yes", "--appendfsync", "always"}

func startRedis(t *testing.T, options ...string) *redisServer {
	t.Helper()
	if options == nil {
		options = durable
	}
	s, err := redis.Start(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return &redisServer{s}
}

// url is that of the cache in it.
func (s *redisServer) url() string { return s.URL() }

// resume starts a killed server again.
func (s *redisServer) resume(t *testing.T) {
	t.Helper()
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
}

// wipe kills the server, removes all it has, and starts it again.
func (s *redisServer) wipe(t *testing.T) {
	t.Helper()
	s.Kill()
	if err := s.RemoveData(); err != nil {
		t.Fatal(err)
	}
	s.resume(t)
}

// sharedPostgres is the PostgreSQL of all tests that leave it alone.
var sharedPostgres struct {
	once   sync.Once
	server *postgres.Server
	err    error
	names  atomic.Int64
}

// newDatabase is the URL of an empty database.
func newDatabase(t *testing.T) string {
	t.Helper()
	sharedPostgres.once.Do(func() { sharedPostgres.server, sharedPostgres.err = postgres.Start() })
	if sharedPostgres.err != nil {
		t.Fatal(sharedPostgres.err)
	}
	name := fmt.Sprint("multiprocess", sharedPostgres.names.Add(1))
	conn, err := pgx.Connect(t.Context(), sharedPostgres.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(sharedPostgres.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// stopShared ends what newDatabase started.
func stopShared() error {
	if sharedPostgres.server == nil {
		return nil
	}
	return sharedPostgres.server.Stop()
}

// startStore is a PostgreSQL for one test, which may do to it what it likes.
func startStore(t *testing.T) *postgres.Server {
	t.Helper()
	s, err := postgres.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// proxy is a worker's own proxy to Redis.
type proxy struct {
	*faultproxy.Proxy
	url string
}

func newProxy(t *testing.T, s *redisServer) *proxy {
	t.Helper()
	l, err := faultproxy.New(s.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &proxy{l, "redis://" + l.Address()}
}

// injectFault injects one of four faults; Restore ends it.
func (w *proxy) injectFault(kind int) {
	switch kind {
	case 0:
		w.Delay(5 * time.Millisecond)
	case 1:
		w.CutConnections()
	case 2:
		w.DropReplies()
		time.AfterFunc(20*time.Millisecond, w.CutConnections)
	case 3:
		w.TakeDown()
	}
}

package fleet

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dictrack/dictrack/internal/testserver/link"
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

// shared is the PostgreSQL of all tests that leave it alone.
var shared struct {
	once   sync.Once
	server *postgres.Server
	err    error
	names  atomic.Int64
}

// newDatabase is the URL of an empty database.
func newDatabase(t *testing.T) string {
	t.Helper()
	shared.once.Do(func() { shared.server, shared.err = postgres.Start() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	name := fmt.Sprint("fleet", shared.names.Add(1))
	conn, err := pgx.Connect(t.Context(), shared.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(shared.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// stopShared ends what newDatabase started.
func stopShared() error {
	if shared.server == nil {
		return nil
	}
	return shared.server.Stop()
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

// way is a worker's own way to Redis.
type way struct {
	*link.Link
	url string
}

func newWay(t *testing.T, s *redisServer) *way {
	t.Helper()
	l, err := link.New(s.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &way{l, "redis://" + l.Address()}
}

// trouble breaks a way in one of four manners; Mend ends it.
func (w *way) trouble(kind int) {
	switch kind {
	case 0:
		w.Delay(5 * time.Millisecond)
	case 1:
		w.Cut()
	case 2:
		w.Silence()
		time.AfterFunc(20*time.Millisecond, w.Cut)
	case 3:
		w.Break()
	}
}

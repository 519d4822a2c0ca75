package connect

import (
	"errors"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/testserver/mongodb"
	"github.com/dictrack/dictrack/internal/testserver/postgres"
	"github.com/dictrack/dictrack/internal/testserver/redis"
)

var durably = []string{"--appendonly", "yes", "--appendfsync", "no"}

// TestServers: every scheme of a server reaches one, and what is tracked through it is there for the next who comes.
func TestServers(t *testing.T) {
	t.Run("postgres", func(t *testing.T) {
		s, err := postgres.Start()
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := s.Stop(); err != nil {
				t.Error(err)
			}
		}()
		checkPlace(t, s.URL()+"&schema=some%20where&patience=5s", "memory:")
	})
	t.Run("mongodb", func(t *testing.T) {
		s, err := mongodb.Start()
		if err != nil {
			t.Fatal(err)
		}
		defer s.Stop()
		checkPlace(t, s.Database("dictrack_test_connect")+"&prefix=a_&trackers=false&patience=5s", "memory:")
	})
	t.Run("redis", func(t *testing.T) {
		s, err := redis.Start(durably...)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		checkPlace(t, "", s.URL()+"/3?prefix=a:&timeout=30s")
	})
	t.Run("redis+sentinel", func(t *testing.T) {
		s, err := redis.StartSentinels(durably...)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		checkPlace(t, "", s.URL()+"?timeout=30s")
	})
	t.Run("redis+cluster", func(t *testing.T) {
		c, err := redis.StartCluster(durably...)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		checkPlace(t, "", c.URL()+"/?timeout=30s")
	})
}

// checkPlace tracks one data in each of two Managers, one after the other, and leaves nothing.
func checkPlace(t *testing.T, storeURL, cacheURL string) {
	t.Helper()
	for n := int64(1); n <= 2; n++ {
		m := manager(t, storeURL, cacheURL)
		if n == 1 {
			if err := m.Add(t.Context(), "g", dictrack.Count("each", dictrack.Targets(10))); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := m.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(`{}`)}); err != nil {
			t.Fatal(err)
		}
		got, err := m.Get(t.Context(), "g", "each")
		if progress, ok := got.Progress.Int64(); err != nil || !ok || progress != n {
			t.Errorf("%v, %v; want %d", got.Progress, err, n)
		}
		if n == 2 {
			err = m.Flush(t.Context(), dictrack.FlushEverything)
		}
		if err := errors.Join(err, m.Close(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
}

func manager(t *testing.T, storeURL, cacheURL string) *dictrack.Manager {
	t.Helper()
	var o dictrack.Options
	var err error
	if storeURL != "" {
		if o.Store, err = Store(t.Context(), storeURL, Options{}); err != nil {
			t.Fatal(err)
		}
	}
	if o.Cache, err = Cache(t.Context(), cacheURL, Options{}); err != nil {
		t.Fatal(err)
	}
	m, err := dictrack.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

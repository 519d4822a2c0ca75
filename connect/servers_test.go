//go:build !local

package connect

import (
	"errors"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/testserver/mongodb"
	"github.com/dictrack/dictrack/internal/testserver/postgres"
	"github.com/dictrack/dictrack/internal/testserver/redis"
)

var persistent = []string{"--appendonly", "yes", "--appendfsync", "no"}

// TestServers checks for each scheme of a server that a Manager finds what an earlier one has tracked there.
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
		checkPersists(t, s.URL()+"&schema=some%20schema&retry_timeout=5s", "memory:")
	})
	t.Run("mongodb", func(t *testing.T) {
		s, err := mongodb.Start()
		if err != nil {
			t.Fatal(err)
		}
		defer s.Stop()
		checkPersists(t, s.Database("dictrack_test_connect")+"&prefix=a_&trackers=false&retry_timeout=5s", "memory:")
	})
	t.Run("redis", func(t *testing.T) {
		s, err := redis.Start(persistent...)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		checkPersists(t, "", s.URL()+"/3?prefix=a:&timeout=30s")
	})
	t.Run("redis+sentinel", func(t *testing.T) {
		s, err := redis.StartSentinels(persistent...)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		checkPersists(t, "", s.URL()+"?timeout=30s")
	})
	t.Run("redis+cluster", func(t *testing.T) {
		c, err := redis.StartCluster(persistent...)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		checkPersists(t, "", c.URL()+"/?timeout=30s")
	})
}

// checkPersists tracks one message in each of two Managers, one after the other, and deletes everything.
func checkPersists(t *testing.T, storeURL, cacheURL string) {
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
	m, err := Open(t.Context(), storeURL, cacheURL, dictrack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

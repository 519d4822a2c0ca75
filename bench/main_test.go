package bench_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/dictrack/dictrack/internal/testprocess"
	"github.com/dictrack/dictrack/internal/testserver/postgres"
	"github.com/dictrack/dictrack/internal/testserver/redis"
)

// TestMain also runs the worker processes of the benchmarks that need several: the test binary in a role.
func TestMain(m *testing.M) {
	if testprocess.Role() == roleWorker {
		os.Exit(runWorker(os.Stdin, os.Stdout))
	}
	status := m.Run()
	if err := stopServers(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// small tells that the loads are only to be seen working: DICTRACK_BENCH=small.
func small() bool { return os.Getenv("DICTRACK_BENCH") == "small" }

// servers are those that were started, by how to stop them.
var servers struct {
	mu    sync.Mutex // protects stops
	stops []func() error
}

func stopServers() error {
	servers.mu.Lock()
	defer servers.mu.Unlock()
	var errs []error
	for _, stop := range slices.Backward(servers.stops) {
		errs = append(errs, stop())
	}
	return errors.Join(errs...)
}

func stopLast(stop func() error) {
	servers.mu.Lock()
	defer servers.mu.Unlock()
	servers.stops = append(servers.stops, stop)
}

// Servers that loads share, each load in a namespace or database of its own.
var (
	volatile = sync.OnceValues(func() (*redis.Server, error) { return startRedis() })
	synced   = sync.OnceValues(func() (*redis.Server, error) {
		return startRedis("--appendonly", "yes", "--appendfsync", "always")
	})
	database = sync.OnceValues(startPostgres)
)

func startRedis(options ...string) (*redis.Server, error) {
	s, err := redis.Start(append(options, "--maxmemory", "4gb")...)
	if err == nil {
		stopLast(func() error { s.Close(); return nil })
	}
	return s, err
}

func startPostgres() (*postgres.Server, error) {
	s, err := postgres.Start()
	if err == nil {
		stopLast(s.Stop)
	}
	return s, err
}

// must is a server that is started by now.
func must[T any](tb testing.TB, start func() (T, error)) T {
	tb.Helper()
	s, err := start()
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

var spaces atomic.Int64

// space is a name that nobody had before, for a namespace or a schema.
func space() string { return fmt.Sprint("bench", spaces.Add(1)) }

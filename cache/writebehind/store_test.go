package writebehind_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/memorycache"
	"github.com/dictrack/dictrack/cache/writebehind"
	"github.com/dictrack/dictrack/internal/faultstore"
)

// faultyStore is a faultstore.Store with checks of what is in it.
type faultyStore struct{ *faultstore.Store }

func newFaultyStore() *faultyStore { return &faultyStore{faultstore.New()} }

var errDown = errors.New("the store is down")

// version is the version of a group in the store.
func (s *faultyStore) version(t *testing.T, name string) uint64 {
	t.Helper()
	record, err := s.Data.Load(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return record.Version
}

func (s *faultyStore) expectVersion(t *testing.T, name string, want uint64) {
	t.Helper()
	if got := s.version(t, name); got != want {
		t.Errorf("the store has version %d of group %q, want %d", got, name, want)
	}
}

// logBuffer is what was logged.
type logBuffer struct {
	mu   sync.Mutex // protects text
	text bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// testManager is a Manager with a write-behind cache, or with another one on the same store.
type testManager struct {
	*testing.T
	*dictrack.Manager
	logged *logBuffer
}

// open opens a Manager over a faultyStore whose groups begin with a tracker that counts to a billion.
func open(t *testing.T, s *faultyStore, b writebehind.Options) *testManager {
	t.Helper()
	return openWith(t, s, writebehind.New(b))
}

func openWith(t *testing.T, s *faultyStore, c cache.Cache) *testManager {
	t.Helper()
	m := &testManager{T: t, logged: &logBuffer{}}
	opened, err := dictrack.Open(t.Context(), dictrack.Options{
		Store: s.Open(), Cache: c, DisableTimers: true, Logger: slog.New(slog.NewTextHandler(m.logged, nil)),
	})
	if err == nil {
		err = opened.SetTemplate("all", dictrack.Count("n", dictrack.Targets(1_000_000_000)))
	}
	if err != nil {
		t.Fatal(err)
	}
	m.Manager = opened
	return m
}

func (m *testManager) mustClose() {
	m.Helper()
	if err := m.Close(context.Background()); err != nil {
		m.Errorf("Close: %v", err)
	}
}

// track counts one, or none when the id was seen.
// At most one id is given.
func (m *testManager) track(name string, id ...string) *dictrack.Result {
	m.Helper()
	res, err := m.Track(m.Context(), dictrack.Message{Group: name, ID: strings.Join(id, ""), Data: map[string]any{}})
	if err != nil {
		m.Errorf("Track: %v", err)
	}
	return res
}

// trackWithin is track with a timeout.
func (m *testManager) trackWithin(timeout time.Duration, name string) error {
	ctx, cancel := context.WithTimeout(m.Context(), timeout)
	defer cancel()
	_, err := m.Track(ctx, dictrack.Message{Group: name, Data: map[string]any{}})
	return err
}

// expectCount checks what a group has counted, as readers see it.
func (m *testManager) expectCount(name string, want int64) {
	m.Helper()
	snap, err := m.Get(m.Context(), name, "n")
	if err != nil {
		m.Errorf("Get: %v", err)
		return
	}
	if n, _ := snap.Progress.Int64(); n != want {
		m.Errorf("group %q has counted %d, want %d", name, n, want)
	}
}

func (m *testManager) mustSync() {
	m.Helper()
	if err := m.Sync(m.Context()); err != nil {
		m.Errorf("Sync: %v", err)
	}
}

// expectStored checks what a group has counted, as a new Manager on the store sees it.
func (s *faultyStore) expectStored(t *testing.T, name string, want int64) {
	t.Helper()
	m := openWith(t, s, memorycache.New(memorycache.Options{}))
	m.expectCount(name, want)
	m.mustClose()
}

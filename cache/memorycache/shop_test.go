package memorycache_test

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
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
)

// shop is a store that lasts, with hooks that are set while nothing is at work, or before the cache is.
type shop struct {
	store.Store
	before func(changes []*group.Change) error // nothing is kept when it fails
	after  func(changes []*group.Change) error // everything is kept, and nobody learns it when it fails
	loads  func(name string) error
	looks  func(id string)
	wipes  func() error

	mu      sync.Mutex // protects all below
	commits int
	largest int // changes in a commit
}

func newShop() *shop { return &shop{Store: memorystore.New()} }

var errDown = errors.New("the shop is closed today")

func (s *shop) Close() error { return nil }

func (s *shop) Commit(ctx context.Context, changes []*group.Change) error {
	s.mu.Lock()
	s.commits++
	s.largest = max(s.largest, len(changes))
	s.mu.Unlock()
	if s.before != nil {
		if err := s.before(changes); err != nil {
			return err
		}
	}
	if err := s.Store.Commit(ctx, changes); err != nil || s.after == nil {
		return err
	}
	return s.after(changes)
}

func (s *shop) Load(ctx context.Context, name string) (*group.Record, error) {
	if s.loads != nil {
		if err := s.loads(name); err != nil {
			return nil, err
		}
	}
	return s.Store.Load(ctx, name)
}

func (s *shop) Seen(ctx context.Context, name, id string) (group.Seen, bool, error) {
	if s.looks != nil {
		s.looks(id)
	}
	return s.Store.Seen(ctx, name, id)
}

func (s *shop) Flush(ctx context.Context) error {
	if s.wipes != nil {
		if err := s.wipes(); err != nil {
			return err
		}
	}
	return s.Store.Flush(ctx)
}

// version is what the shop has of a group.
func (s *shop) version(t *testing.T, name string) uint64 {
	t.Helper()
	record, err := s.Store.Load(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return record.Version
}

func (s *shop) expect(t *testing.T, name string, want uint64) {
	t.Helper()
	if got := s.version(t, name); got != want {
		t.Errorf("the store has version %d of group %q, want %d", got, name, want)
	}
}

// journal is what was logged.
type journal struct {
	mu   sync.Mutex // protects text
	text bytes.Buffer
}

func (l *journal) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *journal) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// desk is a Manager that writes behind.
type desk struct {
	*testing.T
	*dictrack.Manager
	logged *journal
}

// openBehind opens a Manager over a shop whose groups begin with a tracker that counts to a billion.
func openBehind(t *testing.T, s *shop, b memorycache.Behind) *desk {
	t.Helper()
	return openWith(t, s, memorycache.NewBehind(b))
}

func openWith(t *testing.T, s *shop, c cache.Cache) *desk {
	t.Helper()
	d := &desk{T: t, logged: &journal{}}
	m, err := dictrack.Open(t.Context(), dictrack.Options{
		Store: s, Cache: c, DisableTimers: true, Logger: slog.New(slog.NewTextHandler(d.logged, nil)),
	})
	if err == nil {
		err = m.SetTemplate("all", dictrack.Count("n", dictrack.Targets(1_000_000_000)))
	}
	if err != nil {
		t.Fatal(err)
	}
	d.Manager = m
	return d
}

func (d *desk) shut() {
	d.Helper()
	if err := d.Close(context.Background()); err != nil {
		d.Errorf("Close: %v", err)
	}
}

// track counts one, or none when the id was seen. At most one id is given.
func (d *desk) track(name string, id ...string) *dictrack.Result {
	d.Helper()
	res, err := d.Track(d.Context(), dictrack.Message{Group: name, ID: strings.Join(id, ""), Data: map[string]any{}})
	if err != nil {
		d.Errorf("Track: %v", err)
	}
	return res
}

// within tracks, and gives up when it takes too long.
func (d *desk) within(most time.Duration, name string) error {
	ctx, cancel := context.WithTimeout(d.Context(), most)
	defer cancel()
	_, err := d.Track(ctx, dictrack.Message{Group: name, Data: map[string]any{}})
	return err
}

// expect checks what a group has counted, as readers see it.
func (d *desk) expect(name string, want int64) {
	d.Helper()
	snap, err := d.Get(d.Context(), name, "n")
	if err != nil {
		d.Errorf("Get: %v", err)
		return
	}
	if n, _ := snap.Progress.Int64(); n != want {
		d.Errorf("group %q has counted %d, want %d", name, n, want)
	}
}

func (d *desk) drain() {
	d.Helper()
	if err := d.Sync(d.Context()); err != nil {
		d.Errorf("Drain: %v", err)
	}
}

// counted is what a Manager that begins anew finds in the shop.
func (s *shop) counted(t *testing.T, name string, want int64) {
	t.Helper()
	d := openWith(t, s, memorycache.New())
	d.expect(name, want)
	d.shut()
}

package manager_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache/writebehind"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
)

// TestSync waits for a write-behind cache to write to the store, and for nothing with other caches.
func TestSync(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9)))
		if err := f.Sync(t.Context()); err != nil {
			t.Errorf("Sync: %v", err)
		}
	})
	d := faultstore.New()
	f := managertest.New(t, d, func(o *dictrack.Options) { o.Cache = writebehind.New(writebehind.Options{MaxDelay: time.Hour}) })
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9)))
	if n := d.Commits.Load(); n != 0 {
		t.Errorf("%d commits before Sync", n)
	}
	if err := f.Sync(t.Context()); err != nil {
		t.Errorf("Sync: %v", err)
	}
	record, err := d.Data.Load(t.Context(), "g")
	if err != nil || record.Version != 1 {
		t.Errorf("after Sync the store has version %d, %v", record.Version, err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Sync(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("Sync when the context has ended: %v", err)
	}
	f.MustClose()
	if err := f.Sync(t.Context()); !errors.Is(err, dictrack.ErrClosed) {
		t.Errorf("Sync after Close: %v, want ErrClosed", err)
	}
}

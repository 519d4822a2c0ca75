package dictrack_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache/writebehind"
	"github.com/dictrack/dictrack/internal/faultstore"
)

// TestDrain waits for what a cache is ahead, and for nothing with other caches.
func TestDrain(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", dictrack.Count("a", dictrack.Targets(9)))
		if err := f.Sync(t.Context()); err != nil {
			t.Errorf("Drain: %v", err)
		}
	})
	d := faultstore.New()
	f := open(t, d, func(o *dictrack.Options) { o.Cache = writebehind.New(writebehind.Options{MaxDelay: time.Hour}) })
	f.add("g", dictrack.Count("a", dictrack.Targets(9)))
	if n := d.Commits.Load(); n != 0 {
		t.Errorf("%d commits before Drain", n)
	}
	if err := f.Sync(t.Context()); err != nil {
		t.Errorf("Drain: %v", err)
	}
	record, err := d.Data.Load(t.Context(), "g")
	if err != nil || record.Version != 1 {
		t.Errorf("after Drain the store has version %d, %v", record.Version, err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Sync(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("Drain when the context has ended: %v", err)
	}
	f.close()
	if err := f.Sync(t.Context()); !errors.Is(err, dictrack.ErrClosed) {
		t.Errorf("Drain after Close: %v, want ErrClosed", err)
	}
}

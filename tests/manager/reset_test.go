package manager_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

func TestReset(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g",
			dictrack.Count("a", dictrack.Targets(2, 5), dictrack.Limiters(limiter.Count(3))),
			dictrack.Count("b", dictrack.Targets(2), dictrack.Keep(), dictrack.Reset(tracker.ResetAll)),
		)
		for range 3 {
			f.MustTrack("g", nil)
		}
		events := f.CollectEvents()
		if err := f.Reset(t.Context(), "g", dictrack.ResetOptions{}, "b"); err != nil {
			t.Fatal(err)
		}
		managertest.ExpectLines(t, events(), "RESET b 0")
		everything := tracker.ResetAll | tracker.ResetStage
		if err := f.ResetAll(t.Context(), "g", dictrack.ResetOptions{Policy: everything, Limit: limiter.NewLimit(1)}); err != nil {
			t.Fatal(err)
		}
		managertest.ExpectLines(t, events(), "RESET a 0", "RESET b 0")
		f.ExpectProgress("g", "a", "0/2")
		f.MustTrack("g", nil)
		managertest.ExpectLines(t, events(), "LIMITED a 1") // by the new limit
		f.ExpectProgress("g", "b", "1/2")
	})
}

// TestResetRefuses resets no tracker when one cannot be reset.
func TestResetRefuses(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 9), managertest.Count("b", 9))
		f.MustTrack("g", nil)
		events := f.CollectEvents()
		by := dictrack.ResetOptions{Policy: tracker.ResetAll}
		if err := f.Reset(t.Context(), "g", by, "a", "x"); !errors.Is(err, dictrack.ErrNotFound) {
			t.Errorf("Reset of an unknown tracker: %v", err)
		}
		managertest.ExpectFieldError(t, f.Reset(t.Context(), "g", by), "names: ", "at least one")
		managertest.ExpectFieldError(t, f.ResetAll(t.Context(), "g", dictrack.ResetOptions{Limit: limiter.NewLimit(-1)}), "limit: -1", "at least 0")
		managertest.ExpectFieldError(t, f.ResetAll(t.Context(), "g", dictrack.ResetOptions{Duration: time.Millisecond}), "duration: ", "1ms", "whole seconds")
		managertest.ExpectFieldError(t, f.ResetAll(t.Context(), "g", dictrack.ResetOptions{Policy: tracker.Policy(99)}), "policy: 99", "want flags")
		managertest.ExpectLines(t, events())
		f.ExpectProgress("g", "a", "1/9")
		if err := f.ResetAll(t.Context(), "unknown", by); err != nil {
			t.Errorf("ResetAll of an unknown group: %v", err)
		}
	})
}

// TestResetNamedTwice emits one event.
func TestResetNamedTwice(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", managertest.Count("a", 9))
	events := f.CollectEvents()
	if err := f.Reset(t.Context(), "g", dictrack.ResetOptions{}, "a", "a"); err != nil {
		t.Fatal(err)
	}
	managertest.ExpectLines(t, events(), "RESET a 0")
}

// TestFlushNeedsConfirmation deletes nothing without the exact confirmation.
func TestFlushNeedsConfirmation(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 9))
		for _, confirm := range []string{"", "yes", strings.ToUpper(dictrack.FlushEverything)} {
			if err := f.Flush(t.Context(), confirm); !errors.Is(err, dictrack.ErrNotConfirmed) {
				t.Errorf("Flush(%q): %v", confirm, err)
			}
		}
		f.ExpectProgress("g", "a", "0/9")
	})
}

// TestFlush deletes groups and ids, emits no events, and reuses no version.
func TestFlush(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		if err := f.SetTemplate("t", managertest.Count("template", 99)); err != nil {
			t.Fatal(err)
		}
		var last uint64
		for range 20 {
			last = f.MustTrack("g", nil).Version
		}
		f.MustTrack("h", managertest.Object{"n": 1}, managertest.WithID("x"))
		events := f.CollectEvents()
		if err := f.Flush(t.Context(), dictrack.FlushEverything); err != nil {
			t.Fatal(err)
		}
		managertest.ExpectLines(t, events())
		for name, err := range f.Groups(t.Context()) {
			t.Errorf("group %q, %v after the flush", name, err)
		}
		res := f.MustTrack("h", managertest.Object{"n": 2}, managertest.WithID("x"))
		if res.Duplicate || res.Version <= last {
			t.Errorf("after the flush: %+v, want a version above %d", res, last)
		}
		managertest.ExpectLines(t, events(), "ADDED template 0") // templates are kept
		f.ExpectProgress("h", "template", "1/99")
		f.ExpectProgress("g", "template", "gone")
	})
}

// TestFlushFailsAfterDeleting checks that cache and store agree after a flush that deleted everything and then failed.
func TestFlushFailsAfterDeleting(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", managertest.Count("a", 9))
	for range 3 {
		f.MustTrack("g", nil)
	}
	f.Store.AfterFlush.Set(func(struct{}) error { return faultstore.ErrInjected })
	if err := f.Flush(t.Context(), dictrack.FlushEverything); !errors.Is(err, faultstore.ErrInjected) {
		t.Errorf("Flush: %v, want the store's error", err)
	}
	_, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}, ID: "x"})
	memory := f.Progress("g", "a")
	f.MustReopen()
	if stored := f.Progress("g", "a"); stored != memory {
		t.Errorf("the Manager said %s (and Track: %v), the store has %s", memory, err, stored)
	}
	if again := f.MustTrack("g", nil, managertest.WithID("x")); err == nil && !again.Duplicate {
		t.Error("a call that was acknowledged after the flush is not stored")
	}
}

// TestUnknownOutcome reads what the store has after a commit that failed, before or after it was applied.
func TestUnknownOutcome(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", managertest.Count("a", 9))
	f.Store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	events := f.CollectEvents()
	if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}}); !errors.Is(err, dictrack.ErrUnknown) || !errors.Is(err, faultstore.ErrInjected) {
		t.Errorf("Track: %v, want ErrUnknown and its cause", err)
	}
	f.ExpectProgress("g", "a", "0/9")
	f.Store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	if err := f.Remove(t.Context(), "g", "a"); !errors.Is(err, dictrack.ErrUnknown) {
		t.Errorf("Remove: %v, want ErrUnknown", err)
	}
	f.ExpectProgress("g", "a", "0/9")
	f.Store.AfterCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}}); !errors.Is(err, dictrack.ErrUnknown) {
		t.Errorf("Track: %v, want ErrUnknown", err)
	}
	f.ExpectProgress("g", "a", "1/9")
	managertest.ExpectLines(t, events())
	f.MustTrack("g", nil)
	f.ExpectProgress("g", "a", "2/9")
}

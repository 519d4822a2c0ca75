package dictrack_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

func TestReset(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g",
			dictrack.Count("a", dictrack.Targets(2, 5), dictrack.Limiters(limiter.Count(3))),
			dictrack.Count("b", dictrack.Targets(2), dictrack.Keep(), dictrack.Reset(tracker.ResetAll)),
		)
		for range 3 {
			f.track("g", nil)
		}
		heard := f.hear()
		if err := f.Reset(t.Context(), "g", resetBy{}, "b"); err != nil {
			t.Fatal(err)
		}
		expectLines(t, heard(), "RESET b 0")
		everything := tracker.ResetAll | tracker.ResetStage
		if err := f.ResetAll(t.Context(), "g", resetBy{Policy: everything, Limit: limiter.NewLimit(1)}); err != nil {
			t.Fatal(err)
		}
		expectLines(t, heard(), "RESET a 0", "RESET b 0")
		f.expect("g", "a", "0/2")
		f.track("g", nil)
		expectLines(t, heard(), "LIMITED a 1") // by the new limit
		f.expect("g", "b", "1/2")
	})
}

// TestResetRefuses changes none of the trackers when one cannot be reset.
func TestResetRefuses(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", count("a", 9), count("b", 9))
		f.track("g", nil)
		heard := f.hear()
		by := resetBy{Policy: tracker.ResetAll}
		if err := f.Reset(t.Context(), "g", by, "a", "x"); !errors.Is(err, dictrack.ErrNotFound) {
			t.Errorf("Reset of an unknown tracker: %v", err)
		}
		refused(t, f.Reset(t.Context(), "g", by), "names: ", "at least one")
		refused(t, f.ResetAll(t.Context(), "g", resetBy{Limit: limiter.NewLimit(-1)}), "limit: -1", "at least 0")
		refused(t, f.ResetAll(t.Context(), "g", resetBy{Duration: time.Millisecond}), "duration: ", "1ms", "whole seconds")
		refused(t, f.ResetAll(t.Context(), "g", resetBy{Policy: tracker.Policy(99)}), "policy: 99", "want flags")
		expectLines(t, heard())
		f.expect("g", "a", "1/9")
		if err := f.ResetAll(t.Context(), "unknown", by); err != nil {
			t.Errorf("ResetAll of an unknown group: %v", err)
		}
	})
}

// TestResetNamedTwice tells of one reset.
func TestResetNamedTwice(t *testing.T) {
	f := open(t, nil)
	f.add("g", count("a", 9))
	heard := f.hear()
	if err := f.Reset(t.Context(), "g", resetBy{}, "a", "a"); err != nil {
		t.Fatal(err)
	}
	expectLines(t, heard(), "RESET a 0")
}

// TestFlushWantsConfirmation deletes nothing by mistake.
func TestFlushWantsConfirmation(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", count("a", 9))
		for _, confirm := range []string{"", "yes", strings.ToUpper(dictrack.FlushEverything)} {
			if err := f.Flush(t.Context(), confirm); !errors.Is(err, dictrack.ErrNotConfirmed) {
				t.Errorf("Flush(%q): %v", confirm, err)
			}
		}
		f.expect("g", "a", "0/9")
	})
}

// TestFlush deletes groups and ids, tells nobody, and lets no version come again.
func TestFlush(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		if err := f.SetTemplate("t", count("template", 99)); err != nil {
			t.Fatal(err)
		}
		var last uint64
		for range 20 {
			last = f.track("g", nil).Version
		}
		f.track("h", object{"n": 1}, withID("x"))
		heard := f.hear()
		if err := f.Flush(t.Context(), dictrack.FlushEverything); err != nil {
			t.Fatal(err)
		}
		expectLines(t, heard())
		for name, err := range f.Groups(t.Context()) {
			t.Errorf("group %q, %v after the flush", name, err)
		}
		res := f.track("h", object{"n": 2}, withID("x"))
		if res.Duplicate || res.Version <= last {
			t.Errorf("after the flush: %+v, want a version above %d", res, last)
		}
		expectLines(t, heard(), "ADDED template 0") // templates stay
		f.expect("h", "template", "1/99")
		f.expect("g", "template", "gone")
	})
}

// TestFlushHalfway acknowledges nothing that a flush which failed has swept away.
func TestFlushHalfway(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", count("a", 9))
	for range 3 {
		f.track("g", nil)
	}
	f.store.AfterFlush.Set(func(struct{}) error { return faultstore.ErrInjected })
	if err := f.Flush(t.Context(), dictrack.FlushEverything); !errors.Is(err, faultstore.ErrInjected) {
		t.Errorf("Flush: %v, want the store's error", err)
	}
	_, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}, ID: "x"})
	memory := f.progress("g", "a")
	f.reopen()
	if kept := f.progress("g", "a"); kept != memory {
		t.Errorf("the Manager said %s (and Track: %v), the store has %s", memory, err, kept)
	}
	if again := f.track("g", nil, withID("x")); err == nil && !again.Duplicate {
		t.Error("a call that was acknowledged after the flush is not kept")
	}
}

// TestUnknownOutcome sees what is kept after a commit that failed, and lets others go on.
func TestUnknownOutcome(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", count("a", 9))
	f.store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	heard := f.hear()
	if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}}); !errors.Is(err, dictrack.ErrUnknown) || !errors.Is(err, faultstore.ErrInjected) {
		t.Errorf("Track: %v, want ErrUnknown and its cause", err)
	}
	f.expect("g", "a", "0/9")
	f.store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	if err := f.Remove(t.Context(), "g", "a"); !errors.Is(err, dictrack.ErrUnknown) {
		t.Errorf("Remove: %v, want ErrUnknown", err)
	}
	f.expect("g", "a", "0/9")
	f.store.AfterCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}}); !errors.Is(err, dictrack.ErrUnknown) {
		t.Errorf("Track: %v, want ErrUnknown", err)
	}
	f.expect("g", "a", "1/9")
	expectLines(t, heard())
	f.track("g", nil)
	f.expect("g", "a", "2/9")
}

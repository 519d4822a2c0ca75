// Package managertest has what tests of a [dictrack.Manager] share: a [Fixture] with a clock that the test sets, a
// store that fails when it is told to, and a log that the test reads.
//
// Helpers named Must end the test when the call fails; helpers named Expect report what is wrong and go on.
package managertest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/tracker"
)

// A Fixture is a Manager under test.
type Fixture struct {
	*testing.T
	*dictrack.Manager
	Clock *Clock
	Store *faultstore.Store // nil: in memory only
	Log   *Log
}

// New opens a Manager on a store, nil for memory only. It has a clock of its own, which starts at [Start], and fires
// timers only on Sweep; the options can change that. The Manager is closed when the test ends.
func New(t *testing.T, store *faultstore.Store, options ...func(*dictrack.Options)) *Fixture {
	t.Helper()
	f := &Fixture{T: t, Clock: newClock(), Store: store, Log: &Log{}}
	f.MustOpen(options...)
	t.Cleanup(f.MustClose)
	return f
}

// InMemoryAndStored runs a test twice: on a Manager without a store and on one with a store.
func InMemoryAndStored(t *testing.T, test func(t *testing.T, f *Fixture)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) { test(t, New(t, nil)) })
	t.Run("store", func(t *testing.T) { test(t, New(t, faultstore.New())) })
}

// MustOpen opens a Manager on the fixture's store, in place of one that is closed.
func (f *Fixture) MustOpen(options ...func(*dictrack.Options)) {
	f.Helper()
	o := dictrack.Options{Clock: f.Clock.Now, DisableTimers: true, Logger: f.Log.Logger()}
	if f.Store != nil {
		o.Store = f.Store.Open()
	}
	for _, change := range options {
		change(&o)
	}
	m, err := dictrack.Open(context.Background(), o)
	if err != nil {
		f.Fatalf("Open: %v", err)
	}
	f.Manager = m
}

// MustReopen closes the Manager and opens another on the same store.
func (f *Fixture) MustReopen(options ...func(*dictrack.Options)) {
	f.Helper()
	f.MustClose()
	f.MustOpen(options...)
}

// MustClose closes the Manager. Closing it again does nothing.
func (f *Fixture) MustClose() {
	f.Helper()
	if err := f.Close(context.Background()); err != nil {
		f.Errorf("Close: %v", err)
	}
}

// MustAdd adds trackers to a group.
func (f *Fixture) MustAdd(group string, specs ...tracker.Spec) {
	f.Helper()
	if err := f.Add(context.Background(), group, specs...); err != nil {
		f.Fatalf("Add: %v", err)
	}
}

// MustTrack tracks a message with the data, nil for an empty object.
func (f *Fixture) MustTrack(group string, data Object, options ...MessageOption) *dictrack.Result {
	f.Helper()
	res, err := f.Track(context.Background(), Message(group, data, options...))
	if err != nil {
		f.Fatalf("Track %v: %v", data, err)
	}
	return res
}

// MustSetTemplate sets a template.
func (f *Fixture) MustSetTemplate(name string, specs ...tracker.Spec) {
	f.Helper()
	if err := f.SetTemplate(name, specs...); err != nil {
		f.Fatalf("SetTemplate: %v", err)
	}
}

// Progress returns a tracker's progress and target, such as "3/10"; "gone" when there is no such tracker.
func (f *Fixture) Progress(group, name string) string {
	f.Helper()
	snap, err := f.Get(context.Background(), group, name)
	if errors.Is(err, dictrack.ErrNotFound) {
		return "gone"
	}
	if err != nil {
		f.Fatalf("Get: %v", err)
	}
	return fmt.Sprint(snap.Progress, "/", snap.Target)
}

// ExpectProgress compares a tracker's progress and target, in the form of [Fixture.Progress].
func (f *Fixture) ExpectProgress(group, name, progress string) {
	f.Helper()
	if got := f.Progress(group, name); got != progress {
		f.Errorf("tracker %q of group %q: %s, want %s", name, group, got, progress)
	}
}

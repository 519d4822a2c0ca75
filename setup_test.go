package dictrack_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/tracker"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start is the time of a new clock.
var start = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// clock is a time that tests set.
type clock struct{ ms atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ms.Store(start.UnixMilli())
	return c
}

func (c *clock) now() time.Time { return time.UnixMilli(c.ms.Load()) }

func (c *clock) pass(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// fixture is a Manager under test.
type fixture struct {
	*testing.T
	*dictrack.Manager
	clock  *clock
	store  *faultstore.Store // nil: memory only
	logged *journal
}

// open opens a Manager on a store, nil for memory only, with a clock of its own. set may change the
// options.
func open(t *testing.T, d *faultstore.Store, set ...func(*dictrack.Options)) *fixture {
	t.Helper()
	f := &fixture{T: t, clock: newClock(), store: d, logged: &journal{}}
	f.open(set...)
	t.Cleanup(f.close)
	return f
}

func (f *fixture) open(set ...func(*dictrack.Options)) {
	f.Helper()
	o := dictrack.Options{Clock: f.clock.now, DisableTimers: true, Logger: f.logged.logger()}
	if f.store != nil {
		o.Store = f.store.Open()
	}
	for _, change := range set {
		change(&o)
	}
	m, err := dictrack.Open(context.Background(), o)
	if err != nil {
		f.Fatalf("Open: %v", err)
	}
	f.Manager = m
}

// reopen closes the Manager and opens another on the same disk.
func (f *fixture) reopen(set ...func(*dictrack.Options)) {
	f.Helper()
	f.close()
	f.open(set...)
}

func (f *fixture) close() {
	f.Helper()
	if err := f.Close(context.Background()); err != nil {
		f.Errorf("Close: %v", err)
	}
}

// both runs a test in memory and on a disk.
func both(t *testing.T, test func(t *testing.T, f *fixture)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) { test(t, open(t, nil)) })
	t.Run("store", func(t *testing.T) { test(t, open(t, faultstore.New())) })
}

// journal is what a Manager has logged.
type journal struct {
	mu   sync.Mutex // protects text
	text bytes.Buffer
}

func (l *journal) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

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

func (l *journal) lines() int { return strings.Count(l.String(), "\n") }

type object = map[string]any

// add adds trackers and fails the test if it cannot.
func (f *fixture) add(group string, specs ...tracker.Spec) {
	f.Helper()
	if err := f.Add(context.Background(), group, specs...); err != nil {
		f.Fatalf("Add: %v", err)
	}
}

// messageOption changes a message.
type messageOption func(*dictrack.Message)

func withID(id string) messageOption     { return func(m *dictrack.Message) { m.ID = id } }
func withTime(t time.Time) messageOption { return func(m *dictrack.Message) { m.Time = t } }

// message makes a message of data; nil data is an empty object.
func message(group string, data object, options ...messageOption) dictrack.Message {
	if data == nil {
		data = object{}
	}
	m := dictrack.Message{Group: group, Data: data}
	for _, option := range options {
		option(&m)
	}
	return m
}

// track tracks data and fails the test if it cannot.
func (f *fixture) track(group string, data object, options ...messageOption) *dictrack.Result {
	f.Helper()
	res, err := f.Track(context.Background(), message(group, data, options...))
	if err != nil {
		f.Fatalf("Track %v: %v", data, err)
	}
	return res
}

// progress is where a tracker stands, such as "3/10"; "gone" when it is not there.
func (f *fixture) progress(group, name string) string {
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

func (f *fixture) expect(group, name, progress string) {
	f.Helper()
	if got := f.progress(group, name); got != progress {
		f.Errorf("tracker %q of group %q: %s, want %s", name, group, got, progress)
	}
}

// hear collects events as lines such as "ADDED a 0".
func (f *fixture) hear() func() []string {
	var mu sync.Mutex
	var heard []string
	_, _ = f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error {
		mu.Lock()
		defer mu.Unlock()
		heard = append(heard, line(&e))
		return nil
	}})
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		lines := heard
		heard = nil
		return lines
	}
}

func line(e *dictrack.Event) string {
	return fmt.Sprint(e.Kind, " ", e.Tracker.Name, " ", e.Tracker.Progress)
}

func lines(events []dictrack.Event) []string {
	var all []string
	for i := range events {
		all = append(all, line(&events[i]))
	}
	return all
}

func expectLines(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func names(snaps []tracker.Snapshot) []string {
	var all []string
	for i := range snaps {
		all = append(all, snaps[i].Name)
	}
	return all
}

// refused checks that an error is about a field, and names it, its value and what is allowed.
func refused(t testing.TB, err error, parts ...string) {
	t.Helper()
	var one *field.Error
	if !errors.As(err, &one) {
		t.Errorf("got %v, want a *field.Error", err)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("message %q does not have %q", err, part)
		}
	}
}

package managertest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/tracker"
)

// An Object is the data of a message.
type Object = map[string]any

// A MessageOption changes a message.
type MessageOption func(*dictrack.Message)

// WithID gives a message an id.
func WithID(id string) MessageOption { return func(m *dictrack.Message) { m.ID = id } }

// WithTime gives a message a time.
func WithTime(t time.Time) MessageOption { return func(m *dictrack.Message) { m.Time = t } }

// Message returns a message with the data, nil for an empty object.
func Message(group string, data Object, options ...MessageOption) dictrack.Message {
	if data == nil {
		data = Object{}
	}
	m := dictrack.Message{Group: group, Data: data}
	for _, option := range options {
		option(&m)
	}
	return m
}

// Count returns the spec of a count tracker.
func Count(name string, targets ...int) tracker.Spec {
	return dictrack.Count(name, dictrack.Targets(targets...))
}

// TrackerNames returns the names of trackers.
func TrackerNames(snaps []tracker.Snapshot) []string {
	var names []string
	for i := range snaps {
		names = append(names, snaps[i].Name)
	}
	return names
}

// ExpectLines compares two lists of lines.
func ExpectLines(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// ExpectFieldError checks that an error is a [field.Error] and that its text contains the parts: the field, its value,
// what is allowed.
func ExpectFieldError(t testing.TB, err error, parts ...string) {
	t.Helper()
	var fieldErr *field.Error
	if !errors.As(err, &fieldErr) {
		t.Errorf("got %v, want a *field.Error", err)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not contain %q", err, part)
		}
	}
}

// EventLine returns an event as a line such as "ADDED a 0": its kind, the tracker's name and progress.
func EventLine(e *dictrack.Event) string {
	return fmt.Sprint(e.Kind, " ", e.Tracker.Name, " ", e.Tracker.Progress)
}

// EventLines returns the [EventLine] of each event.
func EventLines(events []dictrack.Event) []string {
	var lines []string
	for i := range events {
		lines = append(lines, EventLine(&events[i]))
	}
	return lines
}

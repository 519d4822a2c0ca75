// Package robustness tries to break the promises of dictrack. README.md describes how.
package robustness

import (
	"context"
	"strings"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/tracker"
)

// data is what a tracker without conditions counts.
var data = map[string]any{}

func open(t *testing.T, o dictrack.Options) *dictrack.Manager {
	t.Helper()
	o.DisableTimers = true
	m, err := dictrack.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func add(t *testing.T, m *dictrack.Manager, group string, specs ...tracker.Spec) {
	t.Helper()
	if err := m.Add(t.Context(), group, specs...); err != nil {
		t.Fatal(err)
	}
}

// track tracks data; at most one id is given.
func track(t *testing.T, m *dictrack.Manager, group string, id ...string) *dictrack.Result {
	t.Helper()
	res, err := m.Track(t.Context(), dictrack.Message{Group: group, ID: strings.Join(id, ""), Data: data})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func closeManager(t *testing.T, m *dictrack.Manager) {
	t.Helper()
	if err := m.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// checkContract fails the test if the engine violated the contract of the store.
func checkContract(t *testing.T, d *faultstore.Disk) {
	t.Helper()
	for _, violation := range d.Violations() {
		t.Error(violation)
	}
}

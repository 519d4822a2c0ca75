package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// session is one test and the store that it has to itself.
type session struct {
	testing.TB
	store  store.Store
	reopen func() store.Store // see Opener
	slow   bool               // see Features
}

// repetitions returns how often a test repeats something: n times, or a quarter of that where calls are slow.
func (s *session) repetitions(n int) int {
	if s.slow || raceDetector {
		return n / 4
	}
	return n
}

func newSession(tb testing.TB, open Opener) *session {
	tb.Helper()
	s := &session{TB: tb}
	s.store, s.reopen = open(tb)
	tb.Cleanup(func() {
		if err := s.store.Close(); err != nil {
			tb.Errorf("Close: %v", err)
		}
	})
	return s
}

// reopenStore closes the store and opens its data again.
func (s *session) reopenStore() {
	s.Helper()
	if err := s.store.Close(); err != nil {
		s.Fatalf("Close: %v", err)
	}
	s.store = s.reopen()
}

// commit commits changes that must apply.
func (s *session) commit(changes ...*record.Change) {
	s.Helper()
	if err := s.store.Commit(s.Context(), changes); err != nil {
		s.Fatalf("Commit: %v", err)
	}
}

// expectConflict commits changes that must conflict for exactly the named groups.
func (s *session) expectConflict(changes []*record.Change, groups ...string) {
	s.Helper()
	err := s.store.Commit(s.Context(), changes)
	conflict, ok := errors.AsType[*store.ConflictError](err)
	if !ok {
		s.Fatalf("Commit: error %v, want a ConflictError for %q", err, groups)
	}
	if !reflect.DeepEqual(conflict.Groups, groups) {
		s.Fatalf("Commit: conflict for %q, want %q", conflict.Groups, groups)
	}
}

// load loads a group, which must succeed.
func (s *session) load(name string) *group.Group {
	s.Helper()
	g, err := loadGroup(s.Context(), s.store, name)
	if err != nil {
		s.Fatal(err)
	}
	return g
}

// loadGroup loads a group and its definitions from the store and restores it.
func loadGroup(ctx context.Context, st store.Store, name string) (*group.Group, error) {
	r, err := st.Load(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("load %q: %w", name, err)
	}
	if r.Name != name {
		return nil, fmt.Errorf("load %q: got %q", name, r.Name)
	}
	texts, err := st.Definitions(ctx, r.Layout)
	if err != nil {
		return nil, fmt.Errorf("definitions of %q: %w", name, err)
	}
	defs := make([]*tracker.Definition, len(texts))
	for i, text := range texts {
		if defs[i], err = parseDefinition(text); err != nil {
			return nil, fmt.Errorf("definition %d of %q: %w", i, name, err)
		}
		if defs[i].ID() != r.Layout[i] {
			return nil, fmt.Errorf("definition %d of %q is %v, want %v", i, name, defs[i].ID(), r.Layout[i])
		}
	}
	return group.Restore(r, defs)
}

// parseDefinition parses the canonical JSON of a definition.
func parseDefinition(text []byte) (*tracker.Definition, error) {
	v, err := rawjson.Decode(text)
	if err != nil {
		return nil, err
	}
	var r *tracker.Registry
	return r.Parse(v)
}

// expectStored checks that the store has the groups as they are in memory.
func (s *session) expectStored(groups ...*group.Group) {
	s.Helper()
	for _, want := range groups {
		if err := diff(s.load(want.Name()), want); err != nil {
			s.Fatal(err)
		}
	}
}

// diff returns an error that describes how a stored group differs from the wanted one, nil if it does not.
func diff(got, want *group.Group) error {
	if a, b := summary(got), summary(want); a != b {
		return fmt.Errorf("stored group is %s, want %s", a, b)
	}
	a, b := snapshotTexts(got), snapshotTexts(want)
	if len(a) != len(b) {
		return fmt.Errorf("stored group %q has %d trackers, want %d", want.Name(), len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			return fmt.Errorf("stored group %q, tracker %d is\n%s, want\n%s", want.Name(), i, a[i], b[i])
		}
	}
	return nil
}

// summary describes a group without its trackers.
func summary(g *group.Group) string {
	return fmt.Sprintf("%q version %d, initialized %v, %d trackers", g.Name(), g.Version(), g.Initialized(), g.Len())
}

// snapshotTexts returns the snapshots of all trackers as JSON, each after the ID of its definition.
func snapshotTexts(g *group.Group) []string {
	snaps, err := g.Snapshots()
	if err != nil {
		return []string{err.Error()}
	}
	texts := make([]string, len(snaps))
	for i := range snaps {
		text, err := json.Marshal(&snaps[i])
		texts[i] = fmt.Sprintf("%s %s %v", snaps[i].Definition.ID(), text, err)
	}
	return texts
}

// findID looks up what is remembered of a message id.
func (s *session) findID(name, id string) (record.MessageID, bool) {
	s.Helper()
	seen, ok, err := s.store.FindMessageID(s.Context(), name, id)
	if err != nil {
		s.Fatalf("FindMessageID(%q, %q): %v", name, id, err)
	}
	return seen, ok
}

// due lists the groups that are due.
func (s *session) due(until int64, limit int) []record.Due {
	s.Helper()
	due, err := s.store.Due(s.Context(), until, limit)
	if err != nil {
		s.Fatalf("Due(%d, %d): %v", until, limit, err)
	}
	return due
}

// groups lists the names of groups.
func (s *session) groups(after string, limit int) []string {
	s.Helper()
	names, err := s.store.Groups(s.Context(), after, limit)
	if err != nil {
		s.Fatalf("Groups(%q, %d): %v", after, limit, err)
	}
	return names
}

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

// session is one test with a store of its own.
type session struct {
	testing.TB
	store  store.Store
	reopen func() store.Store
	slow   bool // see Features
}

// times is how often something is done that has to be done often: n, or a quarter of it.
func (s *session) times(n int) int {
	if s.slow || raced {
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

// again closes the store and opens its data anew.
func (s *session) again() {
	s.Helper()
	if err := s.store.Close(); err != nil {
		s.Fatalf("Close: %v", err)
	}
	s.store = s.reopen()
}

// commit commits what must apply.
func (s *session) commit(changes ...*record.Change) {
	s.Helper()
	if err := s.store.Commit(s.Context(), changes); err != nil {
		s.Fatalf("Commit: %v", err)
	}
}

// conflict commits what must conflict for exactly the groups named.
func (s *session) conflict(changes []*record.Change, groups ...string) {
	s.Helper()
	err := s.store.Commit(s.Context(), changes)
	conflict, ok := errors.AsType[*store.ConflictError](err)
	if !ok {
		s.Fatalf("Commit: error %v, want a ConflictError for %q", err, groups)
	}
	if !reflect.DeepEqual(conflict.Groups, groups) {
		s.Fatalf("Commit: a conflict for %q, want one for %q", conflict.Groups, groups)
	}
}

// load restores a group from the store.
func (s *session) load(name string) *group.Group {
	s.Helper()
	g, err := restore(s.Context(), s.store, name)
	if err != nil {
		s.Fatal(err)
	}
	return g
}

func restore(ctx context.Context, st store.Store, name string) (*group.Group, error) {
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
		if defs[i], err = parse(text); err != nil {
			return nil, fmt.Errorf("definition %d of %q: %w", i, name, err)
		}
		if defs[i].ID() != r.Layout[i] {
			return nil, fmt.Errorf("definition %d of %q is %v, want %v", i, name, defs[i].ID(), r.Layout[i])
		}
	}
	return group.Restore(r, defs)
}

// parse reads the canonical JSON of a definition.
func parse(text []byte) (*tracker.Definition, error) {
	v, err := rawjson.Decode(text)
	if err != nil {
		return nil, err
	}
	var r *tracker.Registry
	return r.Parse(v)
}

// same checks that the store has groups as they are here.
func (s *session) same(groups ...*group.Group) {
	s.Helper()
	for _, want := range groups {
		if err := differ(s.load(want.Name()), want); err != nil {
			s.Fatal(err)
		}
	}
}

// differ tells how two groups differ, to somebody who looks at them.
func differ(got, want *group.Group) error {
	if a, b := facts(got), facts(want); a != b {
		return fmt.Errorf("stored group is %s, want %s", a, b)
	}
	a, b := shots(got), shots(want)
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

func facts(g *group.Group) string {
	return fmt.Sprintf("%q version %d, fed %v, %d trackers", g.Name(), g.Version(), g.Initialized(), g.Len())
}

// shots are the snapshots of all trackers, as JSON with the definitions' IDs.
func shots(g *group.Group) []string {
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

// seen looks an id up.
func (s *session) seen(name, id string) (record.MessageID, bool) {
	s.Helper()
	seen, ok, err := s.store.FindMessageID(s.Context(), name, id)
	if err != nil {
		s.Fatalf("Seen(%q, %q): %v", name, id, err)
	}
	return seen, ok
}

// due lists what is due.
func (s *session) due(until int64, limit int) []record.Due {
	s.Helper()
	due, err := s.store.Due(s.Context(), until, limit)
	if err != nil {
		s.Fatalf("Due(%d, %d): %v", until, limit, err)
	}
	return due
}

// groups lists names.
func (s *session) groups(after string, limit int) []string {
	s.Helper()
	names, err := s.store.Groups(s.Context(), after, limit)
	if err != nil {
		s.Fatalf("Groups(%q, %d): %v", after, limit, err)
	}
	return names
}

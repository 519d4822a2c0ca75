package mongostore_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/testserver/mongodb"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store/mongostore"
)

// TestRoundTrips counts what is asked of the server.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	var groups []*group.Group
	var changes []*record.Change
	for i := range 20 {
		groups = append(groups, group.New(fmt.Sprint(i), 0))
		changes = append(changes, addTrackers(groups[i], counters(2)...))
	}
	var trips atomic.Int64
	var once sync.Once
	looked := make(chan struct{}) // closed when a store that was opened has asked for what others left behind
	server.Proxy.Watch(func(m mongodb.Message) mongodb.Fault {
		if m.Database == "trips" {
			trips.Add(1)
		}
		if m.Command == "find" && m.Collection == "dictrack_groups" {
			once.Do(func() { close(looked) })
		}
		return mongodb.Pass
	})
	defer server.Proxy.Watch(nil)
	s := mustOpen(t, server.URL(), mongostore.Options{Database: "trips", DisableTrackerDocs: true})
	defer mustClose(t, s)
	<-looked
	expect := func(what string, want int64, f func() error) {
		t.Helper()
		before := trips.Load()
		if err := f(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got := trips.Load() - before; got != want {
			t.Errorf("%s took %d round trips, want %d", what, got, want)
		}
	}
	commit := func(changes ...*record.Change) func() error {
		return func() error { return s.Commit(t.Context(), changes) }
	}
	expect("a commit of new groups", 4, commit(changes...)) // definitions, groups, the floor, the commit
	for i, g := range groups {
		changes[i] = track(g, "", 0)
	}
	expect("a commit of many groups", 1, commit(changes...))
	expect("a commit of one group", 1, commit(track(groups[0], "", 1)))
	expect("a commit with an id", 1, commit(track(groups[0], "id", 1)))
	expect("a commit that conflicts", 2, func() error {
		if err := s.Commit(t.Context(), changes[:1]); !isConflict(err) {
			return fmt.Errorf("%w, want a conflict", err)
		}
		return nil
	})
	load := func(name string) func() error {
		return func() error {
			_, err := s.Load(t.Context(), name)
			return err
		}
	}
	expect("a load", 1, load("0"))
	expect("a load of no group", 2, load("none"))
	seen := func(id string) func() error {
		return func() error {
			_, _, err := s.FindMessageID(t.Context(), "0", id)
			return err
		}
	}
	expect("an id that came lately", 1, seen("id"))
	expect("an id that never came", 2, seen("other"))
}

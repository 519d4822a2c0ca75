package rediscache_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
)

// A commit that conflicts takes in the tasks that have come since: all of them are one commit.
func TestConflictingCommitTakesInWaitingTasks(t *testing.T) {
	s, prefix := ownServer(t), newPrefix()
	m, other := newManager(t, open(t, s.URL(), testOptions(prefix)), nil), newManager(t, open(t, s.URL(), testOptions(prefix)), nil)
	mustAdd(t, m, "g", 1, "")
	mustAdd(t, other, "g", 1, "")
	if _, err := s.Do("CLIENT", "PAUSE", "20000", "WRITE"); err != nil {
		t.Fatal(err)
	}
	before := roundTrips(t, s)
	var all sync.WaitGroup
	call := func() {
		if err := add(m, "g", 1, ""); err != nil {
			t.Error(err)
		}
	}
	all.Go(call)
	eventually(t, "the first call waits for the server", func() bool {
		text, err := s.Do("CLIENT", "LIST")
		return err == nil && strings.Contains(text, "cmd=evalsha") && strings.Contains(text, "flags=b")
	})
	for range 10 {
		all.Go(call)
	}
	time.Sleep(500 * time.Millisecond) // until they are in line
	if _, err := s.Do("CLIENT", "UNPAUSE"); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	if got := roundTrips(t, s) - before; got != 2 {
		t.Errorf("%d round trips, want 2: one that is too late, and one for all", got)
	}
	expectTotal(t, m, "g", 13)
}

// Trackers that another process adds to a group exist, and count, in a process that had a replica without them.
func TestTrackersOfAnotherProcess(t *testing.T) {
	s, prefix := singleServer(t), newPrefix()
	m, other := newManager(t, open(t, s.URL(), testOptions(prefix)), nil), newManager(t, open(t, s.URL(), testOptions(prefix)), nil)
	mustAdd(t, m, "g", 1, "")
	mustAdd(t, other, "g", 1, "")
	mustAdd(t, m, "g", 1, "")
	ctx := context.Background()
	if err := other.Add(ctx, "g", dictrack.Count("more", dictrack.Targets(never))); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		mustAdd(t, m, "g", 1, "")
		mustAdd(t, other, "g", 1, "")
	}
	if err := m.Remove(ctx, "g", "more"); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, other, "g", 1, "")
	expectTotal(t, other, "g", 10)
	if snaps, err := other.ListAll(ctx, "g"); err != nil || len(snaps) != 1 {
		t.Errorf("%d trackers, %v; want the one that was not removed", len(snaps), err)
	}
}

// Another process removed all trackers of a group, which then has an empty layout.
func TestEmptyGroupOfAnotherProcess(t *testing.T) {
	s, prefix := singleServer(t), newPrefix()
	m, other := newBareManager(t, open(t, s.URL(), testOptions(prefix))), newBareManager(t, open(t, s.URL(), testOptions(prefix)))
	ctx := context.Background()
	if _, err := m.ListAll(ctx, "g"); err != nil { // m has a copy: there is no group
		t.Fatal(err)
	}
	mustAdd(t, other, "g", 1, "id") // fed, without trackers
	if err := m.Add(ctx, "g", sum()); err != nil {
		t.Fatalf("Add: %v", err)
	}
	if err := other.Flush(ctx, dictrack.FlushEverything); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, other, "g", 1, "id")
	if err := add(m, "g", 1, ""); err != nil {
		t.Fatalf("Track: %v", err)
	}
}

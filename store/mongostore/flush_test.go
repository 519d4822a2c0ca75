package mongostore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/testserver/mongodb"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store/mongostore"
)

// TestFlushRaces makes and changes groups through two stores while a third flushes: no version of a group
// comes twice, and what is committed after the last Flush is there.
func TestFlushRaces(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	var stores []*mongostore.Store
	for range 3 {
		stores = append(stores, mustOpen(t, server.URL(), mongostore.Options{Database: db}))
	}
	flushed := make(chan struct{})
	var all sync.WaitGroup
	last := make([]uint64, 4)
	for i := range last {
		s, name := stores[i%2], fmt.Sprint(i)
		all.Go(func() {
			for over := false; !over; {
				select {
				case <-flushed:
					over = true // once more, and that must stay
				default:
				}
				g, err := load(t.Context(), s, name)
				if err != nil {
					t.Error(err)
					return
				}
				c := track(g, "", 0)
				if !g.Exists() {
					c = addTrackers(group.New(name, g.Version()-1), counters(1)...)
				}
				err = s.Commit(t.Context(), []*record.Change{c})
				switch {
				case isConflict(err):
					over = false
				case err != nil:
					t.Error(err)
					return
				case c.Version <= last[i]:
					t.Errorf("group %s went to version %d after it was at %d", name, c.Version, last[i])
					return
				default:
					last[i] = c.Version
				}
			}
		})
	}
	for range 5 {
		time.Sleep(100 * time.Millisecond)
		if err := stores[2].Flush(t.Context()); err != nil {
			t.Error(err)
		}
	}
	close(flushed)
	all.Wait()
	for i, version := range last {
		if g := mustLoad(t, stores[2], fmt.Sprint(i)); g.Version() != version {
			t.Errorf("group %d has version %d, want %d", i, g.Version(), version)
		}
	}
	for _, s := range stores {
		mustClose(t, s)
	}
}

// TestUnfinishedFlush ends a Flush at each of its writes: whoever opens the store next finishes it, if it had
// begun.
func TestUnfinishedFlush(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	for n := 1; n <= 6; n++ {
		db := fmt.Sprintf("flush_%d", n)
		s := mustOpen(t, server.URL(), mongostore.Options{Database: db, DisableTrackerDocs: true})
		g := mustLoad(t, s, "g")
		mustCommit(t, s, addTrackers(g, counters(1)...))
		mustCommit(t, s, track(g, "id", 0))
		ctx, cancel := context.WithCancel(t.Context())
		writes := 0
		server.Proxy.Watch(func(m mongodb.Message) mongodb.Fault {
			if m.Database == db && m.Writes() {
				if writes++; writes > n {
					cancel()
				}
				if writes >= n {
					return mongodb.LoseRequest
				}
			}
			return mongodb.Pass
		})
		if err := s.Flush(ctx); err == nil {
			t.Fatalf("Flush without its write %d went well", n)
		}
		cancel()
		server.Proxy.Watch(nil)
		mustClose(t, s)
		s = mustOpen(t, server.URL(), mongostore.Options{Database: db, DisableTrackerDocs: true})
		r, err := s.Load(t.Context(), "g")
		_, seen, err2 := s.FindMessageID(t.Context(), "g", "id")
		if err = errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		if there := n == 1; len(r.Layout) > 0 != there || seen != there {
			t.Errorf("Flush without its write %d: %d trackers, id remembered %v, want them there: %v", n, len(r.Layout), seen, there)
		}
		if n > 1 && r.Version <= g.Version() {
			t.Errorf("Flush without its write %d: new groups start from version %d, want one above %d", n, r.Version, g.Version())
		}
		if err := s.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustClose(t, s)
	}
}

// TestUncommittedGroupDocument: a document of a group that never had a commit is no group, also when it is from before a
// Flush.
func TestUncommittedGroupDocument(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := mustOpen(t, server.URL(), mongostore.Options{Database: db})
	defer mustClose(t, s)
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	floor := mustLoad(t, s, "g").Version()
	seed := bson.M{"_id": "g", "f": int32(1), "v": int64(0), "b": int64(0), "projected": int64(0)}
	if _, err := raw.Database(db).Collection("dictrack_groups").InsertOne(t.Context(), seed); err != nil {
		t.Fatal(err)
	}
	names, err := s.Groups(t.Context(), "", 10)
	if err != nil || len(names) != 0 {
		t.Errorf("Groups: %q, %v, want none", names, err)
	}
	g := mustLoad(t, s, "g")
	if g.Exists() || g.Version() != floor {
		t.Errorf("Load: version %d, known %v, want %d and false", g.Version(), g.Exists(), floor)
	}
	old := addTrackers(group.New("g", 0), counters(1)...)
	if err := s.Commit(t.Context(), []*record.Change{old}); !isConflict(err) {
		t.Errorf("Commit from before the Flush: %v, want a conflict", err)
	}
	mustCommit(t, s, addTrackers(g, counters(1)...))
	if got := mustLoad(t, s, "g"); got.Version() != g.Version() || got.Len() != 1 {
		t.Errorf("Load: version %d, %d trackers, want %d and 1", got.Version(), got.Len(), g.Version())
	}
}

// TestCreateGroupAfterUnseenFlush: a store that does not know of a Flush cannot make groups from before it.
func TestCreateGroupAfterUnseenFlush(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := mustOpen(t, server.URL(), mongostore.Options{Database: db})
	other := mustOpen(t, server.URL(), mongostore.Options{Database: db})
	defer mustClose(t, s)
	defer mustClose(t, other)
	g := mustLoad(t, s, "g")
	if err := other.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), []*record.Change{addTrackers(g, counters(1)...)}); !isConflict(err) {
		t.Errorf("Commit from before the Flush: %v, want a conflict", err)
	}
	g = mustLoad(t, s, "g")
	if g.Exists() || g.Version() < 1<<32 {
		t.Errorf("after the Flush: version %d, known %v, want one that no group reached while it went on, and false", g.Version(), g.Exists())
	}
	mustCommit(t, s, addTrackers(g, counters(1)...))
}

// TestIDsFromBeforeFlush: what is left of an id from before a Flush is not remembered of the group that is new.
func TestIDsFromBeforeFlush(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := mustOpen(t, server.URL(), mongostore.Options{Database: db})
	defer mustClose(t, s)
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	left := bson.M{"_id": "g\x00id", "hash": bson.Binary{Data: make([]byte, 16)}, "version": int64(2), "commit": int64(2), "expires": int64(now)}
	if _, err := raw.Database(db).Collection("dictrack_message_ids").InsertOne(t.Context(), left); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, ok, err := s.FindMessageID(t.Context(), "g", "id"); err != nil || ok {
			t.Errorf("Seen: %v, %v, want that it is not remembered", ok, err)
		}
		g := mustLoad(t, s, "g")
		if !g.Exists() {
			mustCommit(t, s, addTrackers(g, counters(1)...))
		}
	}
}

package mongostore_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/testserver/mongodb"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/mongostore"
)

// startServer starts a server of a test's own, whose proxy it may use.
func startServer(tb testing.TB) *mongodb.Server {
	tb.Helper()
	s, err := mongodb.Start()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Stop)
	return s
}

// scenario is some commits to two groups: trackers come, move, with and without ids, and go.
type scenario struct {
	small, large *group.Group
	ids          int
}

func newScenario() *scenario {
	return &scenario{small: group.New("small", 0), large: group.New("large", 0)}
}

// steps are the commits in order. Each is a function of what the groups are when it is made.
func (s *scenario) steps() []func() []*record.Change {
	return []func() []*record.Change{
		func() []*record.Change { return []*record.Change{addTrackers(s.small, counters(3)...)} },
		func() []*record.Change {
			return []*record.Change{addTrackers(s.large, counters(7)...), track(s.small, s.id(), 0, 1)}
		},
		func() []*record.Change { return []*record.Change{track(s.large, s.id(), 0, 5)} },
		func() []*record.Change {
			c := track(s.small, "", 2)
			for range 40 { // so many that they move
				c.AddMessageID(record.MessageID{ID: s.id(), Version: c.Version, Expires: now + 1000})
			}
			return []*record.Change{c, removeTrackers(s.large, "tracker 1")}
		},
		func() []*record.Change { return []*record.Change{track(s.large, "", 6), track(s.small, "", 0)} },
	}
}

func (s *scenario) id() string {
	s.ids++
	return fmt.Sprintf("call %d", s.ids)
}

// check compares what a store has with the story, and the documents for people too.
func (s *scenario) check(t *testing.T, st store.Store) {
	t.Helper()
	for _, want := range []*group.Group{s.small, s.large} {
		got := mustLoad(t, st, want.Name())
		if got.Version() != want.Version() || got.Len() != want.Len() {
			t.Fatalf("group %q has version %d and %d trackers, want %d and %d", want.Name(), got.Version(), got.Len(), want.Version(), want.Len())
		}
		for i := range 7 {
			if a, b := progress(got, i), progress(want, i); a != b {
				t.Fatalf("group %q, tracker %d stands at %s, want %s", want.Name(), i, a, b)
			}
		}
	}
	for i := range s.ids {
		id := fmt.Sprintf("call %d", i+1)
		_, a, err := st.FindMessageID(t.Context(), "small", id)
		_, b, err2 := st.FindMessageID(t.Context(), "large", id)
		if err = errors.Join(err, err2); err != nil || a == b {
			t.Fatalf("id %q is remembered for small: %v, large: %v, %v; want one of them", id, a, b, err)
		}
	}
}

// checkNothingLeft waits until nothing is left behind: the documents for people are right, and there is no part that
// no group names.
func (s *scenario) checkNothingLeft(t *testing.T, server *mongodb.Server, database string) {
	t.Helper()
	c := client(server.URL())
	defer c.Disconnect(context.Background())
	db := c.Database(database)
	eventually(t, func() string {
		for _, g := range []*group.Group{s.small, s.large} {
			n, err := db.Collection("dictrack_trackers").CountDocuments(t.Context(), bson.M{"group": g.Name()})
			if err != nil || int(n) != g.Len() {
				return fmt.Sprintf("group %q has %d documents of trackers, %v, want %d", g.Name(), n, err, g.Len())
			}
		}
		if n, err := db.Collection("dictrack_overflow").CountDocuments(t.Context(), bson.M{}); err != nil || n != 4 {
			return fmt.Sprintf("there are %d parts, %v, want the 4 of the two chunks", n, err)
		}
		if n, err := db.Collection("dictrack_groups").CountDocuments(t.Context(), bson.M{"maintenance": true}); err != nil || n > 0 {
			return fmt.Sprintf("there is something to do for %d groups, %v", n, err)
		}
		return ""
	})
}

// openWithChunksInParts opens a store that has all chunks in parts.
func openWithChunksInParts(t *testing.T, server *mongodb.Server, database string) *mongostore.Store {
	t.Helper()
	s := mustOpen(t, server.URL(), mongostore.Options{Database: database, RetryTimeout: time.Minute})
	s.KeepApart()
	return s
}

// writeNumbers are the numbers from 1, or every third of them from one by chance where the server is slow and
// DICTRACK_PROVE does not ask for all.
func writeNumbers(server *mongodb.Server) iter.Seq[int] {
	from, step := 1, 1
	if server.Slow() && os.Getenv("DICTRACK_PROVE") == "" {
		from, step = 1+rand.IntN(3), 3
	}
	return func(yield func(int) bool) {
		for n := from; yield(n); n += step {
		}
	}
}

// TestLostAnswers loses the answer of every write in turn, or the write itself: the commits go well all the
// same, and nothing is there twice or not at all.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	for fault, name := range map[mongodb.Fault]string{mongodb.LoseReply: "drop", mongodb.LoseRequest: "cut"} {
		for n := range writeNumbers(server) {
			database := fmt.Sprintf("%s_%d", name, n)
			s := newScenario()
			a := openWithChunksInParts(t, server, database)
			writes := atomic.Int64{}
			server.Proxy.Watch(func(m mongodb.Message) mongodb.Fault {
				if m.Database == database && m.Writes() && writes.Add(1) == int64(n) {
					return fault
				}
				return mongodb.Pass
			})
			for i, step := range s.steps() {
				if err := a.Commit(t.Context(), step()); err != nil {
					t.Fatalf("%s of write %d, step %d: %v", name, n, i, err)
				}
			}
			s.check(t, a)
			s.checkNothingLeft(t, server, database)
			mustClose(t, a)
			server.Proxy.Watch(nil)
			if writes.Load() < int64(n) {
				break
			}
		}
	}
}

// TestCrashes ends the process at every write in turn, before it or after it: whoever comes next finds each
// commit wholly there or not at all, goes on, and clears up.
func TestCrashes(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	for last, name := range map[mongodb.Fault]string{mongodb.LoseReply: "after", mongodb.LoseRequest: "before"} {
		for n := range writeNumbers(server) {
			database := fmt.Sprintf("%s_%d", name, n)
			s := newScenario()
			dead := openWithChunksInParts(t, server, database)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			writes := atomic.Int64{}
			server.Proxy.Watch(func(m mongodb.Message) mongodb.Fault {
				switch {
				case m.Database != database:
					return mongodb.Pass
				case m.Writes() && writes.Add(1) == int64(n):
					return last
				case writes.Load() >= int64(n):
					cancel()
					return mongodb.LoseRequest
				}
				return mongodb.Pass
			})
			var next *mongostore.Store
			crashed := false
			for i, step := range s.steps() {
				changes := step()
				if !crashed && dead.Commit(ctx, changes) == nil {
					continue
				}
				if !crashed {
					crashed = true
					server.Proxy.Watch(nil)
					next = openWithChunksInParts(t, server, database)
				}
				if err := retryUnknown(t, next, changes); err != nil {
					t.Fatalf("%s write %d, step %d: %v", name, n, i, err)
				}
			}
			server.Proxy.Watch(nil)
			if !crashed { // what followed the commits may have been cut
				next = openWithChunksInParts(t, server, database)
			}
			s.check(t, next)
			s.checkNothingLeft(t, server, database)
			mustClose(t, next)
			mustClose(t, dead)
			if !crashed && writes.Load() < int64(n) {
				break
			}
		}
	}
}

// retryUnknown makes commits whose outcome is not known: a conflict must mean that it is there.
func retryUnknown(t *testing.T, a store.Store, changes []*record.Change) error {
	t.Helper()
	for _, c := range changes {
		g, err := load(t.Context(), a, c.Group)
		if err != nil {
			return err
		}
		if g.Version() != c.Base && g.Version() != c.Version {
			return fmt.Errorf("group %q has version %d, want %d or %d", c.Group, g.Version(), c.Base, c.Version)
		}
		err = a.Commit(t.Context(), []*record.Change{c})
		if isConflict(err) != (g.Version() == c.Version) {
			return fmt.Errorf("group %q has version %d, and a commit from %d to %d: %w", c.Group, g.Version(), c.Base, c.Version, err)
		}
		if err != nil && !isConflict(err) {
			return err
		}
	}
	return nil
}

// TestNetwork counts in few groups from several stores while messages and answers get lost all the time:
// every commit that went well is there once.
func TestNetwork(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	var r sync.Mutex
	random := rand.New(rand.NewPCG(3, 4))
	var stores []*mongostore.Store
	for range 3 {
		stores = append(stores, mustOpen(t, server.URL(), mongostore.Options{Database: "network", RetryTimeout: time.Minute}))
	}
	mustCommit(t, stores[0], addTrackers(group.New("a", 0), counters(1)...), addTrackers(group.New("b", 0), counters(1)...))
	server.Proxy.Watch(func(m mongodb.Message) mongodb.Fault {
		r.Lock()
		defer r.Unlock()
		if m.Database != "network" || random.IntN(20) > 0 {
			return mongodb.Pass
		}
		return []mongodb.Fault{mongodb.LoseRequest, mongodb.LoseReply}[random.IntN(2)]
	})
	const steps = 15
	var all sync.WaitGroup
	for _, s := range stores {
		for range 2 {
			all.Go(func() {
				for range steps {
					if err := countBoth(t.Context(), s); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	all.Wait()
	server.Proxy.Watch(nil)
	for _, name := range []string{"a", "b"} {
		if got, want := progress(mustLoad(t, stores[0], name), 0), fmt.Sprint(2*len(stores)*steps); got != want {
			t.Errorf("group %s stands at %s, want %s", name, got, want)
		}
	}
	for _, s := range stores {
		mustClose(t, s)
	}
}

// countBoth counts one in both groups, in one commit, until it goes well for each.
func countBoth(ctx context.Context, s store.Store) error {
	left := map[string]bool{"a": true, "b": true}
	for len(left) > 0 {
		var changes []*record.Change
		for name := range left {
			g, err := load(ctx, s, name)
			if err != nil {
				return err
			}
			changes = append(changes, track(g, "", 0))
		}
		err := s.Commit(ctx, changes)
		conflict, lost := errors.AsType[*store.ConflictError](err)
		if err != nil && !lost {
			return err
		}
		for name := range left {
			if !lost || !conflict.Conflicted(name) {
				delete(left, name)
			}
		}
	}
	return nil
}

// TestRestart ends the server while commits go on, and brings it back: they are slow, and nothing else.
func TestRestart(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	s := mustOpen(t, server.URL(), mongostore.Options{Database: "restart", RetryTimeout: 2 * time.Minute})
	var stop atomic.Bool
	var commits atomic.Int64
	groups := make([]*group.Group, 4)
	var all sync.WaitGroup
	for i := range groups {
		g := group.New(fmt.Sprint(i), 0)
		groups[i] = g
		all.Go(func() {
			c := addTrackers(g, counters(1)...)
			for n := 0; ; n++ {
				if err := s.Commit(t.Context(), []*record.Change{c}); err != nil {
					t.Error(err)
					return
				}
				commits.Add(1)
				if stop.Load() {
					return
				}
				c = track(g, fmt.Sprint(n), 0)
			}
		})
	}
	for range 3 {
		before := commits.Load()
		eventually(t, func() string {
			if commits.Load() < before+8 {
				return fmt.Sprintf("%d commits, after %d before the server came back", commits.Load(), before)
			}
			return ""
		})
		server.Down()
		time.Sleep(50 * time.Millisecond)
		if err := server.Up(); err != nil {
			t.Error(err)
		}
	}
	stop.Store(true)
	all.Wait()
	for _, g := range groups {
		got := mustLoad(t, s, g.Name())
		if got.Version() != g.Version() || progress(got, 0) != progress(g, 0) {
			t.Errorf("group %s has version %d, progress %s, want %d, %s", g.Name(), got.Version(), progress(got, 0), g.Version(), progress(g, 0))
		}
	}
	mustClose(t, s)
}

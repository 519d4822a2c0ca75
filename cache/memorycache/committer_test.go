package memorycache

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// addTask is a Task that adds a tracker.
type addTask struct {
	t     *testing.T
	group string
	err   error
}

func (a *addTask) Group() string  { return a.group }
func (a *addTask) ID() string     { return "" }
func (a *addTask) Done(err error) { a.err = err }

func (a *addTask) Apply(g *group.Group, _ *record.MessageID) *record.MessageID {
	d, err := tracker.New(tracker.Spec{
		Name: fmt.Sprint("t", g.Version()), Kind: tracker.KindCount, Targets: []decimal.Decimal{decimal.FromInt(1)},
	}, nil)
	if err == nil {
		_, err = g.Add([]*tracker.Definition{d}, 0)
	}
	if err != nil {
		a.t.Error(err)
	}
	return nil
}

// emptyStore has no groups. persist says how its commits end.
type emptyStore struct{ persist func() error }

func (*emptyStore) Load(_ context.Context, name string) (*group.Group, error) {
	if name == "broken" {
		return nil, errors.New("cannot be loaded")
	}
	return group.New(name, 0), nil
}

func (*emptyStore) FindMessageID(context.Context, string, string) (record.MessageID, bool, error) {
	return record.MessageID{}, false, nil
}

func (e *emptyStore) Persist(context.Context, []*record.Change) error { return e.persist() }

// conflictError is a Conflict of every group.
type conflictError struct{}

func (conflictError) Error() string          { return "another process committed first" }
func (conflictError) Conflicted(string) bool { return true }

// cacheOn returns a cache on a store that is empty.
func cacheOn(t *testing.T) (*Cache, *emptyStore) {
	t.Helper()
	c, s := New(Options{}), &emptyStore{persist: ok}
	start(t, c, s)
	return c, s
}

func start(t *testing.T, c *Cache, s cache.BackingStore) {
	t.Helper()
	if err := c.Start(context.Background(), cache.Deps{BackingStore: s}); err != nil {
		t.Fatal(err)
	}
}

// update runs a task together with one of another group, and returns the error of the first.
func update(t *testing.T, c *Cache, name string) error {
	t.Helper()
	task, other := &addTask{t: t, group: name}, &addTask{t: t, group: "other"}
	if err := c.Update(context.Background(), []cache.Task{task, other}); err != nil {
		t.Fatal(err)
	}
	return task.err
}

// awaitNoHolds waits until no call holds the committer, and returns how many still do.
func awaitNoHolds(m *committer) (holds int) {
	for range 1000 {
		m.mu.Lock()
		holds = m.holds
		m.mu.Unlock()
		if holds == 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	return holds
}

func ok() error { return nil }

// TestHoldsAreReleased ends groupCommits in every way there is. A call that holds the committer for ever would delay every
// later commit.
func TestHoldsAreReleased(t *testing.T) {
	var commits atomic.Int64
	cases := map[string]struct {
		group   string
		persist func() error
	}{
		"committed":        {"g", ok},
		"not loaded":       {"broken", ok},
		"commit fails":     {"g", func() error { return errors.New("broken") }},
		"conflict, twice":  {"g", func() error { return map[bool]error{true: conflictError{}}[commits.Add(1) < 3] }},
		"conflict, always": {"g", func() error { return conflictError{} }},
	}
	for name, one := range cases {
		t.Run(name, func(t *testing.T) {
			c, s := cacheOn(t)
			s.persist = one.persist
			for range 3 {
				_ = update(t, c, one.group) // whatever the error
			}
			if n := awaitNoHolds(c.through.committer); n != 0 {
				t.Errorf("%d calls still hold the committer", n)
			}
		})
	}
}

// TestConflictsWithoutEnd makes the cache give up, with an error that says that nothing happened.
func TestConflictsWithoutEnd(t *testing.T) {
	c, s := cacheOn(t)
	s.persist = func() error { return conflictError{} }
	err := update(t, c, "g")
	var conflict cache.Conflict
	if !errors.As(err, &conflict) || errors.Is(err, cache.ErrUnknown) {
		t.Errorf("got %v; want the conflict, since it is known that nothing happened", err)
	}
	awaitNoHolds(c.through.committer)
	s.persist = ok
	if err := update(t, c, "g"); err != nil {
		t.Errorf("the next call: %v", err)
	}
}

// TestUnknownGroupsLeaveNoEntry keeps a cache small that gets calls on many groups which do not exist.
func TestUnknownGroupsLeaveNoEntry(t *testing.T) {
	c, s := cacheOn(t)
	_ = update(t, c, "broken")
	s.persist = func() error { return errors.New("broken") }
	_ = update(t, c, "failed")
	awaitNoHolds(c.through.committer)
	s.persist = ok
	if err := update(t, c, "there"); err != nil {
		t.Fatal(err)
	}
	expectEntries(t, c, "other", "there")
}

// expectEntries waits until the cache has entries for these groups and no others.
func expectEntries(t *testing.T, c *Cache, want ...string) {
	t.Helper()
	var got []string
	for range 1000 {
		if got = c.entries.names(""); slices.Equal(got, want) {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("entries for %q, want %q", got, want)
}

// TestFlushLeavesNoEntry flushes with and without a store.
func TestFlushLeavesNoEntry(t *testing.T) {
	for _, s := range []cache.BackingStore{nil, &emptyStore{ok}} {
		c := New(Options{})
		start(t, c, s)
		if err := c.Update(context.Background(), []cache.Task{&addTask{t: t, group: "g"}}); err != nil {
			t.Fatal(err)
		}
		if c.through != nil {
			awaitNoHolds(c.through.committer)
		}
		if err := c.Flush(context.Background(), ok); err != nil {
			t.Fatal(err)
		}
		expectEntries(t, c)
	}
}

// TestCommitsAreLimited submits more changes at once than one commit takes.
func TestCommitsAreLimited(t *testing.T) {
	var mu sync.Mutex
	sizes := 0
	counting := &countingStore{commit: func(n int) {
		mu.Lock()
		defer mu.Unlock()
		sizes += n
		if n > maxChanges {
			t.Errorf("a commit of %d changes, want at most %d", n, maxChanges)
		}
	}}
	c := New(Options{})
	start(t, c, counting)
	tasks := make([]cache.Task, 2*maxChanges+10)
	for i := range tasks {
		tasks[i] = &addTask{t: t, group: fmt.Sprint("g", i)}
	}
	if err := c.Update(context.Background(), tasks); err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		if err := task.(*addTask).err; err != nil {
			t.Fatal(err)
		}
	}
	if sizes != len(tasks) {
		t.Errorf("%d changes in all commits, want %d", sizes, len(tasks))
	}
}

// countingStore is an emptyStore that reports the size of each commit.
type countingStore struct {
	emptyStore
	commit func(changes int)
}

func (c *countingStore) Persist(_ context.Context, changes []*record.Change) error {
	c.commit(len(changes))
	return nil
}

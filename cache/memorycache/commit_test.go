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
	"github.com/dictrack/dictrack/tracker"
)

// adding is a Task that adds a tracker of its own.
type adding struct {
	t     *testing.T
	group string
	err   error
}

func (a *adding) Group() string     { return a.group }
func (a *adding) ID() string        { return "" }
func (a *adding) Settled(err error) { a.err = err }

func (a *adding) Apply(g *group.Group, _ *group.Seen) *group.Seen {
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

// empty is a Backing of groups nobody has seen, whose commits end as persist says.
type empty struct{ persist func() error }

func (empty) Load(_ context.Context, name string) (*group.Group, error) {
	if name == "broken" {
		return nil, errors.New("cannot be loaded")
	}
	return group.New(name, 0), nil
}

func (empty) Seen(context.Context, string, string) (group.Seen, bool, error) {
	return group.Seen{}, false, nil
}

func (e empty) Persist(context.Context, []*group.Change) error { return e.persist() }

// late is a Conflict of every group.
type late struct{}

func (late) Error() string          { return "too late" }
func (late) Conflicted(string) bool { return true }

// update runs one task, beside one of another group, and returns how it was settled.
func update(t *testing.T, c *Cache, name string, persist func() error) error {
	t.Helper()
	task, other := &adding{t: t, group: name}, &adding{t: t, group: "other"}
	c.host.Backing = empty{persist}
	if err := c.Update(context.Background(), []cache.Task{task, other}); err != nil {
		t.Fatal(err)
	}
	return task.err
}

// idle waits until no call holds the committer, and returns how many still do.
func idle(t *testing.T, c *Cache) int {
	t.Helper()
	var holds int
	for range 1000 {
		c.commit.mu.Lock()
		holds = c.commit.holds
		c.commit.mu.Unlock()
		if holds == 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	return holds
}

func ok() error { return nil }

// TestHoldsAreReleased ends rounds in every way there is. A call that holds for ever would delay every
// commit to come.
func TestHoldsAreReleased(t *testing.T) {
	var tries atomic.Int64
	cases := map[string]struct {
		group   string
		persist func() error
	}{
		"kept":         {"g", ok},
		"not loaded":   {"broken", ok},
		"failed":       {"g", func() error { return errors.New("broken") }},
		"late for now": {"g", func() error { return map[bool]error{true: late{}}[tries.Add(1) < 3] }},
		"late forever": {"g", func() error { return late{} }},
	}
	for name, one := range cases {
		t.Run(name, func(t *testing.T) {
			c := New()
			for range 3 {
				_ = update(t, c, one.group, one.persist) // however it ends
			}
			if n := idle(t, c); n != 0 {
				t.Errorf("%d calls still hold", n)
			}
		})
	}
}

// TestTooLateForEver gives up, and says what the matter is.
func TestTooLateForEver(t *testing.T) {
	c := New()
	err := update(t, c, "g", func() error { return late{} })
	var conflict cache.Conflict
	if !errors.As(err, &conflict) || errors.Is(err, cache.ErrUnknown) {
		t.Errorf("settled with %v; want the conflict, since it is known that nothing happened", err)
	}
	if err := update(t, c, "g", ok); err != nil {
		t.Errorf("the next call: %v", err)
	}
}

// TestUnknownGroupsLeaveNoPlace keeps a cache small that is asked about many groups which are not there.
func TestUnknownGroupsLeaveNoPlace(t *testing.T) {
	c := New()
	_ = update(t, c, "broken", ok)
	_ = update(t, c, "failed", func() error { return errors.New("broken") })
	if err := update(t, c, "there", ok); err != nil {
		t.Fatal(err)
	}
	expectPlaces(t, c, "other", "there")
}

// expectPlaces waits until the cache has places for these groups and no others.
func expectPlaces(t *testing.T, c *Cache, want ...string) {
	t.Helper()
	var got []string
	for range 1000 {
		if got = places(c); slices.Equal(got, want) {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("places for %q, want %q", got, want)
}

func places(c *Cache) []string {
	var names []string
	for i := range c.shards {
		names = c.shards[i].after("", names)
	}
	slices.Sort(names)
	return names
}

// TestFlushLeavesNoPlace does so with and without a Backing.
func TestFlushLeavesNoPlace(t *testing.T) {
	for _, b := range []cache.Backing{nil, empty{ok}} {
		c := New()
		c.host.Backing = b
		if err := c.Update(context.Background(), []cache.Task{&adding{t: t, group: "g"}}); err != nil {
			t.Fatal(err)
		}
		idle(t, c)
		if err := c.Flush(context.Background(), ok); err != nil {
			t.Fatal(err)
		}
		expectPlaces(t, c)
	}
}

// TestBatchIsBounded brings more changes at once than one commit takes.
func TestBatchIsBounded(t *testing.T) {
	var mu sync.Mutex
	sizes := 0
	b := counting{commit: func(n int) {
		mu.Lock()
		defer mu.Unlock()
		sizes += n
		if n > maxJoined {
			t.Errorf("a commit of %d changes, want at most %d", n, maxJoined)
		}
	}}
	c := New()
	c.host.Backing = b
	tasks := make([]cache.Task, 2*maxJoined+10)
	for i := range tasks {
		tasks[i] = &adding{t: t, group: fmt.Sprint("g", i)}
	}
	if err := c.Update(context.Background(), tasks); err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		if err := task.(*adding).err; err != nil {
			t.Fatal(err)
		}
	}
	if sizes != len(tasks) {
		t.Errorf("%d changes in all commits, want %d", sizes, len(tasks))
	}
}

// counting is an empty Backing that tells the size of each commit.
type counting struct {
	empty
	commit func(changes int)
}

func (c counting) Persist(_ context.Context, changes []*group.Change) error {
	c.commit(len(changes))
	return nil
}

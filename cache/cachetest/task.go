package cachetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// testTask is a Task: it adds the n of its data to the one tracker of its group, or does something else,
// and notes what the cache makes of it.
type testTask struct {
	env  *env
	name string
	id   string
	data []byte // read while the call is applied, and only then
	do   func(g *group.Group)
	// remember is to be remembered of the id although it is known.
	remember *record.MessageID
	// slow, if there is one, is where the call waits when it is applied.
	block *barrier
	// epoch, if there is one, is noted in at whenever the call is applied.
	epoch *atomic.Int64

	inside     atomic.Bool // a method is running
	applyCount atomic.Int32
	doneCount  atomic.Int32
	finished   chan struct{} // closed by the first Done

	// Written by the cache's calls, to be read when over is closed.
	seen    *record.MessageID
	version uint64
	changed bool
	at      int64
	err     error
}

var _ cache.Task = (*testTask)(nil)

// add is a call that adds n.
func (e *env) add(name string, n int) *testTask {
	return &testTask{env: e, name: name, data: fmt.Appendf(nil, `{"n":%d}`, n), finished: make(chan struct{})}
}

// addWithID is a call that adds n and happens once.
func (e *env) addWithID(name, id string, n int) *testTask {
	c := e.add(name, n)
	c.id = id
	return c
}

// read is a call that changes nothing.
func (e *env) read(name string, see func(g *group.Group)) *testTask {
	return &testTask{env: e, name: name, do: see, finished: make(chan struct{})}
}

// Group implements cache.Task.
func (c *testTask) Group() string { return c.name }

// ID implements cache.Task.
func (c *testTask) ID() string { return c.id }

// Apply implements cache.Task.
func (c *testTask) Apply(g *group.Group, seen *record.MessageID) *record.MessageID {
	defer c.enterMethod("Apply")()
	defer c.env.invariants.enterGroup(c.name)()
	c.applyCount.Add(1)
	if c.block != nil {
		c.block.wait()
	}
	if g.Name() != c.name {
		c.env.invariants.violation("a call on group %q was applied to %q", c.name, g.Name())
	}
	c.version, c.changed, c.seen = g.Version(), false, nil
	if c.epoch != nil {
		c.at = c.epoch.Load()
	}
	if seen != nil {
		one := *seen
		c.seen = &one
		if c.remember == nil {
			return nil
		}
	}
	if c.do != nil {
		c.do(g)
		return nil
	}
	effect, err := g.Track(&group.TrackRequest{
		Data: match.Data{JSON: c.data}, Commit: true, Template: total, Compile: states.Compile, Scratch: &states.Scratch{},
	})
	if err != nil {
		c.env.invariants.violation("track: %v", err)
	}
	c.version, c.changed = effect.Version, effect.Changed
	switch {
	case c.id == "":
		return nil
	case c.remember != nil:
		return c.remember
	}
	return &record.MessageID{ID: c.id, Version: effect.Version, Expires: expiry, Hash: [16]byte{1}}
}

// expiry is when ids end, in Unix milliseconds.
const expiry = 1000

// Done implements cache.Task.
func (c *testTask) Done(err error) {
	defer c.enterMethod("Done")()
	if c.doneCount.Add(1) > 1 {
		c.env.invariants.violation("Done was called twice on a task")
		return
	}
	c.err = err
	if err == nil && c.changed {
		c.env.invariants.taskDone(c.name, c.version)
	}
	close(c.finished)
}

// enterMethod notes when two methods run at once.
func (c *testTask) enterMethod(method string) (leave func()) {
	if c.inside.Swap(true) {
		c.env.invariants.violation("%s was called while another method of the Task was running", method)
	}
	return func() { c.inside.Store(false) }
}

// awaitDone returns the error that the call was done with; it fails the test when the call is not done in time.
func (c *testTask) awaitDone() error {
	c.env.Helper()
	c.env.await("a call on group "+c.name, c.finished)
	return c.err
}

// total is the tracker that calls add to.
var total = []*tracker.Definition{define("total")}

func define(name string) *tracker.Definition {
	d, err := tracker.New(tracker.Spec{
		Name: name, Kind: tracker.KindSum, Key: "n", Targets: []decimal.Decimal{decimal.FromInt(1 << 60)},
	}, nil)
	if err != nil {
		panic(err) // the suite's own mistake
	}
	return d
}

// update runs calls and expects all of them to succeed.
func (e *env) update(calls ...*testTask) {
	e.Helper()
	if err := e.try(context.Background(), calls...); err != nil {
		e.Fatalf("Update: %v", err)
	}
	for _, c := range calls {
		if err := c.awaitDone(); err != nil {
			e.Fatalf("a call on group %q: %v", c.name, err)
		}
	}
}

// try runs calls.
func (e *env) try(ctx context.Context, calls ...*testTask) error {
	tasks := make([]cache.Task, len(calls))
	for i, c := range calls {
		tasks[i] = c
	}
	return e.cache.Update(ctx, tasks)
}

// expectTotal checks what a group's calls added up to, as a further call sees it.
func (e *env) expectTotal(name string, want int64) {
	e.Helper()
	var got int64
	e.update(e.read(name, func(g *group.Group) { got = sum(g) }))
	if got != want {
		e.Errorf("group %q has %d, want %d", name, got, want)
	}
}

// sum is what calls added to a group.
func sum(g *group.Group) int64 {
	snaps, err := g.Snapshots()
	if err != nil || len(snaps) == 0 {
		return 0
	}
	n, _ := snaps[0].Progress.Int64()
	return n
}

// expectError checks the error that a call was done with.
func (e *env) expectError(c *testTask, want error) {
	e.Helper()
	if err := c.awaitDone(); !errors.Is(err, want) {
		e.Errorf("a call on group %q was done with %v, want %v", c.name, err, want)
	}
}

// definitions is the definition of tracker i, alone in a list.
func definitions(i int) []*tracker.Definition {
	return []*tracker.Definition{define(fmt.Sprint("t", i))}
}

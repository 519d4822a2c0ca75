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
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// call is a Task: it adds the n of its data to the one tracker of its group, or does something else,
// and notes what the cache makes of it.
type call struct {
	rig  *rig
	name string
	id   string
	data []byte // read while the call is applied, and only then
	do   func(g *group.Group)
	// renew is to be remembered of the id although it is known.
	renew *group.Seen
	// slow, if there is one, is where the call waits when it is applied.
	slow *gate
	// epoch, if there is one, is noted in at whenever the call is applied.
	epoch *atomic.Int64

	inside  atomic.Bool // a method is running
	applied atomic.Int32
	settled atomic.Int32
	over    chan struct{} // closed by the first Settled

	// Written by the cache's calls, to be read when over is closed.
	seen    *group.Seen
	version uint64
	changed bool
	at      int64
	err     error
}

var _ cache.Task = (*call)(nil)

// add is a call that adds n.
func (r *rig) add(name string, n int) *call {
	return &call{rig: r, name: name, data: fmt.Appendf(nil, `{"n":%d}`, n), over: make(chan struct{})}
}

// once is a call that adds n and happens once.
func (r *rig) once(name, id string, n int) *call {
	c := r.add(name, n)
	c.id = id
	return c
}

// look is a call that changes nothing.
func (r *rig) look(name string, see func(g *group.Group)) *call {
	return &call{rig: r, name: name, do: see, over: make(chan struct{})}
}

// Group implements cache.Task.
func (c *call) Group() string { return c.name }

// ID implements cache.Task.
func (c *call) ID() string { return c.id }

// Apply implements cache.Task.
func (c *call) Apply(g *group.Group, seen *group.Seen) *group.Seen {
	defer c.enter("Apply")()
	defer c.rig.watch.work(c.name)()
	c.applied.Add(1)
	if c.slow != nil {
		c.slow.pass()
	}
	if g.Name() != c.name {
		c.rig.watch.wrong("a call on group %q was applied to %q", c.name, g.Name())
	}
	c.version, c.changed, c.seen = g.Version(), false, nil
	if c.epoch != nil {
		c.at = c.epoch.Load()
	}
	if seen != nil {
		one := *seen
		c.seen = &one
		if c.renew == nil {
			return nil
		}
	}
	if c.do != nil {
		c.do(g)
		return nil
	}
	effect, err := g.Track(&group.Call{
		Data: match.Data{JSON: c.data}, Commit: true, Template: total, Compile: states.Compile, Scratch: &states.Scratch{},
	})
	if err != nil {
		c.rig.watch.wrong("track: %v", err)
	}
	c.version, c.changed = effect.Version, effect.Changed
	switch {
	case c.id == "":
		return nil
	case c.renew != nil:
		return c.renew
	}
	return &group.Seen{ID: c.id, Version: effect.Version, Expires: expiry, Hash: [16]byte{1}}
}

// expiry is when ids end, in Unix milliseconds.
const expiry = 1000

// Settled implements cache.Task.
func (c *call) Settled(err error) {
	defer c.enter("Settled")()
	if c.settled.Add(1) > 1 {
		c.rig.watch.wrong("a call was settled twice")
		return
	}
	c.err = err
	c.rig.watch.ended(c)
	close(c.over)
}

// enter notes when two methods run at once.
func (c *call) enter(method string) (leave func()) {
	if c.inside.Swap(true) {
		c.rig.watch.wrong("%s was called while another method of the Task was running", method)
	}
	return func() { c.inside.Store(false) }
}

// done returns how the call was settled; it fails the test when it was not.
func (c *call) done() error {
	c.rig.Helper()
	c.rig.await("a call on group "+c.name, c.over)
	return c.err
}

// shared reads definitions, and shares none.
type shared struct{}

// Find implements cache.Definitions.
func (shared) Find(tracker.ID) *tracker.Definition { return nil }

// Read implements cache.Definitions.
func (shared) Read(_ tracker.ID, text []byte) (*tracker.Definition, error) {
	v, err := rawjson.Decode(text)
	if err != nil {
		return nil, err
	}
	var none *tracker.Registry
	return none.Parse(v)
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
func (r *rig) update(calls ...*call) {
	r.Helper()
	if err := r.try(context.Background(), calls...); err != nil {
		r.Fatalf("Update: %v", err)
	}
	for _, c := range calls {
		if err := c.done(); err != nil {
			r.Fatalf("a call on group %q: %v", c.name, err)
		}
	}
}

// try runs calls.
func (r *rig) try(ctx context.Context, calls ...*call) error {
	tasks := make([]cache.Task, len(calls))
	for i, c := range calls {
		tasks[i] = c
	}
	return r.cache.Update(ctx, tasks)
}

// expectTotal checks what a group's calls added up to, as a further call sees it.
func (r *rig) expectTotal(name string, want int64) {
	r.Helper()
	var got int64
	r.update(r.look(name, func(g *group.Group) { got = sum(g) }))
	if got != want {
		r.Errorf("group %q has %d, want %d", name, got, want)
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

// expectError checks how a call was settled.
func (r *rig) expectError(c *call, want error) {
	r.Helper()
	if err := c.done(); !errors.Is(err, want) {
		r.Errorf("a call on group %q was settled with %v, want %v", c.name, err, want)
	}
}

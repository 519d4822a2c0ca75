package dictrack

import (
	"fmt"
	"sync/atomic"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/limiter"
)

// task is one call on one group: a cache.Task. What it does is either do, or the data of track.
type task struct {
	m    *Manager
	name string
	id   string
	hash [16]byte // of the data, when there is an id
	now  int64
	call group.Call
	do   func(g *group.Group) (group.Effect, error)

	swept bool // the clock asks, no caller

	effect    group.Effect
	duplicate bool
	due       int64 // of the group, after
	earlier   bool  // and nobody may know it yet
	err       error

	settled atomic.Bool
	left    atomic.Bool // nobody waits any more

	alone [1]cache.Task // the list of this task alone
}

var _ cache.Task = (*task)(nil)

func newTask(m *Manager) *task {
	t := &task{m: m}
	t.alone[0] = t
	t.call.Compile = m.compiler
	return t
}

// Group implements cache.Task.
func (t *task) Group() string { return t.name }

// ID implements cache.Task.
func (t *task) ID() string { return t.id }

// Apply implements cache.Task.
func (t *task) Apply(g *group.Group, seen *group.Seen) *group.Seen {
	if seen != nil && t.m.now() < seen.Expires {
		t.repeat(seen)
		return nil
	}
	t.duplicate = false
	before := g.Due()
	if t.do != nil {
		t.effect, t.err = t.do(g)
	} else {
		t.track(g)
	}
	t.due = g.Due()
	t.earlier = t.due < before || t.m.remote // what others keep may have been read without being noted
	if t.id == "" || t.err != nil {
		return nil
	}
	expires := t.m.now() + t.m.options.IDWindow.Milliseconds()
	return &group.Seen{ID: t.id, Hash: t.hash, Version: t.effect.Version, Expires: expires}
}

// repeat answers a call whose id was seen.
func (t *task) repeat(seen *group.Seen) {
	t.effect, t.err, t.duplicate = group.Effect{Version: seen.Version}, nil, seen.Hash == t.hash
	t.due, t.earlier = limiter.Never, false
	if !t.duplicate {
		t.effect, t.err = group.Effect{}, fmt.Errorf("id %q: %w", t.id, ErrIDReused)
	}
}

// keptMoved is for how many moves a task keeps memory until it is used again.
const keptMoved = 512

func (t *task) track(g *group.Group) {
	t.call.Scratch = t.m.scratch()
	defer t.m.putScratch(t.call.Scratch)
	t.call.Template = nil
	if !g.Fed() {
		t.call.Template = t.m.templates.definitions()
	}
	t.effect, t.err = g.Track(&t.call)
	if room := cap(t.effect.Moved); room > cap(t.call.Moved) && room <= keptMoved {
		t.call.Moved = t.effect.Moved
	}
}

// Settled implements cache.Task.
func (t *task) Settled(err error) {
	if err != nil {
		t.err = err
	} else if t.err == nil && t.effect.Changed {
		if len(t.effect.Events) > 0 {
			t.m.publisher.enqueue(telling{t.occasion(), t.effect.Events})
		}
		if t.earlier && !t.swept { // a sweep notes itself when to come again
			t.m.sweeper.note(t.name, t.due)
		}
	}
	t.settled.Store(true)
	if t.left.Load() {
		go t.m.publisher.deliver(t.name) // Close waits until all is told
	}
}

func (t *task) occasion() occasion {
	return occasion{group: t.name, version: t.effect.Version, now: t.now, swept: t.swept}
}

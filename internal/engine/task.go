package engine

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/notify"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
)

// ErrIDReused means that the id of a message was used before, with other data.
var ErrIDReused = errors.New("the id was used before with other data")

// task is one call on one group: a cache.Task. It either runs do, or applies the message in call.
type task struct {
	deps *deps
	name string // of the group
	id   string
	hash [16]byte // of the message's data, when there is an id
	now  int64    // when the call happens
	call group.TrackRequest
	do   func(g *group.Group) (group.Result, error)

	timer bool // the clock calls, and not a user

	effect     group.Result
	duplicate  bool
	due        int64 // of the group after the call
	dueChanged bool  // to an earlier time, or nobody may know it
	err        error

	done      atomic.Bool // Settled was called: the fields above belong to the caller
	abandoned atomic.Bool // the caller does not wait for Done any more

	self [1]cache.Task // the list of this task alone
}

var _ cache.Task = (*task)(nil)

func newTask(d *deps) *task {
	t := &task{deps: d}
	t.self[0] = t
	t.call.Compile = d.compile
	return t
}

// Group implements cache.Task.
func (t *task) Group() string { return t.name }

// ID implements cache.Task.
func (t *task) ID() string { return t.id }

// Apply implements cache.Task.
func (t *task) Apply(g *group.Group, seen *record.MessageID) *record.MessageID {
	if seen != nil && t.deps.now() < seen.Expires {
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
	t.dueChanged = t.due < before || t.deps.remote // the group may have been loaded without scheduling it
	if t.id == "" || t.err != nil {
		return nil
	}
	expires := t.deps.now() + t.deps.idWindow
	return &record.MessageID{ID: t.id, Hash: t.hash, Version: t.effect.Version, Expires: expires}
}

// repeat answers a call whose id is remembered.
func (t *task) repeat(seen *record.MessageID) {
	t.effect, t.err, t.duplicate = group.Result{Version: seen.Version}, nil, seen.Hash == t.hash
	t.due, t.dueChanged = limiter.Never, false
	if !t.duplicate {
		t.effect, t.err = group.Result{}, fmt.Errorf("id %q: %w", t.id, ErrIDReused)
	}
}

// maxReused is for how many trackers a task keeps the memory of its effect until it is used again.
const maxReused = 512

func (t *task) track(g *group.Group) {
	t.call.Scratch = t.deps.scratch()
	defer t.deps.release(t.call.Scratch)
	t.call.Template = nil
	if !g.Initialized() {
		t.call.Template = t.deps.templates.definitions()
	}
	if t.effect, t.err = g.Track(&t.call); t.err != nil {
		t.err = &DataError{t.err}
	}
	if n := cap(t.effect.Packed); n > cap(t.call.PackedBuffer) && n <= maxReused {
		t.call.PackedBuffer = t.effect.Packed
	}
}

// Done implements cache.Task.
func (t *task) Done(err error) {
	if err != nil {
		t.err = err
	} else if t.err == nil && t.effect.Changed {
		if len(t.effect.Events) > 0 {
			t.deps.publisher.Enqueue(notify.Commit{CommitInfo: t.info(), Events: t.effect.Events})
		}
		if t.dueChanged && !t.timer { // FireTimers schedules all of its groups
			t.deps.schedule(t.name, t.due)
		}
	}
	t.done.Store(true)
	if t.abandoned.Load() {
		go t.deps.publisher.Deliver(t.name) // the Publisher's Wait waits for it
	}
}

func (t *task) info() notify.CommitInfo {
	return notify.CommitInfo{Group: t.name, Version: t.effect.Version, Time: t.now, Timer: t.timer}
}

package dictrack

import (
	"context"
	"fmt"
	"time"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
)

// Edit is one change to a living tracker; see Update.
type Edit func(*editing) error

// editing is a tracker under change.
type editing struct {
	registry   *tracker.Registry
	intern     func(*tracker.Definition) *tracker.Definition
	now        int64
	definition *tracker.Definition
	state      tracker.State
	events     []tracker.Event
}

// Update changes a living tracker, all edits or none, in their order. A completed tracker is an
// ErrCompleted, except for edits of its expiry; an edit that is not allowed a *field.Error or
// field.Errors.
func (m *Manager) Update(ctx context.Context, groupName, tracker string, edits ...Edit) error {
	return m.engine.Edit(ctx, groupName, func(g *group.Group, now int64) (group.Effect, error) {
		return g.Edit(tracker, now, m.change(now, edits))
	})
}

func (m *Manager) change(now int64, edits []Edit) group.Edit {
	return func(d *tracker.Definition, s tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error) {
		e := &editing{
			registry: m.options.Registry, intern: m.engine.Definitions().Intern,
			now: now, definition: d, state: s,
		}
		for _, edit := range edits {
			if err := edit(e); err != nil {
				return d, s, nil, err
			}
		}
		return e.definition, e.state, e.events, nil
	}
}

// SetProgress sets the progress, and completes at once the stages whose targets it reaches.
func SetProgress[N Number](n N) Edit {
	return func(e *editing) (err error) {
		p, ok := exact(n)
		if !ok {
			return &field.Error{Path: "progress", Value: fmt.Sprint(n), Want: "want a finite number"}
		}
		e.state, e.events, err = e.definition.SetProgress(e.state, p, e.now, e.events)
		return err
	}
}

// AddTargets appends stages; none at all is an error.
func AddTargets[N Number](targets ...N) Edit {
	add := revise(func(s *tracker.Spec) { Targets(targets...)(s) })
	return func(e *editing) error {
		if len(targets) == 0 && !e.state.Completed {
			return &field.Error{Path: "targets", Want: "want at least one target"}
		}
		return add(e)
	}
}

// SetLoop switches loop on or off. On needs targets above 0.
func SetLoop(on bool) Edit { return revise(func(s *tracker.Spec) { s.Loop = on }) }

// SetReset changes the reset policy.
func SetReset(p tracker.Policy) Edit { return revise(func(s *tracker.Spec) { s.Reset = p }) }

// revise replaces the tracker's definition. Its definition's own expiry is of no more use: that of a
// living tracker is in its state.
func revise(change func(*tracker.Spec)) Edit {
	return func(e *editing) error {
		d, err := e.definition.WithSpec(e.state, e.registry, change)
		if err == nil {
			e.definition = e.intern(d)
		}
		return err
	}
}

// SetExpireAfter lets the tracker expire d from now, whatever was said before.
func SetExpireAfter(d time.Duration) Edit {
	return func(e *editing) error {
		if d <= 0 {
			return &field.Error{Path: "expiry", Value: d.String(), Want: "want a duration above 0"}
		}
		return e.expire(time.UnixMilli(e.now).Add(d))
	}
}

// SetExpireAt lets the tracker expire at t, whatever was said before.
func SetExpireAt(t time.Time) Edit { return func(e *editing) error { return e.expire(t) } }

// SetNoExpiry lets the tracker live on, whatever was said before.
func SetNoExpiry() Edit {
	return func(e *editing) error {
		e.state = e.state.WithExpiry(0)
		return nil
	}
}

func (e *editing) expire(t time.Time) error {
	var errs field.Errors
	errs.Merge("expiry", tracker.CheckExpiry(t))
	if err := errs.Err(); err != nil {
		return err
	}
	e.state = e.state.WithExpiry(t.UnixMilli())
	return nil
}

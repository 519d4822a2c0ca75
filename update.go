package dictrack

import (
	"context"
	"fmt"
	"time"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
)

// UpdateOption is one change to a tracker of a group; see [Manager.Update].
type UpdateOption struct{ apply func(*update) error }

// update is a tracker while it is changed.
type update struct {
	registry   *Registry
	intern     func(*tracker.Definition) *tracker.Definition
	now        int64 // Unix milliseconds
	definition *tracker.Definition
	state      tracker.State
	events     []tracker.Event
}

// Update changes a tracker of a group: all options in their order, or none. A name that the group does not have is an
// [ErrNotFound]; a completed tracker an [ErrCompleted], but for changes of its expiry; an option that is not allowed, or none
// at all, an [ErrInvalid].
func (m *Manager) Update(ctx context.Context, groupName, name string, options ...UpdateOption) error {
	if len(options) == 0 {
		return classify(&field.Error{Path: "options", Want: "want at least one change"})
	}
	return m.edit(ctx, groupName, func(g *group.Group, now int64) (group.Result, error) {
		return g.Edit(name, now, m.change(now, options))
	})
}

// change applies options to a definition and its state.
func (m *Manager) change(now int64, options []UpdateOption) group.EditFunc {
	return func(d *tracker.Definition, s tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error) {
		u := &update{
			registry: m.options.Registry, intern: m.engine.Definitions().Intern,
			now: now, definition: d, state: s,
		}
		for _, option := range options {
			if option.apply == nil {
				return d, s, nil, &field.Error{Path: "options", Want: "want options that a function of this package made"}
			}
			if err := option.apply(u); err != nil {
				return d, s, nil, err
			}
		}
		return u.definition, u.state, u.events, nil
	}
}

// SetProgress sets the progress, and completes at once the stages whose targets it reaches, with their events.
func SetProgress[N Number](n N) UpdateOption {
	return UpdateOption{func(u *update) (err error) {
		p, ok := toDecimal(n)
		if !ok {
			return &field.Error{Path: "progress", Value: fmt.Sprint(n), Want: "want a finite number"}
		}
		u.state, u.events, err = u.definition.SetProgress(u.state, p, u.now, u.events)
		return err
	}}
}

// AddTargets appends stages, at least one.
func AddTargets[N Number](targets ...N) UpdateOption {
	add := withSpec(func(s *Spec) { Targets(targets...)(s) })
	return UpdateOption{func(u *update) error {
		if len(targets) == 0 && !u.state.Completed {
			return &field.Error{Path: "targets", Want: "want at least one target"}
		}
		return add.apply(u)
	}}
}

// SetLoop makes the tracker start again after its last stage, or no longer. To loop, all targets must be above 0.
func SetLoop(on bool) UpdateOption { return withSpec(func(s *Spec) { s.Loop = on }) }

// SetReset sets the reset policy.
func SetReset(p ResetPolicy) UpdateOption { return withSpec(func(s *Spec) { s.Reset = p }) }

// withSpec replaces the tracker's definition by one with a changed spec.
func withSpec(change func(*Spec)) UpdateOption {
	return UpdateOption{func(u *update) error {
		d, err := u.definition.WithSpec(u.state, u.registry, change)
		if err == nil {
			u.definition = u.intern(d)
		}
		return err
	}}
}

// SetExpireAfter makes the tracker expire d from now, in place of any other expiry.
func SetExpireAfter(d time.Duration) UpdateOption {
	return UpdateOption{func(u *update) error {
		if d <= 0 {
			return &field.Error{Path: "expire", Value: d.String(), Want: "want a duration above 0"}
		}
		return u.expireAt(time.UnixMilli(u.now).Add(d))
	}}
}

// SetExpireAt makes the tracker expire at t, in place of any other expiry.
func SetExpireAt(t time.Time) UpdateOption {
	return UpdateOption{func(u *update) error { return u.expireAt(t) }}
}

// SetNoExpiry makes the tracker never expire.
func SetNoExpiry() UpdateOption {
	return UpdateOption{func(u *update) error {
		u.state = u.state.WithExpiry(0)
		return nil
	}}
}

func (u *update) expireAt(t time.Time) error {
	var errs field.Errors
	errs.Merge("expire", tracker.CheckExpiry(t))
	if err := errs.Err(); err != nil {
		return err
	}
	u.state = u.state.WithExpiry(t.UnixMilli())
	return nil
}

package tracker

import "github.com/dictrack/dictrack/limiter"

// Due is the first Unix millisecond at which the clock alone changes the tracker: its expiry, what its kind does, or
// the end of a limiter's window. limiter.Never if nothing does.
func (d *Definition) Due(s *State) int64 {
	due := int64(limiter.Never)
	if s.Extra == nil || s.Removed {
		return due
	}
	if s.Extra.ExpireAt != 0 {
		due = s.Extra.ExpireAt
	}
	if s.Limited || s.Completed {
		return due
	}
	due = min(due, d.kindDue(s))
	for i := range s.Extra.Limits {
		due = min(due, d.spec.Limiters[i].Due(s.Extra.Limits[i]))
	}
	return due
}

// kindDue is the Due of the kind. One that panics has no due time, since no caller could be told.
func (d *Definition) kindDue(s *State) (due int64) {
	if !d.custom {
		return d.kind.Due(s.kindState())
	}
	due = limiter.Never
	defer func() { _ = recover() }()
	return d.kind.Due(s.kindState())
}

// Tick applies what the clock alone does to a tracker up to now, but for its expiry: first what its kind does, which
// may complete stages, then limiters whose time is over. It returns the next state and appends what happened to
// events; changed is false when nothing did.
func (d *Definition) Tick(s State, now int64, events []Event) (next State, changed bool, _ []Event) {
	if s.Completed || s.Limited || s.Extra == nil {
		return s, false, events
	}
	if d.kindDue(&s) <= now {
		var kind KindState
		if kind, changed = d.kind.Tick(s.kindState(), now); changed {
			s, _, events = d.completeStages(s.withKindState(kind), now, nil, events)
		}
	}
	if s.Completed || s.Limited || s.Extra == nil {
		return s, changed, events
	}
	in := d.limiterInput(&s, now, nil)
	for i, limit := range s.Extra.Limits {
		l := &d.spec.Limiters[i]
		if l.Due(limit) <= now && l.Before(limit, in) == limiter.Stop {
			s, events = d.limit(s, i, events)
			return s, true, events
		}
	}
	return s, changed, events
}

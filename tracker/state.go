package tracker

import (
	"math"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/limiter"
)

// State is all that changes about a tracker: 40 bytes for one without limiters, expiry or own state.
// It is a value: a step returns the next one and leaves the old one as it was, so a copy is a snapshot.
type State struct {
	Progress decimal.Decimal
	Cycle    int64 // from 1
	Stage    int32 // from 1
	// Completed: all stages are done.
	Completed bool
	// Limited: no data is taken until the limiters are reset.
	Limited bool
	// Removed marks the place of a tracker that is gone from its group.
	Removed bool
	// Extra is nil for most trackers. It is never changed in place.
	Extra *Extra
}

// Extra is the part of a State that few trackers have.
type Extra struct {
	Limits   []limiter.State // one for each limiter of the definition
	ExpireAt int64           // Unix milliseconds; 0: never
	PrivateState      []byte          // of a custom kind
}

// Start is the state of a tracker that is added at now, in Unix milliseconds. Lenient is for templates:
// a window that is over limits the tracker and is no error.
func (d *Definition) Start(now int64, lenient bool) (State, error) {
	s := State{Progress: d.spec.Initial, Stage: 1, Cycle: 1}
	extra := Extra{ExpireAt: d.expiry(now)}
	call := limiter.Call{Now: now}
	for i := range d.spec.Limiters {
		limit, err := d.spec.Limiters[i].Start(call, lenient)
		if err != nil {
			return State{}, limiterError(i, err)
		}
		extra.Limits = append(extra.Limits, limit)
	}
	if extra.ExpireAt != 0 || extra.Limits != nil {
		s.Extra = &extra
	}
	return s, nil
}

// expiry is when a tracker added at now expires, 0 for never.
func (d *Definition) expiry(now int64) int64 {
	switch {
	case d.spec.Expire != 0:
		return max(1, now+d.spec.Expire.Milliseconds())
	case !d.spec.ExpireAt.IsZero():
		return d.spec.ExpireAt.UnixMilli()
	}
	return 0
}

// Due is the first Unix millisecond at which the clock alone changes the tracker: its expiry, or the
// end of a window. limiter.Never if none does.
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
	for i := range s.Extra.Limits {
		due = min(due, d.spec.Limiters[i].Due(s.Extra.Limits[i]))
	}
	return due
}

// Expired tells whether the tracker's time is over at now.
func (s *State) Expired(now int64) bool {
	return s.Extra != nil && s.Extra.ExpireAt != 0 && now >= s.Extra.ExpireAt
}

// WithExpiry returns s with another expiry in Unix milliseconds, 0 for never.
func (s State) WithExpiry(at int64) State {
	if at == 0 && s.Extra == nil {
		return s
	}
	return s.withExtra(func(e *Extra) { e.ExpireAt = at })
}

// withExtra returns s with a changed copy of its Extra.
func (s State) withExtra(change func(*Extra)) State {
	var extra Extra
	if s.Extra != nil {
		extra = *s.Extra
	}
	change(&extra)
	s.Extra = &extra
	return s
}

// withLimits returns s with other limiter states.
func (s State) withLimits(limits []limiter.State) State {
	return s.withExtra(func(e *Extra) { e.Limits = limits })
}

// withPrivateState returns s with another own state of a custom kind.
func (s State) withPrivateState(own []byte) State {
	if s.Extra == nil && own == nil {
		return s
	}
	return s.withExtra(func(e *Extra) { e.PrivateState = own })
}

func (s *State) privateState() []byte {
	if s.Extra == nil {
		return nil
	}
	return s.Extra.PrivateState
}

// addCycles counts further cycles, stopping at the largest number there is.
func addCycles(cycle, more int64) int64 {
	if cycle > math.MaxInt64-more {
		return math.MaxInt64
	}
	return cycle + more
}

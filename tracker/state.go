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
	Limits       []limiter.State // one for each limiter of the definition
	ExpireAt     int64           // Unix milliseconds; 0: never
	PrivateState []byte          // of a custom kind
}

// Start is the state of a tracker that is added at now, in Unix milliseconds. allowElapsed is for templates: a window
// that is over limits the tracker and is no error.
func (d *Definition) Start(now int64, allowElapsed bool) (State, error) {
	s := State{Progress: d.spec.Initial, Stage: 1, Cycle: 1}
	extra := Extra{ExpireAt: d.expiry(now), PrivateState: d.kind.Reset(now)}
	for i := range d.spec.Limiters {
		in := d.limiterInput(&s, now, nil)
		in.AllowElapsed = allowElapsed
		limit, err := d.spec.Limiters[i].Start(in)
		if err != nil {
			return State{}, limiterError(i, err)
		}
		extra.Limits = append(extra.Limits, limit)
	}
	if extra.ExpireAt != 0 || extra.Limits != nil || extra.PrivateState != nil {
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

// withPrivateState returns s with another private state of its kind.
func (s State) withPrivateState(private []byte) State {
	if private == nil && s.privateState() == nil {
		return s
	}
	return s.withExtra(func(e *Extra) { e.PrivateState = private })
}

func (s *State) privateState() []byte {
	if s.Extra == nil {
		return nil
	}
	return s.Extra.PrivateState
}

// kindState is the part of s that its kind decides about.
func (s *State) kindState() KindState { return KindState{s.Progress, s.privateState()} }

// withKindState returns s as its kind left it.
func (s State) withKindState(k KindState) State {
	s.Progress = k.Progress
	return s.withPrivateState(k.PrivateState)
}

// addCycles counts further cycles, stopping at the largest number there is.
func addCycles(cycle, more int64) int64 {
	if cycle > math.MaxInt64-more {
		return math.MaxInt64
	}
	return cycle + more
}

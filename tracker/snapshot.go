package tracker

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/limiter"
)

// Snapshot is a tracker as it was at one moment, for people and programs to read. The reader owns it,
// except for Definition, which is shared and immutable.
type Snapshot struct {
	Group      string            `json:"group"`
	Name       string            `json:"name"`
	Kind       string            `json:"kind"`
	Progress   decimal.Decimal   `json:"progress"`
	Target     decimal.Decimal   `json:"target"` // of the stage
	Targets    []decimal.Decimal `json:"targets"`
	Stage      int               `json:"stage"` // from 1
	Cycle      int64             `json:"cycle"` // from 1
	Completed  bool              `json:"completed"`
	Limited    bool              `json:"limited"`
	Limiters   []LimiterState    `json:"limiters,omitempty"`
	ExpireAt   time.Time         `json:"expire_at,omitzero"` // zero: never
	Definition *Definition       `json:"-"`
}

// LimiterState is what a limiter of a Snapshot has left.
type LimiterState struct {
	Kind string
	// Limit and Left are of count.
	Limit, Left int64
	// Start and End are of time, both inclusive.
	Start, End time.Time
	// PrivateState is of a custom kind.
	PrivateState []byte
}

// MarshalJSON writes the fields that the kind has: limit and left, start and end, or own.
func (l LimiterState) MarshalJSON() ([]byte, error) {
	switch l.Kind {
	case limiter.KindCount:
		return json.Marshal(struct {
			Kind  string `json:"kind"`
			Limit int64  `json:"limit"`
			Left  int64  `json:"left"`
		}{l.Kind, l.Limit, l.Left})
	case limiter.KindTime:
		return json.Marshal(struct {
			Kind  string    `json:"kind"`
			Start time.Time `json:"start"`
			End   time.Time `json:"end"`
		}{l.Kind, l.Start, l.End})
	}
	return json.Marshal(struct {
		Kind string `json:"kind"`
		Own  []byte `json:"own,omitempty"`
	}{l.Kind, l.PrivateState})
}

// Remaining are the targets of the stages after the current one.
func (s *Snapshot) Remaining() []decimal.Decimal { return s.Targets[s.Stage:] }

// Snapshot describes a tracker of group in state s.
func (d *Definition) Snapshot(group string, s State) Snapshot {
	snap := Snapshot{
		Group: group, Name: d.spec.Name, Kind: d.spec.Kind,
		Progress: s.Progress, Target: d.target(&s), Targets: slices.Clone(d.spec.Targets),
		Stage: int(s.Stage), Cycle: s.Cycle, Completed: s.Completed, Limited: s.Limited,
		Definition: d,
	}
	if s.Extra == nil {
		return snap
	}
	if s.Extra.ExpireAt != 0 {
		snap.ExpireAt = time.UnixMilli(s.Extra.ExpireAt).UTC()
	}
	for i, limit := range s.Extra.Limits {
		snap.Limiters = append(snap.Limiters, limiterState(d.spec.Limiters[i].Kind(), limit))
	}
	return snap
}

func limiterState(kind string, s limiter.State) LimiterState {
	l := LimiterState{Kind: kind, Limit: s.Limit, Left: s.Left, PrivateState: slices.Clone(s.PrivateState)}
	if kind == limiter.KindTime {
		l.Start, l.End = time.Unix(s.Start, 0).UTC(), time.Unix(s.End, 0).UTC()
	}
	return l
}

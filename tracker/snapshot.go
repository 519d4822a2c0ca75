package tracker

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/limiter"
)

// Snapshot is a tracker as it was at one moment, for people and programs to read. The caller owns it, except for
// Definition, which is shared and immutable.
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
	Details    map[string]any    `json:"details,omitempty"`  // what the kind shows besides; see Kind.Describe
	ExpireAt   time.Time         `json:"expire_at,omitzero"` // zero: never
	Definition *Definition       `json:"-"`
}

// LimiterState is a limiter of a Snapshot.
type LimiterState struct {
	limiter.Description
	// Index is that of the limiter in its definition, as in Event.LimiterIndex.
	Index int
}

// Remaining are the targets of the stages after the current one.
func (s *Snapshot) Remaining() []decimal.Decimal { return s.Targets[s.Stage:] }

// String is such as "Demo-1 1/10, stage 1 of 2, active".
func (s Snapshot) String() string {
	text := fmt.Sprintf("%s %v/%v, stage %d of %d", s.Name, s.Progress, s.Target, s.Stage, len(s.Targets))
	if s.Cycle > 1 {
		text += fmt.Sprintf(", cycle %d", s.Cycle)
	}
	switch {
	case s.Completed:
		return text + ", completed"
	case s.Limited:
		return text + ", limited"
	}
	return text + ", active"
}

// Snapshot describes a tracker of group in state s.
func (d *Definition) Snapshot(group string, s State) Snapshot {
	snap := Snapshot{
		Group: group, Name: d.spec.Name, Kind: d.spec.Kind,
		Progress: s.Progress, Target: d.target(&s), Targets: slices.Clone(d.spec.Targets),
		Stage: int(s.Stage), Cycle: s.Cycle, Completed: s.Completed, Limited: s.Limited,
		Details: d.details(&s), Definition: d,
	}
	if s.Extra == nil {
		return snap
	}
	if s.Extra.ExpireAt != 0 {
		snap.ExpireAt = time.UnixMilli(s.Extra.ExpireAt).UTC()
	}
	for i, limit := range s.Extra.Limits {
		snap.Limiters = append(snap.Limiters, LimiterState{d.spec.Limiters[i].Describe(limit), i})
	}
	return snap
}

// details are what the kind shows besides; none when its code panics, since no caller could be told.
func (d *Definition) details(s *State) (details map[string]any) {
	if d.custom {
		defer func() { _ = recover() }()
	}
	return d.kind.Describe(s.kindState())
}

// String is such as "Demo-1: count to 10, 20".
func (d *Definition) String() string {
	targets := make([]string, len(d.targets))
	for i, t := range d.targets {
		targets[i] = t.String()
	}
	kind := d.spec.Kind
	if d.spec.Key != "" {
		kind += " of " + d.spec.Key
	}
	return fmt.Sprintf("%s: %s to %s", d.spec.Name, kind, strings.Join(targets, ", "))
}

// String is such as "STAGE_COMPLETED Demo-1 10/10, stage 1 of 2, active".
func (e Event) String() string {
	text := string(e.Kind) + " " + e.Definition.Snapshot("", e.State).String()
	if e.Kind == EventLimited {
		text += fmt.Sprintf(", by limiter %d (%s)", e.LimiterIndex, e.Limiter)
	}
	return text
}

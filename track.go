package dictrack

import (
	"context"
	"fmt"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// TrackOption says more about a call of Track.
type TrackOption struct {
	id string
	at time.Time
}

// ID makes the call happen once: a further call with the same id in the same group changes nothing and
// answers Duplicate, for as long as Options.IDWindow says. The same id with other data is an
// ErrIDReused. At most 255 bytes, without NUL.
func ID(id string) TrackOption { return TrackOption{id: id} }

// At takes t for the time of the call instead of the Manager's clock. Groups that get no data go by the
// clock all the same: to replay old data, set Options.Clock too.
func At(t time.Time) TrackOption { return TrackOption{at: t} }

// Track applies one data to a group. A group that is seen for the first time gets the templates'
// trackers. When Track returns without error, what it did is kept as Options.Store promises, or as
// Options.Cache does where that is ahead of the store. Numbers may be of any Go type, lists and maps too;
// what has no JSON form is present and equal to nothing. Track only reads data, and not after it has
// returned.
//
// A call without an id that ended in ErrUnknown cannot be made again without the risk of counting twice.
func (m *Manager) Track(ctx context.Context, group string, data map[string]any, options ...TrackOption) (Result, error) {
	if data == nil {
		data = map[string]any{}
	}
	return m.track(ctx, group, match.Data{Map: data}, options)
}

// TrackJSON is Track for data as JSON text, which it reads without building a map. The text must be one
// object: valid JSON in UTF-8, at most 64 deep, with finite numbers, and giving no path twice that a
// condition or a sum uses.
func (m *Manager) TrackJSON(ctx context.Context, group string, data []byte, options ...TrackOption) (Result, error) {
	return m.track(ctx, group, match.Data{JSON: data}, options)
}

func (m *Manager) track(ctx context.Context, group string, data match.Data, options []TrackOption) (Result, error) {
	t := m.task(group)
	defer m.putTask(t)
	t.call.Data = data
	for _, o := range options {
		if o.id != "" {
			t.id = o.id
		}
		if !o.at.IsZero() {
			t.now = o.at.UnixMilli()
		}
	}
	if err := t.prepare(); err != nil {
		return Result{}, err
	}
	return t.result(m.run(ctx, t))
}

// Input is one data of a batch: Data, or JSON when Data is nil.
type Input struct {
	Group string
	Data  map[string]any
	JSON  []byte
	ID    string    // makes it happen once; empty: no such promise
	At    time.Time // zero: the Manager's clock
}

// Output is what an Input did. Err is nil when it was applied.
type Output struct {
	Result
	Err error
}

// TrackBatch applies many data, those of one group in their order, and joins what they change into as
// few commits as possible. It is atomic for each Input, not for the batch: the outputs, one for each
// input and in their order, say what became of each.
func (m *Manager) TrackBatch(ctx context.Context, inputs []Input) []Output {
	outputs := make([]Output, len(inputs))
	all := make([]task, len(inputs))
	tasks := make([]cache.Task, 0, len(inputs))
	for i := range inputs {
		t := &all[i]
		t.fromInput(m, &inputs[i])
		if outputs[i].Err = t.prepare(); outputs[i].Err == nil {
			tasks = append(tasks, t)
		}
	}
	err := m.update(ctx, tasks)
	for i := range all {
		if outputs[i].Err == nil {
			outputs[i].Result, outputs[i].Err = all[i].result(err)
		}
	}
	return outputs
}

func (t *task) fromInput(m *Manager, in *Input) {
	t.m, t.name, t.id, t.now = m, in.Group, in.ID, m.now()
	if !in.At.IsZero() {
		t.now = in.At.UnixMilli()
	}
	t.call.Compile = m.compile
	t.call.Data = match.Data{Map: in.Data, JSON: in.JSON}
}

const maxID = 255

// prepare checks the call's arguments.
func (t *task) prepare() error {
	t.call.Now = t.now
	t.call.Commit = t.id != ""
	if err := tracker.CheckName("group", t.name); err != nil || t.id == "" {
		return err
	}
	if err := tracker.CheckName("id", t.id); err != nil {
		return err
	}
	if len(t.id) > maxID {
		return &field.Error{Path: "id", Value: t.id, Want: fmt.Sprintf("want at most %d bytes", maxID)}
	}
	return t.hashData()
}

// hashData makes sure that the same id always comes with the same data.
func (t *task) hashData() error {
	data, err := t.call.Data.Decode()
	if err != nil {
		return fmt.Errorf("track group %q, id %q: %w", t.name, t.id, err)
	}
	if t.hash, err = value.Hash(data); err != nil {
		return fmt.Errorf("track group %q, id %q: %w", t.name, t.id, err)
	}
	return nil
}

// result is what the caller gets; unsettled is the error of Update.
func (t *task) result(unsettled error) (Result, error) {
	switch {
	case !t.settled.Load():
		return Result{}, fmt.Errorf("track group %q: %w", t.name, unsettled)
	case t.err != nil:
		return Result{}, fmt.Errorf("track group %q: %w", t.name, t.err)
	}
	return Result{
		Group: t.name, Version: t.effect.Version, Duplicate: t.duplicate,
		occasion: t.occasion(), effect: t.effect,
	}, nil
}

// Result is what a call did to a group. What it holds is the reader's own.
type Result struct {
	Group string
	// Version is the group's after the call; of a duplicate, that of the call it repeats.
	Version uint64
	// Duplicate: the id was seen before, and nothing was changed.
	Duplicate bool

	occasion occasion
	effect   group.Effect
}

// Touched is the number of trackers that the call moved, limited or found held back: 0 when the data
// matched none, or gave no step.
func (r *Result) Touched() int { return len(r.effect.Moves) }

// Changed describes the trackers that the call changed, in order; the completed and the newly limited
// are among them.
func (r *Result) Changed() []tracker.Snapshot {
	return r.snapshots(func(m *group.Move) bool {
		return m.Outcome == tracker.Changed || m.Outcome == tracker.LimitedNow
	})
}

// Completed describes the trackers all of whose stages the call completed.
func (r *Result) Completed() []tracker.Snapshot {
	return r.snapshots(func(m *group.Move) bool {
		return m.Outcome == tracker.Changed && m.State.Completed
	})
}

// Refused describes the trackers that matched the data and did not take it, because a limiter held them
// back.
func (r *Result) Refused() []tracker.Snapshot {
	return r.snapshots(func(m *group.Move) bool {
		return m.Outcome == tracker.Refused || m.Outcome == tracker.LimitedNow
	})
}

// Limited describes the trackers that became limited by the call, or matched and were refused by a
// limiter.
func (r *Result) Limited() []tracker.Snapshot {
	return r.snapshots(func(m *group.Move) bool {
		return m.Outcome != tracker.Done && (m.State.Limited || m.Outcome == tracker.Refused)
	})
}

// Outcome says what the call did to the named tracker; tracker.Same also when there is none.
func (r *Result) Outcome(name string) tracker.Outcome {
	for i := range r.effect.Moves {
		if m := &r.effect.Moves[i]; r.effect.Definition(m).Name() == name {
			return m.Outcome
		}
	}
	return tracker.Same
}

func (r *Result) snapshots(which func(*group.Move) bool) []tracker.Snapshot {
	var snaps []tracker.Snapshot
	for i := range r.effect.Moves {
		if m := &r.effect.Moves[i]; which(m) {
			snaps = append(snaps, r.effect.Definition(m).Snapshot(r.Group, m.State))
		}
	}
	return snaps
}

// Events are the events of the call, by tracker in the order they were added, then as they happened.
func (r *Result) Events() []Event {
	var events []Event
	for i := range r.effect.Events {
		events = append(events, r.occasion.event(i, &r.effect.Events[i]))
	}
	return events
}

// Failures are the trackers whose custom code failed; nil when all went well.
func (r *Result) Failures() []*TrackerError {
	var failures []*TrackerError
	for _, f := range r.effect.Failures {
		failures = append(failures, &TrackerError{Group: r.Group, Tracker: f.Tracker, Err: f.Err})
	}
	return failures
}

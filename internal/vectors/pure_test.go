package vectors

import (
	"errors"
	"testing"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

func TestVectorsConditions(t *testing.T) {
	var registry *condition.Registry
	score, err := Conditions(func(v any, data map[string]any) (bool, error) {
		c, err := registry.Parse(v)
		if err != nil {
			return false, err
		}
		return c.Match(data), nil
	})
	report(t, "conditions", score, err)
}

func TestVectorsConditionsRaw(t *testing.T) {
	score, err := Conditions(func(v any, data map[string]any) (bool, error) {
		d, err := (*tracker.Registry)(nil).Parse(map[string]any{
			"name": "t", "kind": "count", "targets": []any{int64(1)}, "where": []any{v},
		})
		if err != nil {
			return false, err
		}
		text, err := value.AppendCanonical(nil, data)
		if err != nil {
			return false, err
		}
		var x states.Scratch
		err = states.Compile(nil, []*tracker.Definition{d}).Match(match.Data{JSON: text}, &x)
		return len(x.Hits) == 1, err
	})
	report(t, "conditions", score, err)
}

func TestVectorsTrackers(t *testing.T) {
	score, err := Trackers(newPure)
	report(t, "trackers", score, err)
}

func TestVectorsGroups(t *testing.T) {
	score, err := Groups(newPure)
	report(t, "groups", score, err)
}

func report(t *testing.T, file string, score Score, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s.jsonl: %v", file, &score)
	for _, failure := range score.Failures {
		t.Error(failure)
	}
}

// pure plays cases on a Group alone, without a Manager.
type pure struct {
	g *group.Group
	x states.Scratch
}

func newPure(id string) (Player, func(), error) {
	return &pure{g: group.New(id, 0)}, func() {}, nil
}

func (p *pure) Add(definitions []any, now int64) error {
	var defs []*tracker.Definition
	for _, v := range definitions {
		d, err := (*tracker.Registry)(nil).Parse(v)
		if err != nil {
			return err
		}
		defs = append(defs, d)
	}
	_, err := p.g.Add(defs, now*1000)
	return err
}

func (p *pure) Look() ([]tracker.Snapshot, error) { return p.g.Snapshots() }

func (p *pure) Do(step map[string]any, now int64) (Answer, error) {
	if step["do"] == "track" {
		return p.track(step, now)
	}
	effect, err := p.edit(step, now*1000)
	var invalid *field.Error
	switch {
	case errors.Is(err, tracker.ErrCompleted):
		return Answer{Outcome: "completed"}, nil
	case errors.As(err, &invalid):
		return Answer{Outcome: "invalid"}, nil
	case err != nil:
		return Answer{}, err
	}
	return Answer{Outcome: "changed", Events: effect.Events}, nil
}

func (p *pure) track(step map[string]any, now int64) (Answer, error) {
	data := step["data"].(map[string]any)
	effect, err := p.g.Track(&group.TrackRequest{
		Data: match.Data{Map: data}, Now: now * 1000, Compile: states.Compile, Scratch: &p.x,
	})
	outcome := tracker.Unchanged
	for m := range effect.TrackerResults() {
		outcome = m.Outcome
		break
	}
	return Answer{Outcome: outcome.String(), Events: effect.Events}, err
}

func (p *pure) edit(step map[string]any, now int64) (group.Result, error) {
	if step["do"] == "reset" {
		by, err := ResetOf(step)
		if err != nil {
			return group.Result{}, err
		}
		return p.g.Reset(nil, by, now)
	}
	return p.g.Edit("t", now, func(d *tracker.Definition, s tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error) {
		if step["do"] == "set_progress" {
			n, _ := field.Number(step["value"])
			s, events, err := d.SetProgress(s, n, now, nil)
			return d, s, events, err
		}
		var err error
		d, err = d.WithSpec(s, nil, func(spec *tracker.Spec) { revise(step, spec) })
		return d, s, nil, err
	})
}

// revise applies the arguments of an add_targets, set_loop or set_reset step.
func revise(step map[string]any, spec *tracker.Spec) {
	switch step["do"] {
	case "add_targets":
		for _, v := range step["targets"].([]any) {
			n, _ := field.Number(v)
			spec.Targets = append(spec.Targets, n)
		}
		if len(step["targets"].([]any)) == 0 {
			spec.Targets = []decimal.Decimal{}
		}
	case "set_loop":
		spec.Loop = step["loop"] == true
	case "set_reset":
		spec.Reset, _ = tracker.ParsePolicy(step["reset"])
	}
}

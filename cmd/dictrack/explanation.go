package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/output"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// explanation is what would happen to one tracker, in the form of its JSON.
type explanation struct {
	Tracker    string           `json:"tracker"`
	Kind       string           `json:"kind"`
	Matches    bool             `json:"matches"`
	Outcome    string           `json:"outcome"` // a sentence
	Conditions []judgement      `json:"conditions"`
	Events     []dictrack.Event `json:"events"`
	Before     tracker.Snapshot `json:"before"`
	After      tracker.Snapshot `json:"after"`
	Error      string           `json:"error,omitempty"`
}

// judgement is what one condition makes of the data. Value is missing when nothing stands at the path.
type judgement struct {
	Condition condition.Condition `json:"-"`
	Form      json.RawMessage     `json:"condition"`
	Holds     bool                `json:"holds"`
	Value     json.RawMessage     `json:"value,omitempty"`
	Error     string              `json:"error,omitempty"`
}

func explanationOf(e *dictrack.Explanation) *explanation {
	x := &explanation{
		Tracker: e.Before.Name, Kind: e.Before.Kind, Matches: true,
		Conditions: []judgement{}, Events: append([]dictrack.Event{}, visibleEvents(e.Events)...),
		Before: e.Before, After: e.After, Error: errorText(e.Err),
	}
	for i := range e.Conditions {
		j := judgementOf(&e.Conditions[i])
		x.Conditions = append(x.Conditions, j)
		x.Matches = x.Matches && j.Holds
	}
	x.Outcome = x.sentence(e)
	return x
}

func judgementOf(j *dictrack.ConditionResult) judgement {
	out := judgement{
		Condition: j.Condition, Form: json.RawMessage(j.Condition.ID()), Holds: j.Holds, Error: errorText(j.Err),
	}
	if j.Value.Present() {
		out.Value, _ = value.AppendCanonical(nil, j.Value.Any()) // it came from JSON
	}
	return out
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// sentence says what would happen.
func (x *explanation) sentence(e *dictrack.Explanation) string {
	switch {
	case e.Err != nil:
		return "fails: " + e.Err.Error()
	case x.expires():
		return "is removed: it has expired"
	case e.Outcome == tracker.BecameLimited:
		return "becomes limited by the clock"
	case !x.Matches:
		return "does not match"
	}
	switch e.Outcome {
	case tracker.Changed:
		return "moves"
	case tracker.Refused:
		return "is held back by a limiter"
	case tracker.AlreadyCompleted:
		return "is completed already"
	}
	if paths := e.Before.Definition.Paths(); len(paths) > 0 {
		return "does not move: no number at " + paths[0].Path.String()
	}
	return "does not move"
}

func (x *explanation) expires() bool {
	return slices.ContainsFunc(x.Events, func(e dictrack.Event) bool { return e.Kind == dictrack.EventExpired })
}

var explainHeader = []string{"TRACKER", "OUTCOME", "PROGRESS", "EVENTS", "CONDITION", "HOLDS", "SAW"}

// explainRows is a row for each condition, with the tracker's own cells in the first.
func explainRows(item any) [][]string {
	x := item.(*explanation)
	own := []string{output.Plain(x.Tracker), output.Plain(x.Outcome), x.progress(), x.events()}
	if len(x.Conditions) == 0 {
		return [][]string{append(own, "none", "-", "-")}
	}
	var rows [][]string
	for i := range x.Conditions {
		rows = append(rows, append(own, x.Conditions[i].cells()...))
		own = []string{"", "", "", ""}
	}
	return rows
}

func (x *explanation) progress() string {
	if x.Before.Progress == x.After.Progress && len(x.Events) == 0 {
		return fmt.Sprintf("%v/%v", x.Before.Progress, x.Before.Target)
	}
	return fmt.Sprintf("%v/%v -> %v/%v", x.Before.Progress, x.Before.Target, x.After.Progress, x.After.Target)
}

func (x *explanation) events() string {
	var kinds []string
	for _, e := range x.Events {
		kinds = append(kinds, string(e.Kind))
	}
	if kinds == nil {
		return "-"
	}
	return strings.Join(kinds, " ")
}

func (j *judgement) cells() []string {
	holds, saw := "no", "nothing"
	if j.Holds {
		holds = "yes"
	}
	if j.Value != nil {
		saw = output.Plain(string(j.Value))
	}
	if j.Condition.Custom() {
		return []string{output.Plain(string(j.Form)), holds, "-"}
	}
	return []string{j.text(), holds, saw}
}

// text is a condition in words: its path, what is asked, and the operand.
func (j *judgement) text() string {
	words := []string{output.Plain(j.Condition.Path().String()), string(j.Condition.Op())}
	var form struct {
		Value         json.RawMessage `json:"value"`
		CaseSensitive *bool           `json:"case_sensitive"`
	}
	_ = json.Unmarshal(j.Form, &form) // it is canonical JSON
	if form.Value != nil {
		words = append(words, output.Plain(string(form.Value)))
	}
	if form.CaseSensitive != nil && !*form.CaseSensitive {
		words = append(words, "(in any case)")
	}
	return strings.Join(words, " ")
}

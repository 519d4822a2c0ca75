package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/output"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

var explanationColumns = []output.Column{
	{Name: "TRACKER"}, {Name: "OUTCOME"}, {Name: "PROGRESS"}, {Name: "EVENTS"}, {Name: "CONDITION"}, {Name: "HOLDS"}, {Name: "FOUND"},
}

// explanationRows returns a function for the rows of a *dictrack.Explanation at a time: one for each condition, with the
// cells of the tracker itself in the first.
func explanationRows(now time.Time) output.Rows {
	return func(item any) [][]string {
		e := item.(*dictrack.Explanation)
		cells := []string{output.Plain(e.Before.Name), output.Plain(outcomeText(e, now)), progressText(e), eventsText(e)}
		if len(e.Conditions) == 0 {
			return [][]string{append(cells, "none", output.None, output.None)}
		}
		var rows [][]string
		for i := range e.Conditions {
			rows = append(rows, append(cells, conditionCells(&e.Conditions[i])...))
			cells = []string{"", "", "", ""}
		}
		return rows
	}
}

// outcomeText returns the outcome in a word, and why it is no other.
func outcomeText(e *dictrack.Explanation, now time.Time) string {
	word := e.Outcome.String()
	switch {
	case e.Err != nil:
		return word + ": " + e.Err.Error()
	case slices.ContainsFunc(e.Events, func(x dictrack.Event) bool { return x.Kind == dictrack.EventExpired }):
		return "expired"
	case e.Outcome == dictrack.BecameLimited:
		return word + ": " + limitingText(&e.After, now)
	case e.Outcome == dictrack.Refused:
		return word + ": " + limitingText(&e.Before, now)
	case e.Outcome != dictrack.Unchanged:
		return word
	case !e.Matches():
		return word + ": does not match"
	}
	if paths := e.Before.Definition.Paths(); len(paths) > 0 {
		return word + ": no number at " + paths[0].Path.String()
	}
	return word
}

// limitingText names the limiters that hold a tracker back: by kind, and by position from 1 when there are several.
// Custom limiters do not show whether they do, so they are named when no other does.
func limitingText(s *tracker.Snapshot, now time.Time) string {
	var limiting, custom []string
	for i := range s.Limiters {
		l := &s.Limiters[i]
		name := output.Plain(l.Kind)
		if len(s.Limiters) > 1 {
			name = fmt.Sprintf("limiter %d, %s", l.Index+1, name)
		}
		switch {
		case isCustom(l):
			custom = append(custom, name)
		case holdsBack(l, now):
			limiting = append(limiting, name+": "+limiterText(l, now))
		}
	}
	if limiting == nil {
		limiting = custom
	}
	if limiting == nil {
		return "limited before"
	}
	return strings.Join(limiting, "; ")
}

func progressText(e *dictrack.Explanation) string {
	before := fmt.Sprintf("%v/%v", e.Before.Progress, e.Before.Target)
	if e.Before.Progress == e.After.Progress && len(e.Events) == 0 {
		return before
	}
	return fmt.Sprintf("%s -> %v/%v", before, e.After.Progress, e.After.Target)
}

func eventsText(e *dictrack.Explanation) string {
	if len(e.Events) == 0 {
		return output.None
	}
	var kinds []string
	for _, event := range e.Events {
		kinds = append(kinds, string(event.Kind))
	}
	return strings.Join(kinds, " ")
}

// conditionCells returns a condition, whether it holds, and what it found.
func conditionCells(r *dictrack.ConditionResult) []string {
	holds := "no"
	if r.Holds {
		holds = "yes"
	}
	return []string{output.Plain(r.Condition.String()), holds, foundText(r)}
}

func foundText(r *dictrack.ConditionResult) string {
	switch {
	case r.Err != nil:
		return "failed: " + output.Plain(r.Err.Error())
	case r.Condition.Path().String() == "": // of a registered kind, or of several parts
		return output.None
	case !r.Value.Present():
		return "nothing"
	}
	text, _ := value.AppendCanonical(nil, r.Value.Any()) // a value that was read as JSON has a JSON form
	return output.Plain(string(text))
}

package limiter

import (
	"time"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/value"
)

// Count allows n steps; data that does not match, or gives no step, uses none up. n is at least 1.
func Count(n int64) Limiter {
	l := Limiter{kind: KindCount, limit: n}
	if n < 1 {
		l.err = &field.Error{Path: "limit", Value: n, Want: "want a whole number of at least 1"}
	}
	return l.withID()
}

// Window takes data from start to end, both inclusive, in whole seconds. Before start the tracker takes
// no data; after end it is limited. A completed stage does not move it.
func Window(start, end time.Time) Limiter {
	return Limiter{
		kind: KindTime, start: start.Unix(), hasStart: true, end: end.Unix(), hasEnd: true,
	}.checked()
}

// Until takes data from when the tracker is added to end, inclusive.
func Until(end time.Time) Limiter {
	return Limiter{kind: KindTime, end: end.Unix(), hasEnd: true}.checked()
}

// From takes data for d from start on; a completed stage starts d again from then. d is of whole
// seconds, at least one.
func From(start time.Time, d time.Duration) Limiter {
	l := Limiter{kind: KindTime, start: start.Unix(), hasStart: true}
	return l.withDuration(d)
}

// For takes data for d from when the tracker is added; a completed stage starts d again from then.
func For(d time.Duration) Limiter { return Limiter{kind: KindTime}.withDuration(d) }

func (l Limiter) withDuration(d time.Duration) Limiter {
	seconds, err := wholeSeconds(d)
	if err != nil {
		l.err = &field.Error{Path: "duration", Value: d.String(), Want: err.Error()}
		return l
	}
	l.duration = seconds
	return l.checked()
}

// checked refuses windows that could never be open.
func (l Limiter) checked() Limiter {
	switch {
	case l.hasStart && (l.start < minTime || l.start > maxTime):
		l.err = &field.Error{Path: "start", Value: l.start, Want: "want a year from 1 to 9999"}
	case l.hasEnd && (l.end < minTime || l.end > maxTime):
		l.err = &field.Error{Path: "end", Value: l.end, Want: "want a year from 1 to 9999"}
	case l.hasStart && l.hasEnd && l.start >= l.end:
		l.err = &field.Error{Path: "end", Value: formatTime(l.end), Want: "want a time after start, " + formatTime(l.start)}
	case !l.hasEnd && l.duration == 0:
		l.err = &field.Error{Want: "want one of end and duration"}
	case l.hasStart && l.start+l.duration > maxTime:
		l.err = &field.Error{Path: "duration", Value: l.durationText(), Want: "want the window to end before the year 10000"}
	}
	return l.withID()
}

// Custom is a limiter of a registered kind. Args may be any value with a JSON form.
func Custom(kind string, args any) Limiter {
	l := Limiter{kind: kind}
	if kind == "" || kind == KindCount || kind == KindTime {
		l.err = &field.Error{Path: "kind", Value: kind, Want: "want the name of a registered kind"}
		return l
	}
	form, err := value.Normalize(args)
	if err != nil {
		l.err = &field.Error{Path: "args", Want: "want a value with a JSON form: " + err.Error()}
		return l
	}
	l.args = form
	return l.withID()
}

func (l Limiter) withID() Limiter {
	if l.err != nil {
		return l
	}
	id, err := value.AppendCanonical(nil, l.Fields())
	if err != nil {
		l.err = &field.Error{Path: "args", Want: "want a JSON value: " + err.Error()}
	}
	l.id = string(id)
	return l
}

// Fields returns the JSON form of the limiter, in Go form: what Registry.Parse reads.
func (l *Limiter) Fields() map[string]any {
	m := map[string]any{"kind": l.kind}
	switch l.kind {
	case KindCount:
		m["limit"] = l.limit
	case KindTime:
		l.windowFields(m)
	default:
		if l.args != nil {
			m["args"], _ = value.Normalize(l.args) // a copy; it was normal before
		}
	}
	return m
}

func (l *Limiter) windowFields(m map[string]any) {
	if l.hasStart {
		m["start"] = formatTime(l.start)
	}
	if l.hasEnd {
		m["end"] = formatTime(l.end)
	} else {
		m["duration"] = l.durationText()
	}
}

func (l *Limiter) durationText() string { return FormatDuration(time.Duration(l.duration) * time.Second) }

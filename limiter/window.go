package limiter

import (
	"time"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/schema"
)

// window is the rule of KindTime: the tracker takes messages from State.Start to State.End. One of end and duration is
// given.
type window struct {
	BaseRule
	start, end       int64 // Unix seconds, meaningful when hasStart and hasEnd
	duration         int64 // seconds; 0 when end is given
	hasStart, hasEnd bool
}

// Window takes messages from start to end, both inclusive, in whole seconds. Before start the tracker takes none; after
// end it is limited. A completed stage does not move it.
func Window(start, end time.Time) Limiter {
	return window{start: start.Unix(), hasStart: true, end: end.Unix(), hasEnd: true}.limiter()
}

// Until takes messages from when the tracker is added to end, inclusive.
func Until(end time.Time) Limiter { return window{end: end.Unix(), hasEnd: true}.limiter() }

// From takes messages for d from start on; a completed stage starts d again from then. d is of whole seconds, at least
// one.
func From(start time.Time, d time.Duration) Limiter {
	return window{start: start.Unix(), hasStart: true}.lasting(d)
}

// For takes messages for d from when the tracker is added; a completed stage starts d again from then.
func For(d time.Duration) Limiter { return window{}.lasting(d) }

// lasting is the limiter of a window with a duration.
func (w window) lasting(d time.Duration) Limiter {
	seconds, err := wholeSeconds(d)
	if err != nil {
		return newLimiter(KindTime, w, &field.Error{Path: "duration", Value: d.String(), Want: err.Error()})
	}
	w.duration = seconds
	return w.limiter()
}

func (w window) limiter() Limiter {
	if err := w.check(); err != nil {
		return newLimiter(KindTime, w, err)
	}
	return newLimiter(KindTime, w, nil)
}

// check refuses windows that could never be open.
func (w window) check() *field.Error {
	switch {
	case w.hasStart && (w.start < minTime || w.start > maxTime):
		return &field.Error{Path: "start", Value: w.start, Want: "want a year from 1 to 9999"}
	case w.hasEnd && (w.end < minTime || w.end > maxTime):
		return &field.Error{Path: "end", Value: w.end, Want: "want a year from 1 to 9999"}
	case w.hasStart && w.hasEnd && w.start >= w.end:
		return &field.Error{Path: "end", Value: formatTime(w.end), Want: "want a time after start, " + formatTime(w.start)}
	case !w.hasEnd && w.duration == 0:
		return &field.Error{Want: "want one of end and duration"}
	case w.hasStart && w.start+w.duration > maxTime:
		return &field.Error{Path: "duration", Value: w.durationText(), Want: "want the window to end before the year 10000"}
	}
	return nil
}

// windowForm is how a time limiter is written.
var windowForm = form{parse: parseWindow, schema: schema.Variant{
	Fields: []schema.Field{
		{Name: "start", Doc: "begin of the window, RFC 3339 or Unix seconds; default: when the tracker is added", Value: schema.Time()},
		{Name: "end", Doc: "end of the window, inclusive, RFC 3339 or Unix seconds", Value: schema.Time()},
		{Name: "duration", Doc: "length of the window in whole seconds, as 90s or 720h", Value: schema.Duration()},
	},
	Rules: schema.Schema{"oneOf": []any{
		schema.Schema{"required": schema.Strings("end")},
		schema.Schema{"required": schema.Strings("duration")},
	}},
}}

func parseWindow(fields *field.Reader) (Limiter, error) {
	var w window
	w.start, w.hasStart = fields.IntFunc("start", ParseTime)
	w.end, w.hasEnd = fields.IntFunc("end", ParseTime)
	w.duration, _ = fields.IntFunc("duration", ParseDuration)
	if fields.Has("end") && fields.Has("duration") {
		fields.Errs.Add("", nil, "want one of end and duration, not both")
	}
	if err := fields.Done(); err != nil {
		return Limiter{}, err
	}
	l := w.limiter()
	return l, l.err
}

func (w window) addFields(m map[string]any) {
	if w.hasStart {
		m["start"] = formatTime(w.start)
	}
	if w.hasEnd {
		m["end"] = formatTime(w.end)
	} else {
		m["duration"] = w.durationText()
	}
}

func (w window) describe() string {
	text := "time limiter"
	if w.hasStart {
		text += ", from " + formatTime(w.start)
	}
	if w.hasEnd {
		return text + ", until " + formatTime(w.end)
	}
	return text + ", for " + w.durationText()
}

func (w window) durationText() string { return FormatDuration(time.Duration(w.duration) * time.Second) }

// Start implements Rule: it computes the bounds of the window. A window that would start after its end is an error,
// unless in.AllowElapsed.
func (w window) Start(in Input) (State, error) {
	s := State{Start: in.Seconds(), End: w.end}
	if w.hasStart {
		s.Start = w.start
	}
	if !w.hasEnd {
		s.End = s.Start + w.duration
	}
	if s.Start > s.End && !in.AllowElapsed {
		return State{}, &field.Error{
			Path: "end", Value: formatTime(s.End),
			Want: "the window would start after its end, at " + formatTime(s.Start),
		}
	}
	s.Start = min(s.Start, s.End)
	return s, nil
}

// Before implements Rule.
func (window) Before(s State, in Input) Verdict {
	switch now := in.Seconds(); {
	case now < s.Start:
		return Hold
	case now > s.End:
		return Stop
	}
	return Pass
}

// StageDone implements Rule. A window given by its end stays where it is.
func (w window) StageDone(s State, in Input) (State, bool) {
	if w.hasEnd {
		return s, w.Before(s, in) == Stop
	}
	return restartWindow(s, in.Seconds(), 0), false
}

// Reset implements Rule.
func (window) Reset(s State, r Reset, in Input) (State, bool, error) {
	return restartWindow(s, in.Seconds(), int64(r.Duration/time.Second)), false, nil
}

// Due implements Rule.
func (window) Due(s State) int64 { return (s.End + 1) * 1000 }

// restartWindow starts the window again at now, with its own length when length is 0.
func restartWindow(s State, now, length int64) State {
	if length == 0 {
		length = s.End - s.Start
	}
	s.Start, s.End = now, min(now+length, maxTime)
	return s
}

// Valid reports whether a limiter can be in the state: its window lies in the allowed years.
func (s *State) Valid() bool {
	return s.Start >= minTime && s.Start <= s.End && s.End <= maxTime
}

func (window) describeState(s State) Description {
	d := Description{Kind: KindTime, Start: time.Unix(s.Start, 0).UTC(), End: time.Unix(s.End, 0).UTC()}
	d.form = struct {
		Kind  string    `json:"kind"`
		Start time.Time `json:"start"`
		End   time.Time `json:"end"`
	}{d.Kind, d.Start, d.End}
	return d
}

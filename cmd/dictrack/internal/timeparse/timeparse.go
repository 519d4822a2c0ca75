// Package timeparse parses the times of messages and flags.
package timeparse

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/value"
)

// Parser parses times of one form. The zero Parser parses RFC 3339 and Unix times. It is safe for concurrent use.
type Parser struct {
	layout string // of Go; empty for the forms of the zero Parser
}

// namedLayouts are the layouts that have a name in package time.
var namedLayouts = map[string]string{
	"RFC3339": time.RFC3339, "DateTime": time.DateTime, "DateOnly": time.DateOnly, "ANSIC": time.ANSIC,
	"UnixDate": time.UnixDate, "RubyDate": time.RubyDate, "RFC822": time.RFC822, "RFC822Z": time.RFC822Z,
	"RFC850": time.RFC850, "RFC1123": time.RFC1123, "RFC1123Z": time.RFC1123Z,
}

// probe is a time whose parts differ from those of the reference time that layouts are written with.
var probe = time.Date(2019, 11, 23, 21, 47, 38, 0, time.UTC)

// NewParser returns a Parser for a layout of package time, or for the name of one of its constants. A layout without a
// year is an error.
func NewParser(layout string) (Parser, error) {
	if known, ok := namedLayouts[layout]; ok {
		layout = known
	}
	back, err := time.Parse(layout, probe.Format(layout))
	if err != nil || back.Year() != probe.Year() {
		return Parser{}, fmt.Errorf("%q is not a layout with a year", layout)
	}
	return Parser{layout: layout}, nil
}

// Parse parses a time, and cuts it to milliseconds. Without a layout a number is Unix seconds, or Unix milliseconds when
// its absolute value is at least 100,000,000,000. A text without a zone is UTC. The error says what is allowed.
func (p Parser) Parse(v value.Value) (time.Time, error) {
	t, ok := p.parse(v)
	if !ok || t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, errors.New(p.want())
	}
	return t.UTC().Truncate(time.Millisecond), nil
}

// Text parses the time of a flag. The error is a *field.Error.
func (p Parser) Text(text string) (time.Time, error) {
	t, err := p.Parse(value.OfString(text))
	if err != nil {
		return t, &field.Error{Value: text, Want: err.Error()}
	}
	return t, nil
}

func (p Parser) want() string {
	if p.layout == "" {
		return "want a time as RFC 3339 or Unix seconds or milliseconds, from year 1 to 9999"
	}
	return fmt.Sprintf("want a time written like %q, from year 1 to 9999", p.layout)
}

func (p Parser) parse(v value.Value) (time.Time, bool) {
	switch {
	case p.layout != "" && v.Kind() == value.Int:
		return p.text(strconv.FormatInt(v.Int(), 10))
	case p.layout != "" && v.Kind() == value.String:
		return p.text(v.Str())
	case p.layout != "":
		return time.Time{}, false
	}
	if v.Kind() == value.String {
		if t, err := time.ParseInLocation(time.RFC3339, v.Str(), time.UTC); err == nil {
			return t, true
		}
	}
	return unix(v)
}

// text parses a text by the layout. Zone abbreviations other than UTC and GMT are refused: they are ambiguous, and Go
// reads those it does not know as UTC.
func (p Parser) text(s string) (time.Time, bool) {
	t, err := time.ParseInLocation(p.layout, s, time.UTC)
	if err != nil {
		return t, false
	}
	zone, offset := t.Zone()
	known := zone == "" || zone == "UTC" || zone == "GMT" || offset != 0
	return t, known || !strings.Contains(p.layout, "MST")
}

// minMilliseconds is the smallest number that is milliseconds: 100,000,000,000 s is in the year 5138, 100,000,000,000 ms
// in 1973.
const minMilliseconds = 1e11

func unix(v value.Value) (time.Time, bool) {
	d, ok := v.Decimal()
	if !ok {
		return time.Time{}, false
	}
	n := d.Float64()
	switch {
	case math.Abs(n) >= 1e15:
		return time.Time{}, false
	case math.Abs(n) >= minMilliseconds:
		return time.UnixMilli(int64(math.Floor(n))), true
	}
	// Round to microseconds first, so that 1.001 s is 1001 ms.
	return time.UnixMilli(int64(math.Floor(math.Round(n*1e6) / 1e3))), true
}

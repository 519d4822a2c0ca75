package limiter

import (
	"errors"
	"strings"
	"time"

	"github.com/dictrack/dictrack/field"
)

// A window lies in the years that RFC 3339 can write.
var (
	minTime = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	maxTime = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
)

func formatTime(s int64) string { return time.Unix(s, 0).UTC().Format(time.RFC3339) }

// ParseTime reads a time: RFC 3339 text or a whole number of Unix seconds, cut to whole seconds.
func ParseTime(v any) (int64, error) {
	s, ok := field.Int(v)
	if text, isText := v.(string); isText {
		t, err := time.Parse(time.RFC3339, text)
		s, ok = t.Unix(), err == nil
	}
	if !ok || s < minTime || s > maxTime {
		return 0, errors.New("want RFC 3339 such as 2026-01-31T12:00:00Z, or whole Unix seconds")
	}
	return s, nil
}

// ParseDuration reads a duration such as "720h" or "1h30m" in whole seconds, more than zero.
func ParseDuration(v any) (int64, error) {
	text, ok := v.(string)
	d, err := time.ParseDuration(text)
	if !ok || err != nil {
		return 0, errors.New("want a duration such as 90s, 30m or 720h")
	}
	return wholeSeconds(d)
}

func wholeSeconds(d time.Duration) (int64, error) {
	if d < time.Second || d%time.Second != 0 {
		return 0, errors.New("want a duration of whole seconds, at least one")
	}
	return int64(d / time.Second), nil
}

// FormatDuration writes what ParseDuration reads, without units that are zero: "720h", "1h30m".
func FormatDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

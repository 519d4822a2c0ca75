package timeparse

import (
	"math"
	"testing"
	"time"

	"github.com/dictrack/dictrack/value"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		layout string
		in     any
		want   string // empty: refused
	}{
		{"", "2001-02-03T04:05:06Z", "2001-02-03T04:05:06Z"},
		{"", "2001-02-03T04:05:06.7899+02:00", "2001-02-03T02:05:06.789Z"},
		{"", "2001-02-03 04:05:06", ""},
		{"", 981173106, "2001-02-03T04:05:06Z"},
		{"", 981173106789, "2001-02-03T04:05:06.789Z"},
		{"", "981173106", "2001-02-03T04:05:06Z"},
		{"", 981173106.7899, "2001-02-03T04:05:06.789Z"},
		{"", 1.001, "1970-01-01T00:00:01.001Z"},
		{"", -0.5, "1969-12-31T23:59:59.5Z"},
		{"", 99_999_999_999, "5138-11-16T09:46:39Z"},
		{"", 100_000_000_000, "1973-03-03T09:46:40Z"},
		{"", -100_000_000_000, "1966-10-31T14:13:20Z"},
		{"", 981173106789000, ""}, // microseconds: the year 33062
		{"", math.MaxInt64, ""},
		{"", 1e300, ""},
		{"", "0000-01-01T00:00:00Z", ""},
		{"", nil, ""},
		{"", true, ""},
		{"", []any{1}, ""},
		{"2006/01/02 15:04", "2001/02/03 04:05", "2001-02-03T04:05:00Z"},
		{"2006/01/02 15:04", "2001/02/03", ""},
		{"2006/01/02 15:04", 981173106, ""},
		{"20060102", 20010203, "2001-02-03T00:00:00Z"},
		{"20060102", 20010203.5, ""},
		{"DateOnly", "2001-02-03", "2001-02-03T00:00:00Z"},
		{"DateTime", "2001-02-03 04:05:06", "2001-02-03T04:05:06Z"},
		{"RFC1123Z", "Sat, 03 Feb 2001 04:05:06 +0200", "2001-02-03T02:05:06Z"},
		{"RFC1123", "Sat, 03 Feb 2001 04:05:06 GMT", "2001-02-03T04:05:06Z"},
		{"RFC1123", "Sat, 03 Feb 2001 04:05:06 EST", ""}, // which zone is that?
	} {
		p := Parser{}
		if c.layout != "" {
			var err error
			if p, err = NewParser(c.layout); err != nil {
				t.Errorf("layout %q: %v", c.layout, err)
				continue
			}
		}
		got, err := p.Parse(value.Of(c.in))
		switch {
		case c.want == "" && err == nil:
			t.Errorf("layout %q: %v is taken for %v", c.layout, c.in, got)
		case c.want != "" && (err != nil || got.Format(time.RFC3339Nano) != c.want || got.Location() != time.UTC):
			t.Errorf("layout %q: %v is %v, %v, want %s", c.layout, c.in, got, err, c.want)
		}
	}
}

func TestLayoutsWithoutAYear(t *testing.T) {
	for _, layout := range []string{"", "YYYY-MM-DD", "15:04", "Jan _2 15:04", "DateTimes"} {
		if _, err := NewParser(layout); err == nil {
			t.Errorf("%q is taken for a layout", layout)
		}
	}
	for _, layout := range []string{"2006-01", "02.01.06"} {
		if _, err := NewParser(layout); err != nil {
			t.Errorf("%q is refused: %v", layout, err)
		}
	}
}

// FuzzText checks that no text panics, and that what is taken is in the range that is promised.
func FuzzText(f *testing.F) {
	f.Add("2001-02-03T04:05:06Z", "")
	f.Add("Sat, 03 Feb 2001 04:05:06 EST", "RFC1123")
	f.Add("-1e11", "2006")
	f.Fuzz(func(t *testing.T, text, layout string) {
		p, err := NewParser(layout)
		if err != nil {
			p = Parser{}
		}
		got, err := p.Text(text)
		if err == nil && (got.Year() < 1 || got.Year() > 9999 || got.Nanosecond()%1e6 != 0) {
			t.Errorf("layout %q: %q is %v", layout, text, got)
		}
	})
}

package limiter_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/limiter"
)

// at is a moment in Unix seconds, with a fraction that limiters must cut.
func at(seconds int64) time.Time { return time.Unix(seconds, 999_999_999) }

func parse(t *testing.T, r *limiter.Registry, text string) (limiter.Limiter, error) {
	t.Helper()
	v, err := rawjson.Decode([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return r.Parse(v)
}

func TestConstructorsEqualTheirJSONForm(t *testing.T) {
	cases := []struct {
		made limiter.Limiter
		json string
	}{
		{limiter.Count(1), `{"kind":"count","limit":1}`},
		{limiter.Count(1 << 62), `{"kind":"count","limit":4611686018427387904}`},
		{limiter.Window(at(0), at(1)), `{"end":"1970-01-01T00:00:01Z","kind":"time","start":"1970-01-01T00:00:00Z"}`},
		{limiter.Window(at(-2), at(-1)), `{"end":"1969-12-31T23:59:59Z","kind":"time","start":"1969-12-31T23:59:58Z"}`},
		{limiter.Until(at(60)), `{"end":"1970-01-01T00:01:00Z","kind":"time"}`},
		{limiter.From(at(60), 90*time.Minute), `{"duration":"1h30m","kind":"time","start":"1970-01-01T00:01:00Z"}`},
		{limiter.For(720 * time.Hour), `{"duration":"720h","kind":"time"}`},
		{limiter.Until(time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)), `{"end":"9999-12-31T23:59:59Z","kind":"time"}`},
		{limiter.From(time.Time{}, time.Second), `{"duration":"1s","kind":"time","start":"0001-01-01T00:00:00Z"}`},
	}
	var builtin *limiter.Registry
	for _, c := range cases {
		if c.made.Err() != nil || c.made.ID() != c.json || c.made.Custom() {
			t.Errorf("made %s, %v; want %s", c.made.ID(), c.made.Err(), c.json)
		}
		read, err := parse(t, builtin, c.json)
		if err != nil || read != c.made {
			t.Errorf("read %s, %v; want %s", read.ID(), err, c.json)
		}
		again, err := builtin.Parse(c.made.Fields())
		if err != nil || again != c.made {
			t.Errorf("Parse(Fields()) = %s, %v; want %s", again.ID(), err, c.json)
		}
		if text, err := json.Marshal(c.made); err != nil || string(text) != c.json {
			t.Errorf("json.Marshal = %s, %v; want %s", text, err, c.json)
		}
	}
}

func TestConstructorErrors(t *testing.T) {
	year10k := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	cases := []struct {
		name  string
		made  limiter.Limiter
		field string
	}{
		{"count of 0", limiter.Count(0), "limit"},
		{"count below 0", limiter.Count(-1), "limit"},
		{"start at end", limiter.Window(at(5), at(5)), "end"},
		{"start within the second of end", limiter.Window(time.Unix(5, 0), time.Unix(5, 1)), "end"},
		{"start after end", limiter.Window(at(6), at(5)), "end"},
		{"start before year 1", limiter.Window(time.Unix(-1<<40, 0), at(5)), "start"},
		{"end after 9999", limiter.Until(year10k), "end"},
		{"end of start and duration after 9999", limiter.From(year10k.Add(-time.Hour), 2*time.Hour), "duration"},
		{"start after 9999", limiter.From(year10k, time.Hour), "start"},
		{"no duration", limiter.For(0), "duration"},
		{"a duration below 0", limiter.For(-time.Hour), "duration"},
		{"half a second", limiter.For(time.Second / 2), "duration"},
		{"a second and a half", limiter.From(at(0), 3*time.Second/2), "duration"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var mistake *field.Error
			if !errors.As(c.made.Err(), &mistake) || mistake.Path != c.field || mistake.Value == nil {
				t.Errorf("error %v, want one about %s with its value", c.made.Err(), c.field)
			}
			if _, err := json.Marshal(c.made); err == nil {
				t.Error("it has a JSON form all the same")
			}
			var r *limiter.Registry
			if _, err := r.Bind(c.made); err == nil {
				t.Error("Bind takes it all the same")
			}
		})
	}
}

func TestParseNamesEveryMistake(t *testing.T) {
	cases := []struct{ json, want string }{
		{`7`, "7 is not allowed: want an object"},
		{`{}`, "kind: missing"},
		{`{"kind":null}`, "kind: null is not allowed"},
		{`{"kind":"count"}`, "limit: missing"},
		{`{"kind":"count","limit":0}`, "limit: 0 is not allowed: want a whole number of at least 1"},
		{`{"kind":"count","limit":"5"}`, `limit: "5" is not allowed`},
		{`{"kind":"count","limit":true}`, "limit: true is not allowed"},
		{`{"kind":"count","limit":1.5}`, "limit: 1.5 is not allowed"},
		{`{"kind":"count","limit":1,"duration":"1h"}`, "duration: unknown field"},
		{`{"kind":"time"}`, "want one of end and duration"},
		{`{"kind":"time","start":0}`, "want one of end and duration"},
		{`{"kind":"time","end":9,"duration":"1h"}`, "want one of end and duration, not both"},
		{`{"kind":"time","start":9,"end":9}`, "end: "},
		{`{"kind":"time","start":10,"end":9}`, "end: "},
		{`{"kind":"time","end":9.5}`, "end: 9.5 is not allowed"},
		{`{"kind":"time","end":null}`, "end: null is not allowed"},
		{`{"kind":"time","end":"tomorrow"}`, `end: "tomorrow" is not allowed: want RFC 3339`},
		{`{"kind":"time","end":253402300800}`, "end: 253402300800 is not allowed"},
		{`{"kind":"time","duration":3600}`, "duration: 3600 is not allowed: want a duration such as"},
		{`{"kind":"time","duration":"1500ms"}`, `duration: "1500ms" is not allowed`},
		{`{"kind":"time","duration":"0s"}`, `duration: "0s" is not allowed`},
		{`{"kind":"time","start":"x","duration":"y","limit":1}`, "start: \nduration: \nlimit: unknown"},
	}
	var builtin *limiter.Registry
	for _, c := range cases {
		_, err := parse(t, builtin, c.json)
		if err == nil {
			t.Errorf("%s: accepted", c.json)
			continue
		}
		for want := range strings.SplitSeq(c.want, "\n") {
			if !strings.Contains("\n"+err.Error(), "\n"+want) {
				t.Errorf("%s: %v; want a line %q", c.json, err, want)
			}
		}
	}
}

func TestParseTimeCutsToSeconds(t *testing.T) {
	cases := []struct {
		in   any
		want int64
	}{
		{"1970-01-01T00:00:01.999Z", 1},
		{"1969-12-31T23:59:59.999Z", -1},
		{"1970-01-01T01:00:00+01:00", 0},
		{int64(-5), -5},
		{5.0, 5},
	}
	for _, c := range cases {
		if got, err := limiter.ParseTime(c.in); err != nil || got != c.want {
			t.Errorf("%v: %d, %v; want %d", c.in, got, err, c.want)
		}
	}
}

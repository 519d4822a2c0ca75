package ingest

import (
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack/cmd/dictrack/internal/timeparse"
)

func TestReadFields(t *testing.T) {
	for _, c := range []struct {
		data  string
		group string
		id    string
		at    int64  // Unix milliseconds
		want  string // of the error; empty: none
	}{
		{`{"g":{"n":"a"},"id":"x","t":1}`, "a", "x", 1000, ""},
		{`{"g":{"n":-7},"id":9223372036854775807,"t":"1970-01-01T00:00:02Z"}`, "-7", "9223372036854775807", 2000, ""},
		{`{"g":{"n":"\u0061"},"id":"\u0078","t":3}`, "a", "x", 3000, ""},
		{`{"g":{"n":1.0},"id":"x","t":1}`, "", "", 0, "g.n: 1 is not allowed: want a string or an integer"},
		{`{"g":{"n":9223372036854775808},"id":"x","t":1}`, "", "", 0, "g.n: 9223372036854776000 is not allowed"},
		{`{"g":{"n":true},"id":"x","t":1}`, "", "", 0, "g.n: true is not allowed"},
		{`{"g":{"n":null},"id":"x","t":1}`, "", "", 0, "g.n: null is not allowed"},
		{`{"g":{"n":["a"]},"id":"x","t":1}`, "", "", 0, "g.n: a list is not allowed"},
		{`{"g":{"n":{}},"id":"x","t":1}`, "", "", 0, "g.n: an object is not allowed"},
		{`{"g":{"n":""},"id":"x","t":1}`, "", "", 0, `g.n: "" is not allowed`},
		{`{"g":{"n":"a\u0000"},"id":"x","t":1}`, "", "", 0, "NUL"},
		{`{"g":"a","id":"x","t":1}`, "", "", 0, "g.n: missing: want"},
		{`{"g":{"n":"a","n":"b"},"id":"x","t":1}`, "", "", 0, `object key "n" is given twice`},
		{`{"g":{"n":"a"},"t":1}`, "", "", 0, "id: missing: want"},
		{`{"g":{"n":"a"},"id":"","t":1}`, "", "", 0, `id: "" is not allowed`},
		{`{"g":{"n":"a"},"id":1.5,"t":1}`, "", "", 0, "id: 1.5 is not allowed"},
		{`{"g":{"n":"a"},"id":"x"}`, "", "", 0, "t: missing: want a time"},
		{`{"g":{"n":"a"},"id":"x","t":"soon"}`, "", "", 0, `t: "soon" is not allowed: want a time`},
		{`{"g":{"n":"a"},"id":"x","t":1`, "", "", 0, "invalid JSON at byte 29"},
		{`["a"]`, "", "", 0, "data must be a JSON object"},
		{`{"g":{"n":"a"},"id":"x","t":1,"other":1e999}`, "", "", 0, "invalid JSON"},
	} {
		x := newExtractor(Fields{Group: pathOf("g.n"), ID: pathOf("id"), Time: pathOf("t"), Times: timeparse.Parser{}}, false)
		in, m, err := x.message([]byte(c.data))
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) || !isRejection(err) {
				t.Errorf("%s: error %v, want %q", c.data, err, c.want)
			}
			continue
		}
		if err != nil || m.name != c.group || in.Group != c.group || in.ID != c.id || !in.Time.Equal(time.UnixMilli(c.at)) {
			t.Errorf("%s: group %q, id %q, at %v, error %v", c.data, in.Group, in.ID, in.Time, err)
		}
	}
}

// A name must not share the buffer of a batch, which is reused.
func TestNamesAreCopied(t *testing.T) {
	x := newExtractor(Fields{Group: pathOf("g"), ID: pathOf("id")}, false)
	text := []byte(`{"g":"first","id":"one"}`)
	in, m, err := x.message(text)
	if err != nil {
		t.Fatal(err)
	}
	copy(text, `{"g":"other","id":"two"}`)
	if m.name != "first" || in.Group != "first" || in.ID != "one" {
		t.Errorf("group %q is now %q, id %q", m.name, in.Group, in.ID)
	}
	if _, again, _ := x.message([]byte(`{"g":"first","id":"two"}`)); again != m {
		t.Error("the same group has another groupInfo")
	}
}

func TestReadingAllocatesNothing(t *testing.T) {
	x := newExtractor(Fields{Group: pathOf("group_id"), Time: pathOf("t")}, false)
	text := []byte(`{"group_id":10000123,"bet":317,"game":"b","t":"2001-02-03T04:05:06Z"}`)
	if n := testing.AllocsPerRun(100, func() { _, _, _ = x.message(text) }); n > 0 {
		t.Errorf("%v allocations a line", n)
	}
}

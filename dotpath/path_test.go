package dotpath_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/value"
)

// absent is the expected value of a path that finds nothing.
const absent = "absent"

// lookups are paths in JSON data and the values there, as canonical JSON.
var lookups = []struct{ data, path, want string }{
	{`{}`, `a`, absent},
	{`{"a":1}`, `a`, `1`},
	{`{"a":null}`, `a`, `null`},
	{`{"a":null}`, `a.b`, absent},
	{`{"a":false}`, `a`, `false`},
	{`{"a":""}`, `a`, `""`},
	{`{"a":0.0}`, `a`, `0`},
	{`{"A":1}`, `a`, absent},
	{`{"a":{"b":{"c":2}}}`, `a.b.c`, `2`},
	{`{"a":{"b":{"c":2}}}`, `a.b`, `{"c":2}`},
	{`{"a":{"b":{"c":2}}}`, `a.c`, absent},
	{`{"a.b":1}`, `a.b`, absent},
	{`{"a.b":1}`, `a\.b`, `1`},
	{`{"a":{"b":1}}`, `a\.b`, absent},
	{`{"x":{"a.b":{"c":3}}}`, `x.a\.b.c`, `3`},
	{`{".a":1}`, `\.a`, `1`},
	{`{"a.":1}`, `a\.`, `1`},
	{`{".":1}`, `\.`, `1`},
	{`{"a\\.b":1,"a\\":{"b":2},"a.b":3}`, `a\\.b`, `1`},
	{`{"a\\b":1}`, `a\b`, `1`},
	{`{"a\\":1}`, `a\`, `1`},
	{`{"":{"":1}}`, `.`, `1`},
	{`{"":{"a":1}}`, `.a`, `1`},
	{`{"a":{"":1}}`, `a.`, `1`},
	{`{"a":{"":{"b":1}}}`, `a..b`, `1`},
	{`{"a":{"b":1}}`, `a..b`, absent},
	{`{"a":"abc"}`, `a.0`, absent},
	{`{"a":5}`, `a.0`, absent},
	{`{"a":true}`, `a.b`, absent},
	{`{"0":1}`, `0`, `1`},
	{`{"l":{"-1":7}}`, `l.-1`, `7`},
	{`{"l":{"00":7}}`, `l.0`, absent},
	{`{"l":[]}`, `l`, `[]`},
	{`{"l":[]}`, `l.0`, absent},
	{`{"l":[]}`, `l.-1`, absent},
	{`{"l":[7]}`, `l.0`, `7`},
	{`{"l":[7,8,9]}`, `l.1`, `8`},
	{`{"l":[7,8,9]}`, `l.3`, absent},
	{`{"l":[7,8,9]}`, `l.-1`, `9`},
	{`{"l":[7,8,9]}`, `l.-3`, `7`},
	{`{"l":[7,8,9]}`, `l.-4`, absent},
	{`{"l":[7]}`, `l.00`, `7`},
	{`{"l":[7]}`, `l.-0`, `7`},
	{`{"l":[7,8]}`, `l.0000000000000000000000000001`, `8`},
	{`{"l":[null]}`, `l.0`, `null`},
	{`{"l":[[1,2],[3]]}`, `l.-1.-1`, `3`},
	{`{"l":[[1],[]]}`, `l.-1.-1`, absent},
	{`{"l":[{"x":1},{"x":2}]}`, `l.1.x`, `2`},
	{`{"l":[{"x":1}]}`, `l.x`, absent},
	{`{"l":[{"x":1}]}`, `l.0.0.x`, absent},
	{`{"l":["ab"]}`, `l.0.0`, absent},
	{`{"名前":{"😀":1}}`, `名前.😀`, `1`},
	{`{"\u0061\"\n":{"longer than \u0038 bytes":"\u00e4\t"}}`, "a\"\n.longer than 8 bytes", "\"ä\\t\""},
	{`{" a":1,"a":2}`, ` a`, `1`},
	{`{"12345678":1,"123456789":2,"1234567":3}`, `12345678`, `1`},
	{`{"12345678":1,"123456789":2,"1234567":3}`, `123456789`, `2`},
	{`{"long_key_a":1,"long_key_b":2}`, `long_key_b`, `2`},
	{`{"a": {"b": 1}, "l": [ 2 ]}`, `l.0`, `2`},
	{`{"a\u0000":1,"a":2}`, `a`, `2`},
	{`{"a\u0000":1,"a":2}`, "a\x00", `1`},
	{`{"a":[{"a":[{"a":[5]}]}]}`, `a.0.a.0.a.0`, `5`},
	{` { "a" : [ 1 , { "b" : -2.5e3 } ] } `, `a.-1.b`, `-2500`},
}

// notIndexes are segments that are not the index of an item of a list with one item.
var notIndexes = []string{
	"", "x", "+0", " 0", "0 ", "- 0", "0\n", "0_0", "_0", "0x0", "1e0", "0.5", "０", "٠", "-", "--1", "-1-",
	"99999999999999999999", "-99999999999999999999", "9223372036854775807", "-9223372036854775808", "18446744073709551616",
}

func TestLookup(t *testing.T) {
	for _, c := range lookups {
		checkEverywhere(t, c.data, c.path, c.want)
	}
	for _, segment := range notIndexes {
		path := "l." + strings.ReplaceAll(segment, ".", `\.`)
		checkEverywhere(t, `{"l":[7]}`, path, absent)
	}
}

// Keys whose first eight bytes load as the same number are distinguished by their length.
func TestKeysThatEndInZeros(t *testing.T) {
	for c := 'A'; c <= 'z'; c++ {
		if c == '\\' {
			continue
		}
		got, err := scan(t, newPlan(t, string(c), "xx"), fmt.Sprintf(`{"%c\u0000":1}`, c))
		if diff := cmp.Diff([]string{absent, absent}, got); err != nil || diff != "" {
			t.Errorf("%c: error %v, %s", c, err, diff)
		}
	}
}

// checkEverywhere looks a path up in every possible way.
func checkEverywhere(t *testing.T, data, path, want string) {
	t.Helper()
	decoded, err := rawjson.Decode([]byte(data))
	if err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	object := decoded.(map[string]any)
	plan := newPlan(t, path+"!")
	var scanned, trusted, planned [1]value.Value
	if err := plan.Scan([]byte(data), scanned[:]); err != nil {
		t.Errorf("scan %s: %v", data, err)
	}
	if err := plan.ScanTrusted([]byte(data), trusted[:]); err != nil {
		t.Errorf("trusted scan %s: %v", data, err)
	}
	plan.Lookup(object, planned[:])
	for way, got := range map[string]value.Value{
		"Path.Lookup": parse(t, path).Lookup(object), "Plan.Lookup": planned[0], "Scan": scanned[0], "ScanTrusted": trusted[0],
	} {
		if show(got) != want {
			t.Errorf("%s of %q in %s is %s, want %s", way, path, data, show(got), want)
		}
	}
}

// show returns v as canonical JSON, or "absent", or the kind of a shallow one.
func show(v value.Value) string {
	switch {
	case !v.Present():
		return absent
	case v.Kind() == value.List && v.List() == nil:
		return "shallow list"
	case v.Kind() == value.Object && v.Object() == nil:
		return "shallow object"
	}
	text, err := value.AppendCanonical(nil, v.Any())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestParse(t *testing.T) {
	if _, err := dotpath.Parse(""); !errors.Is(err, dotpath.ErrEmpty) {
		t.Errorf("empty path: %v", err)
	}
	for _, text := range []string{"a", ".", `a\.b.c`, `\`, `a..`, "l.-1"} {
		if got := parse(t, text).String(); got != text {
			t.Errorf("%q prints as %q", text, got)
		}
	}
	if v := (dotpath.Path{}).Lookup(map[string]any{"": 1}); v.Present() {
		t.Errorf("the zero path finds %v", v.Any())
	}
}

func TestLookupInGoData(t *testing.T) {
	type named map[string][]uint16
	pointer := &map[string]any{"x": "deep"}
	data := map[string]any{
		"named": named{"n": {1, 2, 3}}, "pointer": pointer, "array": [2]string{"p", "q"}, "chan": make(chan int),
		"struct": struct{ X int }{1}, "nil": (*int)(nil), "byKey": map[int]string{1: "x"}, "bytes": []byte("ab"),
	}
	for path, want := range map[string]any{
		"named.n.-1": int64(3), "pointer.x": "deep", "array.1": "q", "named.x": nil, "array.2": nil, "chan.x": nil,
		"struct.X": int64(1), "nil.x": nil, "nil": nil, "byKey.1": "x", "bytes.0": nil,
	} {
		var planned [1]value.Value
		newPlan(t, path).Lookup(data, planned[:])
		if diff := cmp.Diff(want, parse(t, path).Lookup(data).Any()); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
		if diff := cmp.Diff(want, planned[0].Any()); diff != "" {
			t.Errorf("%s by plan: %s", path, diff)
		}
	}
}

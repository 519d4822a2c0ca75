package dotpath_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/value"
)

// scan returns what a plan finds in data, as text.
func scan(t testing.TB, plan *dotpath.Plan, data string) ([]string, error) {
	t.Helper()
	into := make([]value.Value, plan.Slots())
	err := plan.Scan([]byte(data), into)
	shown := make([]string, len(into))
	for i, v := range into {
		shown[i] = show(v)
	}
	return shown, err
}

func TestScanManyPaths(t *testing.T) {
	const data = `{"a":{"b":[1,{"c":"x"}],"d":{}},"e":"ä","f":[[1,2],[3,4]],"a2":1.5,"\u0065\u0065":0}`
	for _, c := range []struct {
		paths []string
		want  []string
	}{
		{nil, []string{}},
		{[]string{"a", "f", "a.d"}, []string{"shallow object", "shallow list", "shallow object"}},
		{[]string{"a!", "a.b"}, []string{`{"b":[1,{"c":"x"}],"d":{}}`, "shallow list"}},
		{[]string{"a.b.1.c", "a.b.-1.c", "a.b.01.c", "a.b.1!", "a.b!"}, []string{`"x"`, `"x"`, `"x"`, `{"c":"x"}`, `[1,{"c":"x"}]`}},
		{[]string{"f.0.0", "f.0.1", "f.1.0", "f.-1.-1", "f.-2.-2", "f.-3.0", "f.2", "f.-3"}, []string{"1", "2", "3", "4", "1", absent, absent, absent}},
		{[]string{"f.1", "f.1!", "f.1"}, []string{"[3,4]", "[3,4]", "[3,4]"}},
		{[]string{"e", "e.x", "a2", "zz", "e"}, []string{`"ä"`, absent, "1.5", absent, `"ä"`}},
		{[]string{"a.x", "a.d.x"}, []string{absent, absent}},
	} {
		got, err := scan(t, newPlan(t, c.paths...), data)
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%q: error %v, difference\n%s", c.paths, err, diff)
		}
	}
}

func TestScanErrors(t *testing.T) {
	plan := newPlan(t, "a.b", "l.0.x", "l.-1", "deep!", `k\.k`)
	for data, want := range map[string]string{
		``:                             "invalid JSON at byte 0: unexpected end, expected a value",
		`{"a":1`:                       "invalid JSON at byte 6: unexpected end, expected ',' or '}' after object value",
		`{"a":{"b":tru}}`:              "invalid JSON at byte 10: expected a value",
		`{"z":[1,{"y":"` + "\x01":      "invalid JSON at byte 14: control character in string",
		`{"z":1e999}`:                  "invalid JSON at byte 5: number is out of the range of float64",
		`{"a":{"b":1e999}}`:            "invalid JSON at byte 10: number is out of the range of float64",
		`{"l":[1,2}}`:                  "invalid JSON at byte 9: expected ',' or ']' after list item",
		`{"deep":[1,2}}`:               "invalid JSON at byte 12: expected ',' or ']' after list item",
		`{}{}`:                         "invalid JSON at byte 2: expected nothing after the value",
		`[{"a":1}]`:                    "data must be a JSON object",
		`null`:                         "data must be a JSON object",
		`[{"a":1]`:                     "invalid JSON at byte 7: expected ',' or '}' after object value",
		`"a" x`:                        "invalid JSON at byte 4: expected nothing after the value",
		`{"a":{},"a":{}}`:              `object key "a" is given twice, at path "a"`,
		`{"a":1,"\u0061":{"b":1}}`:     `object key "a" is given twice, at path "a"`,
		`{"a":{"b":1,"b":1}}`:          `object key "b" is given twice, at path "a.b"`,
		`{"l":[{"x":1,"x":2},3]}`:      `object key "x" is given twice, at path "l.0.x"`,
		`{"deep":{"y":{"z":1,"z":2}}}`: `object key "z" is given twice, at path "deep"`,
		`{"k.k":1,"k.k":2}`:            `object key "k.k" is given twice, at path "k\\.k"`,
	} {
		if _, err := scan(t, plan, data); err == nil || err.Error() != want {
			t.Errorf("%q: error\n  %v, want\n  %s", data, err, want)
		}
	}
}

func TestScanErrorTypes(t *testing.T) {
	plan := newPlan(t, "a")
	var twice *dotpath.DuplicateError
	if _, err := scan(t, plan, `{"a":1,"a":2}`); !errors.As(err, &twice) || twice.Path != "a" {
		t.Errorf("duplicate: %#v", err)
	}
	var syntax *rawjson.SyntaxError
	if _, err := scan(t, plan, `{"a" 1}`); !errors.As(err, &syntax) || syntax.Offset != 5 {
		t.Errorf("syntax: %#v", err)
	}
	if _, err := scan(t, plan, `[]`); !errors.Is(err, dotpath.ErrNotObject) {
		t.Errorf("list: %#v", err)
	}
}

func TestScanAllowsDuplicateKeysElsewhere(t *testing.T) {
	got, err := scan(t, newPlan(t, "a.b"), `{"x":1,"x":2,"a":{"y":1,"y":2,"b":3}}`)
	if diff := cmp.Diff([]string{"3"}, got); err != nil || diff != "" {
		t.Errorf("error %v, %s", err, diff)
	}
}

func TestScanDepth(t *testing.T) {
	for _, nest := range []struct{ key, open, close, segment string }{{`"a":`, `{"a":`, "}", "a"}, {`"a":`, `[`, "]", "0"}} {
		nested := func(depth int) string {
			return "{" + nest.key + strings.Repeat(nest.open, depth-1) + "1" + strings.Repeat(nest.close, depth-1) + "}"
		}
		within := func(steps int) string { return "a" + strings.Repeat("."+nest.segment, steps) }
		for _, path := range []string{"a", "a!", "x", within(9), within(9) + "!", within(62), within(63), within(80)} {
			plan := newPlan(t, path)
			if _, err := scan(t, plan, nested(64)); err != nil {
				t.Errorf("%s, 64 deep: %v", path, err)
			}
			if _, err := scan(t, plan, nested(65)); err == nil || !strings.Contains(err.Error(), "nested deeper") {
				t.Errorf("%s, 65 deep: %v", path, err)
			}
		}
	}
}

func TestScanReusesSlots(t *testing.T) {
	plan := newPlan(t, "a", "b.c")
	into := []value.Value{value.OfInt(1), value.OfInt(2)}
	if err := plan.Scan([]byte(`{"b":{}}`), into); err != nil || into[0].Present() || into[1].Present() {
		t.Errorf("%v %v", into, err)
	}
}

// A scan detects a duplicate key of every one of many interior nodes.
func TestScanManyNodes(t *testing.T) {
	var paths, members, want []string
	for i := range 2000 {
		paths = append(paths, fmt.Sprintf("key%d.x", i))
		members = append(members, fmt.Sprintf(`"key%d":{"x":%d}`, i, i))
		want = append(want, fmt.Sprint(i))
	}
	plan := newPlan(t, paths...)
	got, err := scan(t, plan, "{"+strings.Join(members, ",")+"}")
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, %s", err, diff)
	}
	for i, again := range members {
		data := "{" + strings.Join(members, ",") + "," + again + "}"
		var twice *dotpath.DuplicateError
		if i%97 == 0 && !errors.As(plan.Scan([]byte(data), make([]value.Value, 2000)), &twice) {
			t.Errorf("%s is given twice, and nobody notices", again)
		}
	}
}

func TestScanDoesNotAllocate(t *testing.T) {
	plan := newPlan(t, "a.b", "s", "n", "l.-1", "l.0.x", "f", "t", "o")
	data := []byte(`{"a":{"b":1},"s":"a long enough string","n":null,"l":[{"x":5},2],"f":-1.5e3,"t":true,"o":{"k":[1]},"\u0061b":1}`)
	into := make([]value.Value, plan.Slots())
	for name, scan := range map[string]func([]byte, []value.Value) error{"Scan": plan.Scan, "ScanTrusted": plan.ScanTrusted} {
		if n := testing.AllocsPerRun(100, func() { _ = scan(data, into) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestPlanIsShared(t *testing.T) {
	plan := newPlan(t, "a.b", "c")
	var done sync.WaitGroup
	for i := range 4 {
		done.Go(func() {
			want := []string{fmt.Sprint(i), "shallow list"}
			for range 200 {
				got, err := scan(t, plan, fmt.Sprintf(`{"c":[],"a":{"b":%d}}`, i))
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("error %v, %s", err, diff)
				}
			}
		})
	}
	done.Wait()
}

// Trusted scans of data that is not strict JSON terminate, with any result.
func TestScanTrustedOfInvalidJSONTerminates(t *testing.T) {
	plan := newPlan(t, "a.b", "l.-1", "deep!", "s")
	whole := `{"x":[{"y":"\"}"}],"a":{"b":"x\\"},"l":[1,[2]],"deep":{"k":["v"]},"s":"\ud83d\ude00"}`
	into := make([]value.Value, plan.Slots())
	for end := range len(whole) {
		if err := plan.ScanTrusted([]byte(whole[:end]), into); err == nil {
			t.Errorf("%s is accepted", whole[:end])
		}
	}
	for i := range len(whole) {
		for _, c := range []byte{'"', '\\', '{', ']', ',', 0, 0xff} {
			broken := []byte(whole)
			broken[i] = c
			_ = plan.ScanTrusted(broken, into)
		}
	}
}

func ExamplePlan_Scan() {
	bet, _ := dotpath.Parse("bet")
	first, _ := dotpath.Parse("items.0.name")
	plan := dotpath.NewPlan([]dotpath.Request{{Path: bet}, {Path: first}})

	found := make([]value.Value, plan.Slots())
	err := plan.Scan([]byte(`{"bet":317,"items":[{"name":"hat"}]}`), found)
	fmt.Println(found[0].Int(), found[1].Str(), err)

	err = plan.Scan([]byte(`{"bet":317,"bet":318}`), found)
	fmt.Println(err)
	// Output:
	// 317 hat <nil>
	// object key "bet" is given twice, at path "bet"
}

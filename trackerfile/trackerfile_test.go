package trackerfile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/trackerfile"
)

const example = `trackers:
  - name: late-departures
    kind: count                         # count | sum
    where:                              # all must hold
      - {op: ge, key: delay, value: 15}
    targets: [10, 50, 100]
    limiters:
      - {kind: count, limit: 1000}
      - {kind: time, start: 2001-01-01T00:00:00Z, duration: 720h}
    reset: limiter                      # none | progress | limiter | all, or a list of flags
    loop: false
    carry: false
    keep: false
    initial: 0
    expire: 2160h                       # or expire_at
  - {name: miles, kind: sum, key: distance, targets: [100000]}
`

const exampleJSON = `{
	"trackers": [
		{
			"name": "late-departures", "kind": "count",
			"where": [{"op": "ge", "key": "delay", "value": 15}],
			"targets": [10, 50.0, 1e2],
			"limiters": [
				{"kind": "count", "limit": 1000},
				{"kind": "time", "start": 978307200, "duration": "720h"}
			],
			"expire": "2160h"
		},
		{"name": "miles", "kind": "sum", "key": "distance", "targets": [100000]}
	]
}
`

// exampleDefinitions says in Go what the example says.
func exampleDefinitions(t testing.TB) []*tracker.Definition {
	t.Helper()
	whole := func(ns ...int64) []decimal.Decimal {
		var ds []decimal.Decimal
		for _, n := range ns {
			ds = append(ds, decimal.FromInt(n))
		}
		return ds
	}
	specs := []tracker.Spec{
		{
			Name: "late-departures", Kind: tracker.KindCount, Targets: whole(10, 50, 100),
			Where: []condition.Condition{condition.Ge("delay", 15)},
			Limiters: []limiter.Limiter{
				limiter.Count(1000),
				limiter.From(time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC), 720*time.Hour),
			},
			Reset: tracker.ResetLimiter, Expire: 2160 * time.Hour,
		},
		{Name: "miles", Kind: tracker.KindSum, Key: "distance", Targets: whole(100000), Reset: tracker.ResetLimiter},
	}
	var defs []*tracker.Definition
	for _, spec := range specs {
		d, err := tracker.New(spec, nil)
		if err != nil {
			t.Fatal(err)
		}
		defs = append(defs, d)
	}
	return defs
}

// ids are the definitions as comparable texts, in their order.
func ids(defs []*tracker.Definition) []string {
	texts := make([]string, len(defs))
	for i, d := range defs {
		texts[i] = d.ID().String() + " " + string(d.JSON())
	}
	return texts
}

func mustParse(t testing.TB, text string, r *tracker.Registry) []*tracker.Definition {
	t.Helper()
	defs, err := trackerfile.Parse("test", []byte(text), r)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return defs
}

func TestExample(t *testing.T) {
	want := ids(exampleDefinitions(t))
	items := strings.TrimPrefix(example, "trackers:\n")
	for name, text := range map[string]string{
		"YAML":              example,
		"YAML list":         items,
		"YAML with BOM":     "\ufeff" + example,
		"YAML with CR LF":   strings.ReplaceAll(example, "\n", "\r\n"),
		"YAML with markers": "---\n" + example + "...\n",
		"JSON":              exampleJSON,
		"JSON list":         exampleJSON[strings.Index(exampleJSON, "[") : strings.LastIndex(exampleJSON, "]")+1],
		"JSON with BOM":     "\ufeff \r\n" + exampleJSON,
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, ids(mustParse(t, text, nil))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestRead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "trackers.yaml")
	if err := os.WriteFile(name, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	defs, err := trackerfile.Read(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ids(exampleDefinitions(t)), ids(defs)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWriteExample(t *testing.T) {
	const want = `trackers:
  - name: late-departures
    kind: count
    where:
      - {op: ge, key: delay, value: 15}
    targets: [10, 50, 100]
    limiters:
      - {kind: count, limit: 1000}
      - {kind: time, start: "2001-01-01T00:00:00Z", duration: 720h}
    expire: 2160h
  - name: miles
    kind: sum
    key: distance
    targets: [100000]
`
	var text strings.Builder
	if err := trackerfile.Write(&text, exampleDefinitions(t)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestNoTrackers(t *testing.T) {
	var text strings.Builder
	if err := trackerfile.Write(&text, nil); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{text.String(), "[]", `{"trackers":[]}`, "trackers: []"} {
		if defs := mustParse(t, text, nil); len(defs) != 0 {
			t.Errorf("%q: got %d definitions", text, len(defs))
		}
	}
}

// What a scalar of a file means, as the JSON of the operand.
func TestScalars(t *testing.T) {
	for _, test := range []struct{ yaml, want string }{
		{`12345678901234567`, `12345678901234567`},
		{`9223372036854775807`, `9223372036854775807`},
		{`-9223372036854775808`, `-9223372036854775808`},
		{`9223372036854775808`, `9.223372036854775808e18`},
		{`-9223372036854775809`, `-9223372036854775808`},
		{`18446744073709551616`, `18446744073709551616.0`},
		{`1e3`, `1000`},
		{`1E+3`, `1000`},
		{`1.5e-3`, `0.0015`},
		{`+12`, `12`},
		{`.5`, `0.5`},
		{`-5.`, `-5`},
		{`0`, `0`},
		{`-0.0`, `0`},
		{`true`, `true`},
		{`True`, `true`},
		{`FALSE`, `false`},
		{`yes`, `"yes"`},
		{`Off`, `"Off"`},
		{`n`, `"n"`},
		{`null`, `null`},
		{`~`, `null`},
		{``, `null`},
		{`2001-01-01T00:00:00Z`, `"2001-01-01T00:00:00Z"`},
		{`2001-01-01`, `"2001-01-01"`},
		{`12:30:45`, `"12:30:45"`},
		{`1.2.3`, `"1.2.3"`},
		{`1_a`, `"1_a"`},
		{`0x`, `"0x"`},
		{`08:15`, `"08:15"`},
		{`+`, `"+"`},
		{`-a`, `"-a"`},
		{`.`, `"."`},
		{`e3`, `"e3"`},
		{`.infinity`, `".infinity"`},
		{`"0x10"`, `"0x10"`},
		{`'007'`, `"007"`},
		{`! 12`, `"12"`},
		{`!!str 12`, `"12"`},
		{`!!str`, `""`},
		{`!!map {a: !!seq [!!str 1]}`, `{"a":["1"]}`},
		{`{1: a, true: b, "": c, 0x1: d, "<<": e}`, `{"":"c","0x1":"d","1":"a","<<":"e","true":"b"}`},
		{`[&a {x: [1]}, *a]`, `[{"x":[1]},{"x":[1]}]`},
		{`{&k a: 1, b: *k}`, `{"a":1,"b":"a"}`},
		{`"\u00e9\n\t\0\u2028"`, `"é\n\t\u0000\u2028"`},
		{"|\n      a\n      b\n", `"a\nb\n"`},
		{">-\n      a\n      b\n", `"a b"`},
		{"\n      a\n      b\n", `"a b"`},
	} {
		got := mustParse(t, "- name: a\n  kind: count\n  targets: [1]\n  where:\n  - op: eq\n    key: k\n    value: "+test.yaml+"\n", nil)
		want := mustParse(t, `[{"name": "a", "kind": "count", "targets": [1], "where": [{"op": "eq", "key": "k", "value": `+test.want+`}]}]`, nil)
		if diff := cmp.Diff(ids(want), ids(got)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", test.yaml, diff)
		}
	}
}

// Go kinds matter where a custom kind reads its args.
func TestArgsInGoForm(t *testing.T) {
	var got any
	r := &tracker.Registry{}
	err := r.Register("custom", func(args any) (tracker.Kind, error) {
		got = args
		return never{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"a": []any{int64(1), 1.5, "x", true, nil, 1e19}, "b": map[string]any{}}
	for _, args := range []string{
		`{a: [1, 1.5, x, true, ~, 10000000000000000000], b: {}}`,
		`{"a": [1, 1.5, "x", true, null, 1e19], "b": {}}`,
	} {
		mustParse(t, "- {name: a, kind: custom, targets: [1], args: "+args+"}", r)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", args, diff)
		}
	}
}

type never struct{ tracker.BaseKind }

func (never) Step(s tracker.KindState, _ tracker.Input) (tracker.KindState, bool) { return s, false }

// Aliases may stand for as many values as a large file wants.
func TestAliasesOfLargeFile(t *testing.T) {
	var text strings.Builder
	text.WriteString("- {name: a, kind: count, targets: [1], where: &w [{op: ge, key: delay, value: 15}]}\n")
	for i := range 10_000 {
		fmt.Fprintf(&text, "- {name: a%d, kind: count, targets: [1], where: *w}\n", i)
	}
	defs := mustParse(t, text.String(), nil)
	if len(defs) != 10_001 || len(defs[10_000].Where()) != 1 {
		t.Errorf("got %d definitions", len(defs))
	}
}

// large is a file of n trackers, like one that people write.
func large(n int) string {
	var text strings.Builder
	text.WriteString("trackers:\n")
	for i := range n {
		fmt.Fprintf(&text, "  - name: quest-%d\n    kind: count\n    where:\n      - {op: eq, key: event, value: kill}\n"+
			"      - {op: ge, key: level, value: %d}\n    targets: [10, 50, 100]\n    limiters:\n      - {kind: count, limit: 1000}\n"+
			"    reset: limiter\n    loop: true\n", i, i)
	}
	return text.String()
}

func BenchmarkParse(b *testing.B) {
	yaml := large(10_000)
	var list []string
	for _, d := range mustParse(b, yaml, nil) {
		list = append(list, string(d.JSON()))
	}
	json := `{"trackers":[` + strings.Join(list, ",\n") + `]}`
	for _, test := range []struct{ name, text string }{{"YAML", yaml}, {"JSON", json}} {
		b.Run(test.name, func(b *testing.B) {
			b.SetBytes(int64(len(test.text)))
			b.ReportAllocs()
			for b.Loop() {
				mustParse(b, test.text, nil)
			}
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	defs := mustParse(b, large(10_000), nil)
	b.ReportAllocs()
	for b.Loop() {
		var text strings.Builder
		if err := trackerfile.Write(&text, defs); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(text.Len()))
	}
}

// Every tracker is wrong in many ways: the time must stay proportional to the text.
func BenchmarkMistakes(b *testing.B) {
	text := strings.ReplaceAll(large(10_000), "level,", "level, min: 1,")
	text = strings.ReplaceAll(text, "op: eq", "op: is")
	text = strings.ReplaceAll(text, "targets: [10, 50, 100]", "targets: [0, x, 1_0]")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := trackerfile.Parse("", []byte(text), nil); err == nil {
			b.Fatal("no mistakes")
		}
	}
}

package tracker_test

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// The canonical JSON and the ID are what stores keep: they may never change.
func TestCanonicalIsStable(t *testing.T) {
	cases := []struct{ fields, json, id string }{
		{
			`{"name":"t","kind":"count","targets":[3],"where":[],"limiters":[],"reset":"limiter","loop":false,"carry":false,"keep":false,"initial":0}`,
			`{"kind":"count","name":"t","targets":[3]}`,
			"b00e6783062869b3c00ff431c8b77a15",
		},
		{
			`{"name":"late","kind":"count","targets":[10,50.0,1e2],"where":[{"value":15.0,"op":"ge","key":"delay"}],
			  "limiters":[{"limit":1000,"kind":"count"},{"duration":"720h","start":978307200,"kind":"time"}],"expire":"90m"}`,
			`{"expire":"1h30m","kind":"count","limiters":[{"kind":"count","limit":1000},` +
				`{"duration":"720h","kind":"time","start":"2001-01-01T00:00:00Z"}],"name":"late","targets":[10,50,100],` +
				`"where":[{"key":"delay","op":"ge","value":15}]}`,
			"7b319b07072debb74610d32f1cfebf48",
		},
		{
			`{"name":"ü","kind":"sum","key":"a.b","targets":[-0.5],"initial":-0.25,"reset":["limiter","progress"],"carry":true,"keep":true,"expire_at":"2030-01-01T02:00:00+02:00"}`,
			`{"carry":true,"expire_at":"2030-01-01T00:00:00Z","initial":-0.25,"keep":true,"key":"a.b","kind":"sum","name":"ü","reset":"all","targets":[-0.5]}`,
			"ac117a2216200ee560097680ba14cdee",
		},
	}
	for _, c := range cases {
		d := define(t, c.fields)
		if string(d.JSON()) != c.json {
			t.Errorf("JSON\n%s, want\n%s", d.JSON(), c.json)
		}
		if d.ID().String() != c.id {
			t.Errorf("%s: ID %s, want %s", c.json, d.ID(), c.id)
		}
	}
}

func TestIDTellsApart(t *testing.T) {
	different := []string{
		`{}`, `{"name":"u"}`, `{"kind":"sum","key":"a"}`, `{"kind":"sum","key":"b"}`, `{"targets":[4]}`, `{"targets":[3,4]}`, `{"targets":[4,3]}`,
		`{"loop":true}`, `{"carry":true}`, `{"keep":true}`, `{"reset":"none"}`, `{"reset":"all"}`, `{"initial":1}`, `{"expire":"1h"}`,
		`{"expire_at":1000}`, `{"expire_at":1001}`, `{"expire_at":"1970-01-01T00:16:40.001Z"}`, `{"expire_at":"1970-01-01T00:16:40.5Z"}`,
		`{"limiters":[{"kind":"count","limit":1},{"kind":"count","limit":2}]}`, `{"limiters":[{"kind":"count","limit":2},{"kind":"count","limit":1}]}`,
		`{"where":[{"op":"exists","key":"a"}]}`, `{"where":[{"op":"not_exists","key":"a"}]}`, `{"targets":[9007199254740993]}`, `{"targets":[9007199254740992]}`,
	}
	seen := map[tracker.ID]string{}
	for _, fields := range different {
		d := define(t, fields)
		if first, ok := seen[d.ID()]; ok {
			t.Errorf("%s and %s are both %s", first, fields, d.JSON())
		}
		seen[d.ID()] = fields
	}
}

// The caller's list is copied: trackers made from one list have its targets, whatever becomes of it.
func TestSpecIsCopied(t *testing.T) {
	args := map[string]any{"n": int64(1)}
	r := &tracker.Registry{}
	if err := r.Register("own", func(any) (tracker.Kind, error) { return stepBy{}, nil }); err != nil {
		t.Fatal(err)
	}
	spec := tracker.Spec{
		Name: "t", Kind: "own", Args: args, Targets: []decimal.Decimal{decimal.FromInt(10), decimal.FromInt(50)},
		Where: []condition.Condition{condition.Exists("a")}, Limiters: []limiter.Limiter{limiter.Count(1)},
	}
	d, err := tracker.New(spec, r)
	if err != nil {
		t.Fatal(err)
	}
	spec.Targets[0], spec.Where[0], spec.Limiters[0], args["n"] = decimal.FromInt(7), condition.Exists("b"), limiter.Count(9), int64(2)
	for _, told := range []tracker.Spec{d.Spec(), d.Spec()} {
		if told.Targets[0] != decimal.FromInt(10) || told.Where[0].Path().String() != "a" || told.Limiters[0].ID() != `{"kind":"count","limit":1}` {
			t.Errorf("the spec is now %+v", told)
		}
		told.Targets[0], told.Where[0], told.Limiters[0] = decimal.FromInt(7), condition.Exists("b"), limiter.Count(9)
	}
	fields := d.Fields()
	fields["args"].(map[string]any)["n"] = int64(3)
	fields["targets"].([]any)[0] = int64(7)
	if again, err := r.Parse(d.Fields()); err != nil || again.ID() != d.ID() {
		t.Errorf("the fields are now %v, %v", d.Fields(), err)
	}
}

// Equal specs have one text however their maps are ordered, and what Fields tells reads back as the same.
func TestRandomSpecsReadBack(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	accepted := 0
	for range 2000 {
		fields := randomFields(random)
		d, err := builtin.Parse(fields)
		if err != nil {
			continue
		}
		accepted++
		again, err := builtin.Parse(d.Fields())
		if err != nil || again.ID() != d.ID() || !bytes.Equal(again.JSON(), d.JSON()) {
			t.Fatalf("%s\nis not read back: %v", d.JSON(), err)
		}
		stored, err := builtin.Parse(decode(t, string(d.JSON())))
		if err != nil || stored.ID() != d.ID() || stored.Spec().ExpireAt != d.Spec().ExpireAt {
			t.Fatalf("%s\nis not read back from JSON: %v", d.JSON(), err)
		}
		for i, target := range stored.Spec().Targets {
			if target != d.Spec().Targets[i] {
				t.Fatalf("%s\ntarget %d is %v, was %v", d.JSON(), i, target, d.Spec().Targets[i])
			}
		}
		fresh, err := builtin.Parse(maps.Clone(fields))
		if err != nil || fresh.ID() != d.ID() {
			t.Fatalf("%s\nis not what a copy of the map gives: %v", d.JSON(), err)
		}
	}
	if accepted < 500 {
		t.Errorf("only %d of 2000 specs were accepted", accepted)
	}
}

func randomFields(r *rand.Rand) map[string]any {
	pick := func(list ...any) any { return list[r.IntN(len(list))] }
	several := func(list ...any) any {
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return slices.Clone(list[:r.IntN(len(list)+1)])
	}
	all := map[string]any{
		"targets": append(several(0.1, 1e300, int64(-7), 1.0, 12345678.875).([]any), int64(1<<62)),
		"where": several(
			map[string]any{"op": "eq", "key": `a\.b`, "value": map[string]any{"z": 1.5, "a": []any{nil, true}}},
			map[string]any{"op": "in", "key": "a", "value": []any{1.0, "x", int64(1 << 60)}},
			map[string]any{"op": "contains", "key": "a", "value": "\u2028\"", "case_sensitive": pick(true, false)}),
		"limiters": several(
			map[string]any{"kind": "count", "limit": pick(5.0, int64(5))},
			map[string]any{"kind": "time", "end": pick("2030-01-01T00:00:00+05:30", int64(-1))},
			map[string]any{"kind": "time", "start": int64(0), "duration": "1h1s"}),
		"reset": pick("none", "progress", "limiter", "all", []any{"progress", "limiter"}), "keep": pick(true, false),
		"loop": pick(true, false), "carry": pick(true, false), "initial": pick(0.1, int64(-3), 0.0, 1e22, 9007199254740993.0),
		"expire": pick("1h", "1ms", "876000h0.001s"), "expire_at": pick("2030-01-01T00:00:00.123Z", "2030-06-01T00:00:00Z", int64(7)),
	}
	fields := map[string]any{"name": strings.Repeat("n\u00e9", 1+r.IntN(3)), "kind": "count", "targets": all["targets"]}
	if r.IntN(2) == 0 {
		fields["kind"], fields["key"] = "sum", pick("a", "a.0.b", `a\.b`)
	}
	for name, v := range all {
		if r.IntN(2) == 0 {
			fields[name] = v
		}
	}
	return fields
}

func TestDefinitionSurvivesTimeZones(t *testing.T) {
	zone := time.FixedZone("east", 5*3600)
	spec := tracker.Spec{Name: "t", Kind: "count", Targets: []decimal.Decimal{decimal.FromInt(1)}, ExpireAt: time.Date(2030, 1, 1, 5, 0, 0, 0, zone)}
	d, err := tracker.New(spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	spec.ExpireAt = spec.ExpireAt.UTC()
	if utc, err := tracker.New(spec, nil); err != nil || utc.ID() != d.ID() {
		t.Errorf("%s, want %s", utc.JSON(), d.JSON())
	}
}

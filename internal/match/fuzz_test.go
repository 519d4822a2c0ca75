package match_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"testing"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// dice makes choices out of a fuzzer's bytes; when they are used up, every choice is the first.
type dice struct{ bytes []byte }

func (d *dice) roll(sides int) int {
	if len(d.bytes) == 0 {
		return 0
	}
	n := int(d.bytes[0]) % sides
	d.bytes = d.bytes[1:]
	return n
}

var (
	paths   = []string{"a", "b", "c", "a.b", "a.c", "c.0", "c.-1", "c.0.a", `a\.b`, "a.b.c", "", "zz"}
	scalars = []any{
		nil, true, false, int64(0), int64(1), 1.5, int64(-3), "a", "A", "ab", "", "ß", int64(10), 0.1, int64(1<<53 + 1), float64(1 << 53), 1e300, "1", "\"\n",
		int64(1<<63 - 1), float64(1 << 63),
	}
)

func (d *dice) scalar() any { return scalars[d.roll(len(scalars))] }

// value returns data of any type, nested up to depth.
func (d *dice) value(depth int) any {
	switch kind := d.roll(5); {
	case depth > 0 && kind == 3:
		list := make([]any, d.roll(4))
		for i := range list {
			list[i] = d.value(depth - 1)
		}
		return list
	case depth > 0 && kind == 4:
		return d.object(depth - 1)
	}
	return d.scalar()
}

func (d *dice) object(depth int) map[string]any {
	m := map[string]any{}
	for range d.roll(5) {
		m[[]string{"a", "b", "c", "a.b", "x", "bb"}[d.roll(6)]] = d.value(depth)
	}
	return m
}

func (d *dice) items() []any {
	list := make([]any, d.roll(4))
	for i := range list {
		list[i] = d.value(1)
	}
	return list
}

// condition returns a condition of any operator, or a custom kind; it may be invalid.
func (d *dice) condition() condition.Condition {
	path := paths[d.roll(len(paths))]
	text, _ := d.scalar().(string)
	switch d.roll(22) {
	case 0, 1, 2:
		return condition.Eq(path, d.value(1))
	case 3:
		return condition.Ne(path, d.value(1))
	case 4:
		return condition.Exists(path)
	case 5:
		return condition.NotExists(path)
	case 6, 7:
		return condition.Lt(path, d.scalar())
	case 8:
		return condition.Le(path, d.scalar())
	case 9:
		return condition.Gt(path, d.scalar())
	case 10, 11:
		return condition.Ge(path, d.scalar())
	case 12:
		return condition.Contains(path, text)
	case 13:
		return condition.NotContains(path, text)
	case 14:
		return condition.ContainsFold(path, text)
	case 15:
		return condition.In(path, d.items()...)
	case 16:
		return condition.NotIn(path, d.items()...)
	case 17:
		return condition.HasItem(path, d.value(1))
	case 18:
		return condition.NotHasItem(path, d.value(1))
	case 19:
		return condition.Intersects(path, d.items()...)
	case 20:
		return condition.NotIntersects(path, d.items()...)
	}
	return condition.Custom([]string{"keys", "odd", "bad"}[d.roll(3)], int64(d.roll(3)))
}

// custom has the kinds keys (as many as args, or more), odd (an odd number of keys) and bad (panics for more than args).
func custom(t testing.TB) *tracker.Registry {
	t.Helper()
	r := &tracker.Registry{}
	for kind, judge := range map[string]func(keys, args int) bool{
		"keys": func(keys, args int) bool { return keys >= args },
		"odd":  func(keys, _ int) bool { return keys%2 == 1 },
		"bad": func(keys, args int) bool {
			if keys > args {
				panic(errors.New("too many keys"))
			}
			return true
		},
	} {
		err := r.Conditions.Register(kind, func(args any) (condition.Predicate, error) {
			n := int(args.(int64))
			return condition.PredicateFunc(func(data map[string]any) bool { return judge(len(data), n) }), nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// definitions returns up to 40 random definitions without the invalid ones.
func (d *dice) definitions(r *tracker.Registry) []*tracker.Definition {
	var defs []*tracker.Definition
	for i := range d.roll(40) {
		spec := tracker.Spec{Name: strconv.Itoa(i), Kind: tracker.KindCount, Targets: []decimal.Decimal{decimal.FromInt(1)}}
		if d.roll(3) == 1 {
			spec.Kind, spec.Key = tracker.KindSum, paths[d.roll(len(paths))]
		}
		for range d.roll(4) {
			spec.Where = append(spec.Where, d.condition())
		}
		if def, err := tracker.New(spec, r); err == nil {
			defs = append(defs, def)
		}
	}
	return defs
}

// plain returns the expected result of Match by a simple loop: which trackers match, and which fail.
func plain(defs []*tracker.Definition, data map[string]any) (hits, failed []int32) {
	for i, d := range defs {
		matches, panics := true, false
		for _, custom := range []bool{false, true} { // custom conditions are evaluated only when the others hold
			for j := range d.Where() {
				if c := &d.Where()[j]; c.Custom() == custom && matches && !panics {
					matches, panics = holds(c, data)
				}
			}
		}
		switch {
		case panics:
			failed = append(failed, int32(i))
		case matches:
			hits = append(hits, int32(i))
		}
	}
	return hits, failed
}

func holds(c *condition.Condition, data map[string]any) (holds, panics bool) {
	defer func() { panics = recover() != nil }()
	return c.Match(data), false
}

// texts are different JSON texts of the same data.
func texts(t testing.TB, data map[string]any) [][]byte {
	t.Helper()
	canonical, err := value.AppendCanonical(nil, data)
	if err != nil {
		t.Fatal(err)
	}
	var wide bytes.Buffer
	if err := json.Indent(&wide, canonical, " ", "\t"); err != nil {
		t.Fatal(err)
	}
	escaped := bytes.ReplaceAll(wide.Bytes(), []byte(`"a`), []byte(`"\u0061`))
	return [][]byte{canonical, escaped}
}

func check(t testing.TB, defs []*tracker.Definition, data map[string]any, x *match.Scratch, set *match.Set) {
	t.Helper()
	hits, failed := plain(defs, data)
	sources := []match.Data{{Map: data}}
	for _, text := range texts(t, data) {
		sources = append(sources, match.Data{JSON: text})
	}
	for _, source := range sources {
		if err := set.Match(source, x); err != nil {
			t.Fatalf("%s: %v", source.JSON, err)
		}
		if !slices.Equal(x.Hits, hits) || !slices.Equal(indexes(x.Failed), failed) {
			t.Fatalf("data %v %s: hits %v, failed %v; the plain loop says %v, %v", source.Map, source.JSON, x.Hits, x.Failed, hits, failed)
		}
		checkAmounts(t, defs, data, set, x)
	}
}

func checkAmounts(t testing.TB, defs []*tracker.Definition, data map[string]any, set *match.Set, x *match.Scratch) {
	t.Helper()
	for _, d := range defs {
		for _, p := range d.Paths() {
			want := p.Path.Lookup(data)
			a, okA := x.Values()[set.Slot(p.Path)].Decimal()
			b, okB := want.Decimal()
			if a != b || okA != okB {
				t.Fatalf("%s: amount %v, %v; want %v, %v", d.JSON(), a, okA, b, okB)
			}
		}
	}
}

func indexes(failures []match.Failure) []int32 {
	var list []int32
	for _, f := range failures {
		if f.Err == nil {
			return []int32{-1}
		}
		list = append(list, f.Index)
	}
	slices.Sort(list)
	return list
}

// Whatever the definitions and the data, a compiled set finds the same trackers as evaluating each condition of each tracker,
// in a Go map and in raw JSON, with a Scratch that other sets used before.
func FuzzMatch(f *testing.F) {
	r := custom(f)
	f.Add([]byte("\x05\x00\x01\x00\x00\x04"), []byte("\x02\x00\x00\x04\x01\x00\x04"))
	many := make([]byte, 0, 600)
	for i := range 600 {
		many = append(many, byte(i*i>>3^i*7))
	}
	f.Add(many, many[100:160])
	f.Add(many[77:], many[:40])
	f.Fuzz(func(t *testing.T, what, with []byte) {
		all := (&dice{what}).definitions(r)
		half := all[:len(all)/2]
		sets := compiledEveryWay(all)
		other := match.Compile(nil, half)
		var x match.Scratch
		for d := (&dice{with}); ; {
			data := d.object(3)
			for _, set := range sets {
				check(t, all, data, &x, set)
			}
			check(t, half, data, &x, other)
			if len(d.bytes) == 0 {
				return
			}
		}
	})
}

// compiledEveryWay returns the same list compiled at once, by insertion, and in parts, each with the previous as its base.
func compiledEveryWay(all []*tracker.Definition) []*match.Set {
	third := len(all) / 3
	low := match.Compile(nil, all[:third])
	return []*match.Set{
		match.Compile(nil, all), match.NewMutable(nil, all), match.Compile(low, all[third:]), match.NewMutable(low, all[third:]),
		match.Compile(match.Compile(low, all[third:2*third]), all[2*third:]),
	}
}

func TestSetFindsDefinitions(t *testing.T) {
	r := custom(t)
	defs := (&dice{[]byte("\x27\x01\x02\x03")}).definitions(r)
	set := match.Compile(nil, defs)
	for _, set := range compiledEveryWay(defs) {
		for i, d := range defs {
			if at, ok := set.Index(d.Name()); !ok || at != i {
				t.Errorf("%s is at %d, %v; want %d", d.Name(), at, ok, i)
			}
		}
	}
	if set.Len() != len(defs) || len(defs) < 30 || !slices.Equal(set.Definitions(), defs) {
		t.Fatalf("%d of %d definitions", set.Len(), len(defs))
	}
	for i, d := range defs {
		if at, ok := set.Index(d.Name()); !ok || at != i {
			t.Errorf("%s is at %d, %v; want %d", d.Name(), at, ok, i)
		}
	}
	if _, ok := set.Index("nobody"); ok {
		t.Error("found nobody")
	}
	twice := match.Compile(nil, []*tracker.Definition{defs[3], defs[4], defs[3]})
	if at, ok := twice.Index(defs[3].Name()); !ok || at != 2 {
		t.Errorf("a name that came again is at %d, %v; want the last", at, ok)
	}
}

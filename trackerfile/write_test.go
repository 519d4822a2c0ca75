package trackerfile_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/trackerfile"
)

func TestWriteReadsBack(t *testing.T) {
	r := openRegistry(t)
	rnd := random{rand.New(rand.NewPCG(1, 2))}
	for range 200 {
		var defs []*tracker.Definition
		for i := range rnd.IntN(8) {
			defs = append(defs, rnd.definition(t, i, r))
		}
		var text strings.Builder
		if err := trackerfile.Write(&text, defs); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(ids(defs), ids(mustParse(t, text.String(), r))); diff != "" {
			t.Fatalf("-want +got:\n%s\n%s", diff, text.String())
		}
	}
}

// Every text can be a name, also one that would mean something else without quotes.
func TestWriteNames(t *testing.T) {
	names := []string{
		"null", "Yes", "off", "y", "TRUE", "~", "<<", "-", "- a", "a: b", "a #b", "#a", "1", "1e3", "0x10", ".inf", "2001-01-01",
		" a", "a ", "a\nb", "a\r", "\ta", "'", `"`, `\`, "@a", "%a", "&a", "*a", "!a", "|", ">", "[a", "{a", "a,b", "?", "---", "...",
		"\u0085", "\u2028", "\u2029", "\ufeff", "\ufffe", "\u007f", "\u0001", "\u00a0", "é", "名前", "😀", "x\U000e0001", "10m", "720h",
		strings.Repeat("long ", 400) + "end", strings.Repeat("x", 5000),
	}
	var defs []*tracker.Definition
	for _, name := range names {
		d, err := (*tracker.Registry)(nil).Parse(map[string]any{
			"name": name, "kind": "count", "targets": []any{1},
			"where": []any{map[string]any{"op": "eq", "key": "a", "value": map[string]any{name: name}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		defs = append(defs, d)
	}
	var text strings.Builder
	if err := trackerfile.Write(&text, defs); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ids(defs), ids(mustParse(t, text.String(), nil))); diff != "" {
		t.Errorf("-want +got:\n%s\n%s", diff, text.String())
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func TestWriteError(t *testing.T) {
	want := errors.New("disk full")
	if err := trackerfile.Write(brokenWriter{want}, exampleDefinitions(t)); !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

// openRegistry has a kind of everything called custom that takes any arguments.
func openRegistry(t testing.TB) *tracker.Registry {
	t.Helper()
	r := &tracker.Registry{}
	err := errors.Join(
		r.Register("custom", func(any) (tracker.Kind, error) { return never{}, nil }),
		r.Conditions.Register("custom", func(any) (condition.Predicate, error) {
			return condition.PredicateFunc(func(map[string]any) bool { return false }), nil
		}),
		r.Limiters.Register("custom", func(any) (limiter.Rule, error) { return struct{ limiter.Rule }{}, nil }),
	)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// random makes definitions by their JSON form.
type random struct{ *rand.Rand }

func (r random) definition(t testing.TB, i int, registry *tracker.Registry) *tracker.Definition {
	t.Helper()
	v := map[string]any{"name": fmt.Sprint(r.text(), i), "kind": r.pick("count", "sum", "custom"), "targets": r.targets()}
	switch v["kind"] {
	case "sum":
		v["key"] = r.path()
	case "custom":
		v["args"] = r.value(3)
	}
	r.lists(v)
	for _, name := range []string{"loop", "carry", "keep"} {
		if r.IntN(3) == 0 {
			v[name] = r.IntN(2) == 0
		}
	}
	if r.IntN(2) == 0 {
		v["reset"] = r.pick("none", "limiter", "progress", "all", []any{"limiter", "progress"})
	}
	if r.IntN(3) == 0 {
		v["initial"] = r.number()
	}
	if r.IntN(2) == 0 {
		v["expire"] = fmt.Sprintf("%dms", 1+r.IntN(1e9))
	} else if r.IntN(2) == 0 {
		v["expire_at"] = 1 + r.Int64N(1<<33)
	}
	d, err := registry.Parse(v)
	if err != nil {
		t.Fatalf("%v: %v", v, err)
	}
	return d
}

func (r random) lists(v map[string]any) {
	var where, limiters []any
	for range r.IntN(4) {
		where = append(where, r.condition())
	}
	for range r.IntN(3) {
		limiters = append(limiters, r.pick(
			map[string]any{"kind": "count", "limit": 1 + r.Int64N(math.MaxInt64)},
			map[string]any{"kind": "time", "end": r.Int64N(1 << 33)},
			map[string]any{"kind": "time", "start": -r.Int64N(1 << 33), "duration": fmt.Sprintf("%ds", 1+r.IntN(1e6))},
			map[string]any{"kind": "custom", "args": r.value(3)},
		))
	}
	if where != nil {
		v["where"] = where
	}
	if limiters != nil {
		v["limiters"] = limiters
	}
}

func (r random) condition() any {
	return r.pick(
		map[string]any{"op": "exists", "key": r.path()},
		map[string]any{"op": "eq", "key": r.path(), "value": r.value(4)},
		map[string]any{"op": "ge", "key": r.path(), "value": r.number()},
		map[string]any{"op": "contains", "key": r.path(), "value": r.text(), "case_sensitive": r.IntN(2) == 0},
		map[string]any{"op": "in", "key": r.path(), "value": []any{r.value(2), r.value(2)}},
		map[string]any{"op": "custom", "args": r.value(3)},
	)
}

func (r random) targets() []any {
	list := make([]any, 1+r.IntN(4))
	for i := range list {
		list[i] = r.pick(r.Int64N(1000)+1, r.Float64()+0.001, int64(123456789012), 1e15, 0.25)
	}
	return list
}

func (r random) path() string {
	return "p" + strings.NewReplacer(".", "_", `\`, "_").Replace(r.text())
}

func (r random) number() any {
	return r.pick(r.Int64(), -r.Int64(), r.Int64N(100), r.NormFloat64(), 1e30, -1e-30, math.Ldexp(r.Float64(), r.IntN(2000)-1000))
}

func (r random) value(depth int) any {
	switch n := r.IntN(8); {
	case n == 0 && depth > 0:
		return []any{r.value(depth - 1), r.value(depth - 1), r.value(depth - 1)}
	case n == 1 && depth > 0:
		return map[string]any{r.text(): r.value(depth - 1), r.text(): r.value(depth - 1)}
	case n == 2:
		return r.pick(nil, true, false, []any{}, map[string]any{})
	case n < 5:
		return r.number()
	}
	return r.text()
}

// text is a word, or some characters that mean something to YAML, or any characters at all.
func (r random) text() string {
	const marks = "abc 019 .-+:,#?!&*|>'\"%@`[]{}<=~\\/_\t\n\ré名\u0085\u2028\ufeff\x7f\x01"
	var s []rune
	switch r.IntN(3) {
	case 0:
		return r.pick("a", "flight", "yes", "null", "12", "x y", "", "0x1", "true").(string)
	case 1:
		for range 1 + r.IntN(6) {
			s = append(s, []rune(marks)[r.IntN(utf8.RuneCountInString(marks))])
		}
	default:
		for range r.IntN(4) {
			s = append(s, rune(1+r.IntN(utf8.MaxRune)))
		}
	}
	return strings.ReplaceAll(string(s), "\x00", "")
}

func (r random) pick(from ...any) any { return from[r.IntN(len(from))] }

package condition_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/value"
)

func TestInComparesNumbersExactly(t *testing.T) {
	const two53 = 1 << 53
	cases := []struct {
		item any
		data any
		want bool
	}{
		{1, 1.0, true},
		{1.0, int8(1), true},
		{1.0, uint64(1), true},
		{1, json.Number("1.0"), true},
		{1, true, false},
		{1, "1", false},
		{"1", 1, false},
		{0, math.Copysign(0, -1), true},
		{false, 0, false},
		{nil, nil, true},
		{nil, 0, false},
		{0.1, 0.1, true},
		{0.1, float32(0.1), false}, // which is 0.10000000149011612
		{0.1, json.Number("0.1"), true},
		{two53 + 1, two53 + 1, true},
		{two53 + 1, float64(two53), false},
		{two53, float64(two53), true},
		{float64(two53), two53 + 1, false},
		{math.MaxInt64, float64(1 << 63), false},
		{math.MinInt64, float64(-1 << 63), true},
		{math.MinInt64, float64(1 << 63), false},
		{float64(1 << 63), uint64(1 << 63), true},
		{1e19, uint64(1e19), true},
		{1e300, json.Number("1e300"), true},
		{1e300, math.Nextafter(1e300, 0), false},
		{json.Number("9007199254740993"), json.Number("9007199254740992"), false},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%T %v %T %v", c.item, c.item, c.data, c.data), func(t *testing.T) {
			data := map[string]any{"k": c.data, "l": []any{"other", c.data}}
			for _, one := range []struct {
				c    condition.Condition
				want bool
			}{
				{condition.In[any]("k", "other", c.item), c.want},
				{condition.NotIn[any]("k", "other", c.item), !c.want},
				{condition.Eq("k", c.item), c.want},
				{condition.Ne("k", c.item), !c.want},
				{condition.HasItem("l", c.item), c.want},
				{condition.Intersects[any]("l", c.item, -12345), c.want},
				{condition.NotIntersects[any]("l", c.item, -12345), !c.want},
			} {
				if got := one.c.Match(data); got != one.want {
					t.Errorf("%s: %v, want %v", one.c.ID(), got, one.want)
				}
			}
		})
	}
}

func TestContainsFoldLowersEachCodePoint(t *testing.T) {
	cases := []struct {
		text, part string
		want       bool
	}{
		{"STRASSE", "strasse", true},
		{"Straße", "STRASSE", false},
		{"STRAẞE", "straße", true}, // capital sharp s
		{"ß", "ẞ", true},
		{"İstanbul", "istanbul", true}, // capital I with dot lowers to a plain i
		{"istanbul", "İ", true},
		{"ISPARTA", "ısparta", false}, // capital I never lowers to a dotless one
		{"300 K", "300 k", true},      // Kelvin sign
		{"kilo", "K", true},
		{"5 Å", "5 å", true}, // Angstrom sign
		{"ΟΔΟΣ", "οδοσ", true},
		{"ΟΔΟΣ", "οδος", false}, // no rule for the end of a word
		{"ǅ", "ǆ", true},
		{"Ⱥb", "ⱥB", true},       // lowers from two bytes to three
		{"aİb", "\u0307", false}, // no combining dot appears
		{"anything", "", true},
		{"", "x", false},
		{"Ünïcode", "ÜNÏ", true},
	}
	for _, c := range cases {
		data := map[string]any{"k": c.text}
		fold, not := condition.ContainsFold("k", c.part), condition.NotContainsFold("k", c.part)
		if fold.Match(data) != c.want || not.Match(data) == c.want {
			t.Errorf("%q in %q: %v, not %v; want %v", c.part, c.text, fold.Match(data), not.Match(data), c.want)
		}
		plain := condition.Contains("k", c.part)
		if plain.Match(data) != strings.Contains(c.text, c.part) {
			t.Errorf("%q in %q with regard to case: %v", c.part, c.text, plain.Match(data))
		}
	}
}

// Go data can hold more than JSON: named types, typed lists and maps, pointers, and values without a JSON form.
func TestMatchReadsTypedGoData(t *testing.T) {
	data := map[string]any{
		"status": status("open"), "level": level(3), "tags": []string{"a", "b"}, "at": &seven,
		"sub": map[status]int{"x": 1}, "chan": make(chan int), "nan": math.NaN(), "struct": struct{ X int }{1},
	}
	hold := []condition.Condition{
		condition.Eq("status", "open"), condition.Contains("status", "pe"), condition.Ge("level", 2.5),
		condition.HasItem("tags", "b"), condition.Eq("tags", []any{"a", "b"}), condition.Eq("tags.-1", "b"),
		condition.Intersects[any]("tags", "x", "a"), condition.Eq("at", 7), condition.Lt("sub.x", 2), condition.Eq("sub", map[string]any{"x": 1}),
		condition.Exists("chan"), condition.Ne("chan", 1), condition.NotIn[any]("nan", 1), condition.NotContains("struct", "x"),
		condition.NotHasItem("status", "open"), condition.NotIntersects[any]("chan", 1), condition.Exists("struct.X"), condition.Eq("struct.X", 1), condition.Eq("struct", map[string]int{"X": 1}),
	}
	fail := []condition.Condition{
		condition.Eq("chan", 1), condition.Lt("nan", 1), condition.Ge("nan", 1), condition.Contains("struct", ""),
		condition.In[any]("chan", nil), condition.HasItem("chan", nil), condition.Exists("struct.Y"), condition.Lt("status", 1),
	}
	for _, c := range hold {
		if !c.Match(data) {
			t.Errorf("%s does not hold", c.ID())
		}
	}
	for _, c := range fail {
		if c.Match(data) {
			t.Errorf("%s holds", c.ID())
		}
	}
}

func TestOnlyNotExistsHoldsForAbsentValues(t *testing.T) {
	for _, one := range forms {
		if got, want := one.made.Holds(&value.Value{}), one.made.Op() == condition.OpNotExists; got != want {
			t.Errorf("%s: %v, want %v", one.json, got, want)
		}
	}
}

// A condition that does not need the content of lists and objects has the same result without it.
func TestNeedsContent(t *testing.T) {
	more := append([]condition.Condition{
		condition.Eq("k", []any{}), condition.Eq("k", map[string]any{}), condition.Ne("k", []any{1}), condition.In[any]("k", []any{1}, 1),
		condition.NotIn[any]("k", map[string]any{"a": 1}), condition.HasItem("k", 1), condition.Eq("k", 1), condition.In[any]("k", 1, 0.5, nil),
	}, made()...)
	lists := []value.Value{value.OfList(nil), value.OfList([]any{1}), value.OfList([]any{[]any{1}, "x", nil})}
	objects := []value.Value{value.OfObject(nil), value.OfObject(map[string]any{"a": 1})}
	need := 0
	for _, c := range more {
		if c.NeedsContent() {
			need++
			continue
		}
		sameWithoutContent(t, c, value.List, lists)
		sameWithoutContent(t, c, value.Object, objects)
	}
	if none := condition.Eq("k", 1); none.NeedsContent() {
		t.Error("eq to a number needs no content")
	}
	if need < 10 {
		t.Errorf("only %d of %d need content", need, len(more))
	}
}

func sameWithoutContent(t *testing.T, c condition.Condition, kind value.Kind, whole []value.Value) {
	t.Helper()
	shallow := value.Shallow(kind)
	for _, v := range whole {
		if c.Holds(&v) != c.Holds(&shallow) {
			t.Errorf("%s: %v for %v, %v without its content", c.ID(), c.Holds(&v), v.Any(), c.Holds(&shallow))
		}
	}
}

func made() []condition.Condition {
	all := make([]condition.Condition, len(forms))
	for i, one := range forms {
		all[i] = one.made
	}
	return all
}

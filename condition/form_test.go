package condition_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/rawjson"
)

type (
	status string
	level  int8
)

var (
	seven   = 7
	builtin *condition.Registry // has the built-in operators only
)

// parse reads the JSON form of a condition.
func parse(t *testing.T, r *condition.Registry, text string) (condition.Condition, error) {
	t.Helper()
	v, err := rawjson.Decode([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return r.Parse(v)
}

// forms are conditions and their canonical JSON.
var forms = []struct {
	made condition.Condition
	json string
}{
	{condition.Exists("a.b.0"), `{"key":"a.b.0","op":"exists"}`},
	{condition.NotExists(`a\.b`), `{"key":"a\\.b","op":"not_exists"}`},
	{condition.Eq("a", nil), `{"key":"a","op":"eq","value":null}`},
	{condition.Eq("a", status("open")), `{"key":"a","op":"eq","value":"open"}`},
	{condition.Eq("a", map[string][]int32{"x": {1, 2}}), `{"key":"a","op":"eq","value":{"x":[1,2]}}`},
	{condition.Ne("a", false), `{"key":"a","op":"ne","value":false}`},
	{condition.Lt("a", int32(-3)), `{"key":"a","op":"lt","value":-3}`},
	{condition.Le("a", level(3)), `{"key":"a","op":"le","value":3}`},
	{condition.Gt("a", float32(0.5)), `{"key":"a","op":"gt","value":0.5}`},
	{condition.Ge("a", "m"), `{"key":"a","op":"ge","value":"m"}`},
	{condition.Ge("a", json.Number("100")), `{"key":"a","op":"ge","value":100}`},
	{condition.Ge("a", time.Minute), `{"key":"a","op":"ge","value":60000000000}`},
	{condition.Contains("a", "x"), `{"key":"a","op":"contains","value":"x"}`},
	{condition.NotContains("a", ""), `{"key":"a","op":"not_contains","value":""}`},
	{condition.ContainsFold("a", "X"), `{"case_sensitive":false,"key":"a","op":"contains","value":"X"}`},
	{condition.NotContainsFold("a", "X"), `{"case_sensitive":false,"key":"a","op":"not_contains","value":"X"}`},
	{condition.In[any]("a", 1, "x", nil, 1.5), `{"key":"a","op":"in","value":[1,"x",null,1.5]}`},
	{condition.In[any]("a"), `{"key":"a","op":"in","value":[]}`},
	{condition.NotIn[any]("a", &seven, uint8(8)), `{"key":"a","op":"not_in","value":[7,8]}`},
	{condition.HasItem("a", []string{"x"}), `{"key":"a","op":"has_item","value":["x"]}`},
	{condition.NotHasItem("a", 1), `{"key":"a","op":"not_has_item","value":1}`},
	{condition.Intersects[any]("a", "x", status("y")), `{"key":"a","op":"intersects","value":["x","y"]}`},
	{condition.NotIntersects[any]("a", [2]bool{true}), `{"key":"a","op":"not_intersects","value":[[true,false]]}`},
}

func TestConstructorsEqualTheirJSONForm(t *testing.T) {
	made := map[condition.Op]bool{}
	for _, c := range forms {
		made[c.made.Op()] = true
		if c.made.Err() != nil || c.made.ID() != c.json {
			t.Errorf("made %s, %v; want %s", c.made.ID(), c.made.Err(), c.json)
		}
		read, err := parse(t, builtin, c.json)
		if err != nil || read.ID() != c.json {
			t.Errorf("read %s, %v; want %s", read.ID(), err, c.json)
		}
		again, err := builtin.Parse(c.made.Fields())
		if err != nil || again.ID() != c.json {
			t.Errorf("Parse(Fields()) = %s, %v; want %s", again.ID(), err, c.json)
		}
		text, err := json.Marshal(c.made)
		if err != nil || string(text) != c.json {
			t.Errorf("json.Marshal = %s, %v; want %s", text, err, c.json)
		}
	}
	if len(made) != 16 {
		t.Errorf("%d operators are made here, want all 16", len(made))
	}
}

// Conditions that differ in operator, path, operand or flag are different, however alike they look.
func TestDifferentConditionsHaveDifferentIDs(t *testing.T) {
	different := []condition.Condition{
		condition.Exists("k"), condition.NotExists("k"), condition.Exists(`k\.`), condition.Exists("k."),
		condition.Contains("k", "x"), condition.NotContains("k", "x"), condition.HasItem("k", "x"), condition.NotHasItem("k", "x"),
		condition.ContainsFold("k", "x"), condition.NotContainsFold("k", "x"), condition.ContainsFold("k", "X"),
		condition.In("k", "x"), condition.NotIn("k", "x"), condition.Intersects("k", "x"), condition.NotIntersects("k", "x"),
		condition.In("k", "x", "y"), condition.In("k", "xy"), condition.In[any]("k", []string{"x", "y"}),
		condition.Eq("k", 1), condition.Eq("k", true), condition.Eq("k", "1"), condition.Eq("k", []int{1}), condition.Ne("k", 1),
		condition.Eq("k", nil), condition.Eq("k", ""), condition.Eq("k", "null"), condition.Eq("k", []int{}), condition.Eq("k", map[string]int{}),
		condition.Eq("k", 0.1), condition.Eq("k", 1<<53), condition.Eq("k", 1<<53+1), condition.Eq("k", 1e300),
	}
	seen := map[string]int{}
	for i, c := range different {
		if c.Err() != nil {
			t.Fatal(c.Err())
		}
		if first, ok := seen[c.ID()]; ok {
			t.Errorf("conditions %d and %d are both %s", first, i, c.ID())
		}
		seen[c.ID()] = i
	}
}

func TestEqualOperandsHaveEqualIDs(t *testing.T) {
	equal := [][]condition.Condition{
		{
			condition.Eq("k", 1), condition.Eq("k", 1.0), condition.Eq("k", uint16(1)), condition.Eq("k", level(1)),
			condition.Eq("k", json.Number("1")), condition.Eq("k", json.Number("1.0e0")),
		},
		{condition.Eq("k", 0), condition.Eq("k", math.Copysign(0, -1)), condition.Eq("k", json.Number("-0"))},
		{condition.Eq("k", []string{"a"}), condition.Eq("k", []any{"a"}), condition.Eq("k", [1]status{"a"})},
		{condition.Eq("k", map[string]any{"x": 1, "y": 2}), condition.Eq("k", map[status]float64{"y": 2, "x": 1})},
		{condition.Eq("k", nil), condition.Eq("k", (*int)(nil))},
	}
	for _, same := range equal {
		for _, c := range same {
			if c.Err() != nil || c.ID() != same[0].ID() {
				t.Errorf("%s, %v; want %s", c.ID(), c.Err(), same[0].ID())
			}
		}
	}
	plain, err := parse(t, builtin, `{"op":"contains","key":"k","value":"x","case_sensitive":true}`)
	if made := condition.Contains("k", "x"); err != nil || plain.ID() != made.ID() {
		t.Errorf("case_sensitive true: %s, %v; want %s", plain.ID(), err, made.ID())
	}
}

// A condition is immutable: changes to its operand, or to a result of its methods, do not change it.
func TestOperandIsCopied(t *testing.T) {
	member, list := map[string]any{"x": int64(1)}, []any{int64(1)}
	cases := map[string]condition.Condition{
		"eq object": condition.Eq("k", member), "has_item object": condition.HasItem("l", member),
		"eq list": condition.Eq("m", list), "in a list": condition.In("m", list),
	}
	data := map[string]any{
		"k": map[string]any{"x": int64(1)}, "l": []any{map[string]any{"x": int64(1)}}, "m": []any{int64(1)},
	}
	member["x"], list[0] = int64(2), int64(2)
	for name, c := range cases {
		if !c.Match(data) {
			t.Errorf("%s: the caller's later change reached the condition", name)
		}
	}
	told := condition.Eq("k", []any{int64(1)})
	told.Fields()["value"].([]any)[0] = int64(2)
	if !told.Match(map[string]any{"k": []any{1}}) {
		t.Error("a change of what Fields returned reached the condition")
	}
}

func TestInvalidOperands(t *testing.T) {
	loop := []any{nil}
	loop[0] = loop
	cases := []struct {
		name  string
		c     condition.Condition
		field string
	}{
		{"no path", condition.Exists(""), "key"},
		{"a path that is no text", condition.Exists("\xff"), "key"},
		{"lt of a bool", condition.Lt("k", true), "value"},
		{"le of null", condition.Le("k", nil), "value"},
		{"gt of a list", condition.Gt("k", []int{1}), "value"},
		{"ge of an object", condition.Ge("k", map[string]int{}), "value"},
		{"eq to a channel", condition.Eq("k", make(chan int)), "value"},
		{"eq to a struct without a JSON form", condition.Eq("k", struct{ C chan int }{}), "value"},
		{"in with a slice that should be items", condition.In("k", []string{"x"}), "value"},
		{"eq to what is no text", condition.Eq("k", "\xff"), "value"},
		{"eq to a list that holds itself", condition.Eq("k", loop), "value"},
		{"in with a channel", condition.In[any]("k", 1, make(chan int)), "value"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var mistake *field.Error
			if !errors.As(c.c.Err(), &mistake) || mistake.Path != c.field {
				t.Errorf("error %v, want one about %s", c.c.Err(), c.field)
			}
			if _, err := json.Marshal(c.c); err == nil {
				t.Error("it has a JSON form all the same")
			}
			if _, err := builtin.Bind(c.c); err == nil {
				t.Error("Bind takes it all the same")
			}
		})
	}
}

func TestParseReportsAllMistakes(t *testing.T) {
	cases := []struct{ json, want string }{
		{`[]`, "[] is not allowed: want an object"},
		{`{}`, "op: missing"},
		{`{"op":1}`, "op: 1 is not allowed"},
		{`{"op":"exists"}`, "key: missing"},
		{`{"op":"exists","key":""}`, `key: "" is not allowed`},
		{`{"op":"exists","key":3}`, "key: 3 is not allowed"},
		{`{"op":"exists","key":"k","value":1}`, "value: unknown field"},
		{`{"op":"eq","key":"k"}`, "value: missing"},
		{`{"op":"eq","key":"k","value":1,"case_sensitive":false}`, "case_sensitive: unknown field"},
		{`{"op":"ge","key":"k","value":null}`, "value: null is not allowed: want a number or a string"},
		{`{"op":"contains","key":"k","value":1}`, "value: 1 is not allowed: want a string"},
		{`{"op":"contains","key":"k","value":"x","case_sensitive":"no"}`, `case_sensitive: "no" is not allowed`},
		{`{"op":"in","key":"k","value":"x"}`, `value: "x" is not allowed: want a list`},
		{`{"op":"not_intersects","key":"k","value":{}}`, `value: {} is not allowed: want a list`},
		{`{"op":"in","key":"","value":1,"vlaue":2}`, "key: \"\"\nvalue: 1\nvlaue: unknown"},
	}
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

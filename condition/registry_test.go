package condition_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/field"
)

// divisible is a custom kind: the number at args.key is divisible by args.by.
func divisible(args any) (condition.Predicate, error) {
	m, _ := args.(map[string]any)
	by, ok := m["by"].(int64)
	key, named := m["key"].(string)
	if !ok || by == 0 || !named {
		return nil, errors.New("want {key, by}, by not 0")
	}
	return condition.PredicateFunc(func(data map[string]any) bool {
		n, ok := field.Int(data[key])
		return ok && n%by == 0
	}), nil
}

func registry(t *testing.T, kinds map[string]condition.Factory) *condition.Registry {
	t.Helper()
	r := &condition.Registry{}
	for kind, factory := range kinds {
		if err := r.Register(kind, factory); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestRegisterNameErrors(t *testing.T) {
	r := registry(t, map[string]condition.Factory{"divisible": divisible})
	for _, kind := range []string{"", "eq", "not_intersects", "divisible"} {
		if err := r.Register(kind, divisible); err == nil {
			t.Errorf("%q was registered", kind)
		}
	}
}

func TestCustomKind(t *testing.T) {
	r := registry(t, map[string]condition.Factory{"divisible": divisible})
	const form = `{"args":{"by":3,"key":"n"},"op":"divisible"}`
	read, err := parse(t, r, form)
	if err != nil || read.ID() != form {
		t.Fatalf("%s, %v", read.ID(), err)
	}
	made, err := r.Bind(condition.Custom("divisible", map[string]any{"key": "n", "by": int64(3)}))
	if err != nil || made.ID() != form {
		t.Fatalf("%s, %v", made.ID(), err)
	}
	again, err := r.Parse(made.Fields())
	if err != nil || again.ID() != form {
		t.Errorf("Parse(Fields()): %s, %v", again.ID(), err)
	}
	for n, want := range map[any]bool{9: true, 10: false, "9": false} {
		data := map[string]any{"n": n}
		if made.Match(data) != want {
			t.Errorf("%v: %v, want %v", n, made.Match(data), want)
		}
	}
	if !made.Custom() || made.NeedsContent() || made.Op() != "divisible" {
		t.Errorf("custom %v, needs content %v, op %s", made.Custom(), made.NeedsContent(), made.Op())
	}
	if eq := condition.Eq("n", 9); eq.Custom() {
		t.Error("a built-in condition passes for a custom one")
	}
}

func TestUnknownKind(t *testing.T) {
	r := registry(t, map[string]condition.Factory{"zeta": divisible, "alpha": divisible})
	for name, try := range map[string]func(*condition.Registry) error{
		"read": func(r *condition.Registry) error {
			_, err := parse(t, r, `{"op":"divisible","args":1}`)
			return err
		},
		"bound": func(r *condition.Registry) error {
			_, err := r.Bind(condition.Custom("divisible", 1))
			return err
		},
	} {
		var unknown *condition.UnknownKindError
		if err := try(r); !errors.As(err, &unknown) || unknown.Kind != "divisible" {
			t.Fatalf("%s: %v", name, err)
		}
		if text := unknown.Error(); !strings.Contains(text, "not_intersects, alpha, zeta") || !strings.Contains(text, `"divisible"`) {
			t.Errorf("%s: %s", name, text)
		}
		if err := try(nil); !errors.As(err, &unknown) || len(unknown.Known) != 16 {
			t.Errorf("%s without a registry: %v", name, err)
		}
	}
}

func TestFactoryErrors(t *testing.T) {
	r := registry(t, map[string]condition.Factory{"divisible": divisible})
	read, err := parse(t, r, `{"op":"divisible","args":{"key":"n","by":0}}`)
	var mistake *field.Error
	if !errors.As(err, &mistake) || mistake.Path != "args" || !strings.Contains(err.Error(), `{"by":0,"key":"n"} is not allowed: want {key, by}, by not 0`) {
		t.Errorf("read: %v", err)
	}
	if read.Custom() {
		t.Error("a refused condition has a predicate")
	}
	if _, err = parse(t, r, `{"op":"divisible","arg":1}`); err == nil || !strings.Contains(err.Error(), "arg: unknown field") {
		t.Errorf("misspelt field: %v", err)
	}
	made := condition.Custom("divisible", make(chan int))
	if !errors.As(made.Err(), &mistake) || mistake.Path != "args" {
		t.Errorf("args that are no JSON: %v", made.Err())
	}
}

// A factory must receive the same arguments whether the condition was written in Go, in a file, or comes back from a store.
func TestFactoryReceivesArgsInGoForm(t *testing.T) {
	var got []any
	r := registry(t, map[string]condition.Factory{"see": func(args any) (condition.Predicate, error) {
		got = append(got, args)
		return condition.PredicateFunc(func(map[string]any) bool { return true }), nil
	}})
	cases := []struct{ made, want any }{
		{nil, nil},
		{level(3), int64(3)},
		{2.0, int64(2)},
		{status("x"), "x"},
		{[]string{"a"}, []any{"a"}},
		{map[string]int{"n": 1}, map[string]any{"n": int64(1)}},
		{map[string]any{"l": []any{1, []int8{2}}}, map[string]any{"l": []any{int64(1), []any{int64(2)}}}},
	}
	for _, c := range cases {
		got = nil
		made, err := r.Bind(condition.Custom("see", c.made))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parse(t, r, made.ID()); err != nil {
			t.Fatal(err)
		}
		for i, how := range []string{"from Go", "from JSON"} {
			if diff := cmp.Diff(c.want, got[i]); diff != "" {
				t.Errorf("%v %s (-want +got):\n%s", c.made, how, diff)
			}
		}
	}
}

// Custom makes conditions of registered kinds only: a built-in operator's name is an error.
func TestCustomWithBuiltinNameIsAnError(t *testing.T) {
	for _, kind := range []string{"", "eq", "in", "contains", "exists"} {
		c := condition.Custom(kind, []any{1})
		if c.Err() == nil {
			if _, err := builtin.Bind(c); err == nil {
				t.Errorf("%q: usable as %s", kind, c.ID())
			}
		}
	}
	var zero condition.Condition
	if _, err := builtin.Bind(zero); err == nil {
		t.Error("the zero Condition is usable")
	}
}

func TestFactoryWithoutPredicateIsAnError(t *testing.T) {
	r := registry(t, map[string]condition.Factory{"nothing": func(any) (condition.Predicate, error) { return nil, nil }})
	if c, err := r.Bind(condition.Custom("nothing", nil)); err == nil {
		t.Errorf("usable as %s: it would silently never hold", c.ID())
	}
}

func TestBindOfBoundConditionChangesNothing(t *testing.T) {
	made := 0
	r := registry(t, map[string]condition.Factory{"see": func(any) (condition.Predicate, error) {
		made++
		return condition.PredicateFunc(func(map[string]any) bool { return true }), nil
	}})
	c, err := r.Bind(condition.Custom("see", nil))
	if err != nil {
		t.Fatal(err)
	}
	if c, err = r.Bind(c); err != nil || made != 1 || !c.Custom() {
		t.Errorf("bound twice: %v, made %d times", err, made)
	}
	if eq, err := r.Bind(condition.Eq("a", 1)); err != nil || eq.ID() != `{"key":"a","op":"eq","value":1}` {
		t.Errorf("built-in: %s, %v", eq.ID(), err)
	}
}

package field_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dictrack/dictrack/field"
)

func TestErrorText(t *testing.T) {
	cases := []struct {
		err  field.Error
		want string
	}{
		{field.Error{Want: "want an object"}, "want an object"},
		{field.Error{Path: "name", Want: "missing"}, "name: missing"},
		{field.Error{Value: []any{int64(1)}, Want: "want an object"}, "[1] is not allowed: want an object"},
		{field.Error{Path: "limit", Value: int64(-1), Want: "want 0"}, "limit: -1 is not allowed: want 0"},
		{field.Error{Path: "key", Value: "", Want: "want a path"}, `key: "" is not allowed: want a path`},
		{field.Error{Path: "key", Value: field.Null{}, Want: "want a path"}, "key: null is not allowed: want a path"},
		{field.Error{Path: "v", Value: make(chan int), Want: "w"}, ""}, // what has no JSON is shown by Go
	}
	for _, c := range cases {
		got := c.err.Error()
		if c.want == "" {
			c.want = fmt.Sprintf("v: %v is not allowed: w", c.err.Value)
		}
		if got != c.want {
			t.Errorf("%#v: got %q, want %q", c.err, got, c.want)
		}
	}
}

func TestErrorTextCutsLongValues(t *testing.T) {
	for n := range 4 { // wherever the cut falls within the characters
		e := field.Error{Value: strings.Repeat("x", n) + strings.Repeat("\u20ac", 1000), Want: "w"}
		if got := e.Error(); len(got) > 120 || !utf8.ValidString(got) || !strings.Contains(got, "...") {
			t.Errorf("offset %d: %q", n, got)
		}
	}
}

func TestErrorsErrIsNilWithoutMistakes(t *testing.T) {
	var errs field.Errors
	if err := errs.Err(); err != nil {
		t.Errorf("no mistakes: %v", err)
	}
	errs.Add("a", nil, "w")
	if errs.Err() == nil {
		t.Error("one mistake: nil")
	}
}

func TestMerge(t *testing.T) {
	other := errors.New("something else")
	cases := []struct {
		name   string
		prefix string
		err    error
		want   []string
	}{
		{"nothing", "where[0]", nil, nil},
		{"one", "where[0]", &field.Error{Path: "key", Want: "w"}, []string{"where[0].key"}},
		{"one at the root", "where[0]", &field.Error{Want: "w"}, []string{"where[0]"}},
		{"an item of the root", "targets", &field.Error{Path: "[2]", Want: "w"}, []string{"targets[2]"}},
		{"no prefix", "", &field.Error{Path: "key", Want: "w"}, []string{"key"}},
		{"several", "a", field.Errors{{Path: "b", Want: "w"}, {Path: "c", Want: "w"}}, []string{"a.b", "a.c"}},
		{"any other", "args", other, []string{"args"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			errs := field.Errors{{Path: "first", Want: "w"}}
			errs.Merge(c.prefix, c.err)
			var got []string
			for _, one := range errs[1:] {
				got = append(got, one.Path)
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("paths %v, want %v", got, c.want)
			}
		})
	}
}

func TestErrorsReachEachMistake(t *testing.T) {
	errs := field.Errors{{Path: "a", Want: "one"}, {Path: "b", Want: "two"}}
	var one *field.Error
	var all field.Errors
	wrapped := fmt.Errorf("add: %w", errs)
	if !errors.As(wrapped, &one) || one.Path != "a" {
		t.Errorf("errors.As found %v", one)
	}
	if !errors.As(wrapped, &all) || len(all) != 2 {
		t.Errorf("errors.As found %v", all)
	}
	if got := errs.Error(); got != "a: one\nb: two" {
		t.Errorf("text %q", got)
	}
}

package field_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack/field"
)

func read(t *testing.T, fields map[string]any) *field.Reader {
	t.Helper()
	r, err := field.Object(fields)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestObjectRefusesAnythingElse(t *testing.T) {
	for _, v := range []any{nil, true, int64(1), 1.5, "x", []any{}} {
		_, err := field.Object(v)
		var mistake *field.Error
		if !errors.As(err, &mistake) || mistake.Path != "" {
			t.Errorf("Object(%v): %v", v, err)
		}
	}
}

// getters are the getters of a Reader, all reading the field "f".
var getters = map[string]func(*field.Reader) (any, bool){
	"string": func(r *field.Reader) (any, bool) { return r.String("f") },
	"bool":   func(r *field.Reader) (any, bool) { return r.Bool("f") },
	"list":   func(r *field.Reader) (any, bool) { return r.List("f") },
	"int":    func(r *field.Reader) (any, bool) { return r.Int("f", 1) },
	"number": func(r *field.Reader) (any, bool) {
		d, ok := r.Number("f")
		return d.String(), ok
	},
	"whole": func(r *field.Reader) (any, bool) {
		return r.IntFunc("f", func(v any) (int64, error) {
			if v == "seven" {
				return 7, nil
			}
			return 9, errors.New("want seven")
		})
	},
}

func TestGetters(t *testing.T) {
	cases := []struct {
		getter string
		value  any
		want   any // nil: refused
	}{
		{"string", "x", "x"},
		{"string", "", ""},
		{"string", int64(1), nil},
		{"bool", true, true},
		{"bool", false, false},
		{"bool", "true", nil},
		{"bool", int64(1), nil},
		{"list", []any{}, []any{}},
		{"list", map[string]any{}, nil},
		{"int", int64(1), int64(1)},
		{"int", 2.0, int64(2)},
		{"int", int64(math.MaxInt64), int64(math.MaxInt64)},
		{"int", int64(0), nil},
		{"int", 1.5, nil},
		{"int", 1e19, nil},
		{"int", "1", nil},
		{"int", true, nil},
		{"number", -0.5, "-0.5"},
		{"number", int64(math.MinInt64), "-9223372036854775808"},
		{"number", "1", nil},
		{"number", false, nil},
		{"number", math.NaN(), nil},
		{"number", math.Inf(1), nil},
		{"whole", "seven", int64(7)},
		{"whole", "eight", nil},
	}
	for getter := range getters {
		cases = append(cases, struct {
			getter string
			value  any
			want   any
		}{getter, nil, nil})
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.getter, " ", c.value), func(t *testing.T) {
			r := read(t, map[string]any{"f": c.value})
			got, ok := getters[c.getter](r)
			err := r.Done()
			if c.want != nil {
				if !ok || err != nil || !cmp.Equal(got, c.want) {
					t.Errorf("got %v, %v, %v; want %v", got, ok, err, c.want)
				}
				return
			}
			var mistake *field.Error
			if ok || !errors.As(err, &mistake) || mistake.Path != "f" || mistake.Value == nil {
				t.Errorf("got %v, %v, %v; want it refused by path and value", got, ok, err)
			}
		})
	}
}

func TestGettersPassOverWhatIsMissing(t *testing.T) {
	for name, get := range getters {
		r := read(t, map[string]any{})
		if _, ok := get(r); ok || r.Done() != nil {
			t.Errorf("%s: ok %v, %v", name, ok, r.Done())
		}
	}
}

func TestRequire(t *testing.T) {
	r := read(t, map[string]any{"null": nil})
	r.Require("null", "want anything")
	r.Any("null")
	r.Require("gone", "want a name")
	err := r.Done()
	if err == nil || err.Error() != "gone: missing: want a name" {
		t.Errorf("got %v", err)
	}
}

func TestDoneNamesUnknownFieldsInOrder(t *testing.T) {
	r := read(t, map[string]any{"name": "x", "zebra": int64(1), "nam": "x"})
	r.String("name")
	r.Bool("loop")
	err := r.Done()
	var errs field.Errors
	if !errors.As(err, &errs) || len(errs) != 2 || errs[0].Path != "nam" || errs[1].Path != "zebra" {
		t.Fatalf("got %v", err)
	}
	if !strings.Contains(errs[0].Want, "name, loop") {
		t.Errorf("%q does not say what is allowed", errs[0].Want)
	}
}

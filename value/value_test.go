package value

import (
	"encoding/json"
	"math"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type (
	namedInt    int16
	namedString string
	namedBool   bool
	namedFloat  float32
	namedList   []namedInt
	namedMap    map[namedString]any
	loop        *loop
)

func pointer[T any](v T) *T { return &v }

func TestOf(t *testing.T) {
	for _, c := range []struct {
		in   any
		kind Kind
		want any
	}{
		{nil, Null, nil},
		{true, Bool, true},
		{namedBool(true), Bool, true},
		{false, Bool, false},
		{7, Int, int64(7)},
		{int8(-7), Int, int64(-7)},
		{int16(7), Int, int64(7)},
		{int32(7), Int, int64(7)},
		{int64(math.MinInt64), Int, int64(math.MinInt64)},
		{namedInt(7), Int, int64(7)},
		{uint8(7), Int, int64(7)},
		{uint(7), Int, int64(7)},
		{uint64(math.MaxInt64), Int, int64(math.MaxInt64)},
		{uintptr(7), Int, int64(7)},
		{uint64(1 << 63), Float, float64(1 << 63)},
		{uint64(math.MaxUint64), Float, float64(math.MaxUint64)},
		{1.5, Float, 1.5},
		{float32(0.1), Float, float64(float32(0.1))},
		{namedFloat(0.5), Float, 0.5},
		{json.Number("5"), Int, int64(5)},
		{json.Number("5.0"), Float, 5.0},
		{json.Number("9223372036854775808"), Float, float64(1 << 63)},
		{pointer(json.Number("5")), Int, int64(5)},
		{"x", String, "x"},
		{namedString("x"), String, "x"},
		{[]any{1}, List, []any{1}},
		{[]any(nil), List, []any(nil)},
		{[]string{"x"}, List, []any{"x"}},
		{[2]int{1, 2}, List, []any{1, 2}},
		{namedList{1}, List, []any{namedInt(1)}},
		{[]int(nil), List, []any{}},
		{map[string]any{"a": 1}, Object, map[string]any{"a": 1}},
		{namedMap{"a": 1}, Object, map[string]any{"a": 1}},
		{map[string]int(nil), Object, map[string]any{}},
		{pointer(5), Int, int64(5)},
		{pointer(pointer("x")), String, "x"},
		{(*int)(nil), Null, nil},
		{pointer((*int)(nil)), Null, nil},
		{pointer(any(nil)), Null, nil},
		{pointer(any("x")), String, "x"},
		{&[]any{1}, List, []any{1}},
	} {
		got := Of(c.in)
		if diff := cmp.Diff(c.want, got.Any()); diff != "" || got.Kind() != c.kind || !got.Present() {
			t.Errorf("Of(%T %v) has kind %d, want %d, difference\n%s", c.in, c.in, got.Kind(), c.kind, diff)
		}
	}
}

func TestMemberAndItem(t *testing.T) {
	for _, v := range []any{
		nil, 5, "text", []byte("ab"),
		struct{ A int }{1},
		[]any{1, "x"},
		[]int{1, 2, 3},
		&[2]string{"p", "q"}, []int(nil), (*[]int)(nil),
		map[string]any{"a": 1},
		namedMap{"a": nil, "1": "x"},
		map[string]int(nil),
		map[int]string{1: "x"},
		pointer(any(map[string]bool{"a": true})),
	} {
		of := Of(v)
		for _, key := range []string{"a", "b", "1", ""} {
			want, there := of.Object()[key]
			if got, ok := Member(v, key); !cmp.Equal(got, want) || ok != there {
				t.Errorf("Member(%v, %q) = %v, %v", v, key, got, ok)
			}
		}
		for i := -4; i < 4; i++ {
			var want any
			at, there := i, false
			if i < 0 {
				at += len(of.List())
			}
			if there = at >= 0 && at < len(of.List()); there {
				want = of.List()[at]
			}
			if got, ok := Item(v, i); !cmp.Equal(got, want) || ok != there {
				t.Errorf("Item(%v, %d) = %v, %v", v, i, got, ok)
			}
		}
	}
}

func TestOfUnsupported(t *testing.T) {
	var cycle loop
	cycle = &cycle
	for _, v := range []any{
		make(chan int), func() {},
		struct{ C chan int }{},
		&struct{ X float64 }{math.NaN()},
		panicking{},
		map[int]chan int{1: nil},
		json.RawMessage(`{"a":1,"a":2}`),
		math.NaN(), math.Inf(1), float32(math.Inf(-1)), 1i,
		json.Number("abc"), json.Number("1e999"), json.Number("0x1"), json.Number(""), cycle,
	} {
		x := Of(v)
		if x.Kind() != Unsupported || !x.Present() {
			t.Errorf("Of(%T) has kind %d", v, x.Kind())
		}
		if _, ok := x.Decimal(); ok || Equal(&x, &x) || EqualAny(v, v) {
			t.Errorf("%T is a number or equal to itself", v)
		}
	}
}

func TestAccessors(t *testing.T) {
	all := map[Kind]Value{
		Absent: {}, Null: NullValue(), Bool: OfBool(true), Int: OfInt(1), Float: OfFloat(1.5), String: OfString("s"),
		List: OfList([]any{1}), Object: OfObject(map[string]any{"a": 1}), Unsupported: Of(make(chan int)),
	}
	for kind, v := range all {
		if v.Kind() != kind || v.Present() != (kind != Absent) || v.IsNumber() != (kind == Int || kind == Float) {
			t.Errorf("%d: kind %d, Present %v, IsNumber %v", kind, v.Kind(), v.Present(), v.IsNumber())
		}
		got := []bool{v.Bool(), v.Int() != 0, v.Float() != 0, v.Str() != "", v.List() != nil, v.Object() != nil}
		want := []bool{kind == Bool, kind == Int, kind == Float, kind == String, kind == List, kind == Object}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d: %s", kind, diff)
		}
	}
}

// A value that is set again does not show its previous content.
func TestSetHidesPreviousContent(t *testing.T) {
	for _, before := range []Value{
		{}, NullValue(), OfBool(true), OfFloat(1.5), OfString("s"), OfList([]any{1}), OfObject(map[string]any{"a": 1}), Of(make(chan int)),
	} {
		for _, c := range []struct {
			set  func(*Value)
			want Value
		}{
			{(*Value).Unset, Value{}},
			{func(v *Value) { v.SetInt(7) }, OfInt(7)},
			{func(v *Value) { v.SetString("x") }, OfString("x")},
		} {
			v := before
			c.set(&v)
			all := func(v Value) []any {
				d, ok := v.Decimal()
				return []any{v.Kind(), v.Present(), v.Bool(), v.Int(), v.Float(), v.Str(), v.List(), v.Object(), v.Any(), d.String(), ok}
			}
			if diff := cmp.Diff(all(c.want), all(v)); diff != "" {
				t.Errorf("%v, set: %s", before.Any(), diff)
			}
			if v.Present() && !Equal(&v, &c.want) {
				t.Errorf("%v, set, is not equal to %v", before.Any(), c.want.Any())
			}
		}
	}
}

func TestDecimal(t *testing.T) {
	for _, c := range []struct {
		in   any
		want string
	}{
		{5, "5"}, {0.1, "0.1"}, {"12.50", "12.5"}, {" 7\n", "7"}, {uint64(math.MaxUint64), "18446744073709552000"}, {"+.5", "0.5"},
	} {
		v := Of(c.in)
		if d, ok := v.Decimal(); !ok || d.String() != c.want {
			t.Errorf("%v is %v, %v", c.in, d, ok)
		}
	}
	for _, in := range []any{nil, true, "", "x", "1_0", "inf", []any{1}, map[string]any{}, math.NaN()} {
		if d, ok := Of(in).Decimal(); ok {
			t.Errorf("%v is the number %v", in, d)
		}
	}
	if d, ok := (Value{}).Decimal(); ok {
		t.Errorf("an absent value is the number %v", d)
	}
}

// cyclic returns a map and a list that contain themselves, twice each.
func cyclic() map[string]any {
	m := map[string]any{}
	l := []any{m, nil, nil}
	l[1], l[2] = l, m
	m["a"], m["b"], m["l"] = m, m, l
	return m
}

func TestCyclicDataTerminates(t *testing.T) {
	if EqualAny(cyclic(), cyclic()) {
		t.Error("endless data is equal")
	}
	if _, err := AppendCanonical(nil, cyclic()); err == nil {
		t.Error("endless data has a canonical form")
	}
	type list []list
	typed := list{nil, nil}
	typed[0], typed[1] = typed, typed
	if _, err := Hash(typed); err == nil {
		t.Error("an endless typed list has a hash")
	}
}

// panicking is a type whose JSON form panics.
type panicking struct{}

func (panicking) MarshalJSON() ([]byte, error) { panic("no form") }

// Values of any Go type are read as encoding/json writes them.
func TestOfReadsTheJSONForm(t *testing.T) {
	type order struct {
		ID    int       `json:"id"`
		At    time.Time `json:"at"`
		Notes []string  `json:"notes,omitempty"`
	}
	at := time.Date(2026, 1, 31, 23, 59, 59, 0, time.UTC)
	made := order{ID: 7, At: at, Notes: []string{"a"}}
	for _, c := range []struct {
		in   any
		want string
	}{
		{made, `{"at":"2026-01-31T23:59:59Z","id":7,"notes":["a"]}`},
		{&made, `{"at":"2026-01-31T23:59:59Z","id":7,"notes":["a"]}`},
		{[]order{made}, `[{"at":"2026-01-31T23:59:59Z","id":7,"notes":["a"]}]`},
		{map[string]any{"o": &at}, `{"o":"2026-01-31T23:59:59Z"}`},
		{at, `"2026-01-31T23:59:59Z"`},
		{[]byte("ab"), `"YWI="`},
		{[2]byte{1, 2}, `[1,2]`},
		{json.RawMessage(`{"b":[1.0]}`), `{"b":[1]}`},
		{map[string]int{"a": 1}, `{"a":1}`},
		{map[int]string{2: "x", 1: "y"}, `{"1":"y","2":"x"}`},
		{net.IPv4(10, 0, 0, 1), `"10.0.0.1"`},
		{time.Minute, `60000000000`},
		{(*time.Time)(nil), `null`},
	} {
		got, err := AppendCanonical(nil, c.in)
		if err != nil || string(got) != c.want {
			t.Errorf("%T: %s, %v; want %s", c.in, got, err, c.want)
		}
	}
}

package value

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"
)

// distinct has groups of values: those of one group are equal, those of different groups are not.
var distinct = [][]any{
	{nil, (*int)(nil)},
	{false},
	{true, namedBool(true)},
	{0, 0.0, math.Copysign(0, -1), uint8(0), json.Number("-0")},
	{1, 1.0, float32(1), json.Number("1"), json.Number("1.0"), pointer(1)},
	{0.5},
	{int64(9007199254740992), 9007199254740992.0},
	{int64(9007199254740993)},
	{int64(math.MaxInt64)},
	{int64(math.MaxInt64 - 1)},
	{uint64(1 << 63), float64(1 << 63)},
	{int64(math.MinInt64), -float64(1 << 63)},
	{1e300},
	{"", namedString("")},
	{"a", namedString("a")},
	{"A"},
	{"1"},
	{"ä"},
	{"a\u0308"},
	{[]any{}, []string{}, []any(nil)},
	{[]any{nil}},
	{[]any{[]any{}}},
	{[]any{1}, []any{1.0}, []int{1}, [1]float32{1}},
	{[]any{1, 2}},
	{[]any{2, 1}},
	{map[string]any{}, map[string]int{}},
	{map[string]any{"a": nil}},
	{map[string]any{"b": nil}},
	{map[string]any{"a": 1}, map[string]int64{"a": 1}, namedMap{"a": 1.0}},
	{map[string]any{"a": 1, "b": []any{"x"}}, map[string]any{"b": []string{"x"}, "a": 1.0}},
	{map[string]any{"a": 1, "b": []any{"y"}}},
	{map[string]any{"a": true}},
}

func TestEqual(t *testing.T) {
	for i, these := range distinct {
		for j, those := range distinct {
			for _, x := range these {
				for _, y := range those {
					a, b := Of(x), Of(y)
					if Equal(&a, &b) != (i == j) || EqualAny(x, y) != (i == j) {
						t.Errorf("%T %v and %T %v: Equal %v, EqualAny %v", x, x, y, y, Equal(&a, &b), EqualAny(x, y))
					}
				}
			}
		}
	}
}

func TestNeverEqual(t *testing.T) {
	nan := []any{math.NaN()}
	inList, foreign := Of(nan), Of(math.NaN())
	for _, v := range []Value{{}, Shallow(List), Shallow(Object), foreign, inList} {
		for _, w := range []Value{v, {}, NullValue(), OfList([]any{}), OfObject(map[string]any{}), Shallow(List)} {
			if Equal(&v, &w) || Equal(&w, &v) {
				t.Errorf("%+v and %+v are equal", v, w)
			}
		}
	}
}

func TestEqualDepth(t *testing.T) {
	nested := func(depth int) any {
		var v any = []any{}
		for range depth - 1 {
			v = []any{v}
		}
		return v
	}
	if !EqualAny(nested(64), nested(64)) || EqualAny(nested(65), nested(65)) {
		t.Error("64 levels must be equal, 65 not")
	}
}

func TestCompare(t *testing.T) {
	ascending := [][]any{
		{
			-1e300, int64(math.MinInt64), -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 9007199254740992.0, int64(9007199254740993),
			int64(math.MaxInt64 - 1), int64(math.MaxInt64), float64(1 << 63), 1e300,
		},
		{"", "A", "Z", "a", "aa", "b", "z", "ä", "\uffff", "😀"},
	}
	for _, row := range ascending {
		for i, x := range row {
			for j, y := range row {
				a, b := Of(x), Of(y)
				if order, ok := Compare(&a, &b); !ok || order != min(1, max(-1, i-j)) {
					t.Errorf("Compare(%v, %v) = %d, %v", x, y, order, ok)
				}
			}
		}
	}
	others := []Value{{}, NullValue(), OfBool(true), OfInt(1), OfString("1"), OfList(nil), OfObject(nil), Of(math.NaN())}
	for i, a := range others {
		for j, b := range others {
			sameOrder := i == j && (a.kind == Int || a.kind == String)
			if _, ok := Compare(&a, &b); ok != sameOrder {
				t.Errorf("Compare(%+v, %+v): %v", a, b, ok)
			}
		}
	}
}

// FuzzCompareIntFloat compares the comparison with exact arithmetic.
func FuzzCompareIntFloat(f *testing.F) {
	for _, x := range []float64{0, -0.5, 1 << 53, 1 << 63, -1 << 63, math.MaxFloat64, 9223372036854774784} {
		f.Add(int64(x), x)
		f.Add(int64(math.MaxInt64), x)
		f.Add(int64(math.MinInt64), x)
		f.Add(int64(1<<53+1), x)
	}
	f.Fuzz(func(t *testing.T, n int64, x float64) {
		a, b := OfInt(n), OfFloat(x)
		order, ok := Compare(&a, &b)
		if b.Kind() == Unsupported {
			if ok {
				t.Errorf("%d and %g have an order", n, x)
			}
			return
		}
		want := new(big.Rat).SetInt64(n).Cmp(new(big.Rat).SetFloat64(x))
		if order != want || Equal(&a, &b) != (want == 0) || Equal(&b, &a) != (want == 0) {
			t.Errorf("Compare(%d, %g) = %d, %v, want %d", n, x, order, ok, want)
		}
	})
}

func BenchmarkEqualStrings(b *testing.B) {
	x, y := OfString("10000123"), OfString("10000123")
	for b.Loop() {
		Equal(&x, &y)
	}
}

func BenchmarkCompareIntFloat(b *testing.B) {
	x, y := OfInt(317), OfFloat(300.5)
	for b.Loop() {
		Compare(&x, &y)
	}
}

func BenchmarkOf(b *testing.B) {
	data := []any{317, "text", 1.5, namedInt(3), []string{"a", "b"}}
	for b.Loop() {
		for _, v := range data {
			Of(v)
		}
	}
}

package value

import (
	"cmp"
	"math"
	"strings"
)

// Equal reports whether a and b are the same JSON value: of the same type, with numbers compared exactly across Int and
// Float, and lists and objects compared deeply. Absent, Unsupported and Shallow values, and values nested deeper than 64
// levels, are not equal to any value.
func Equal(a, b *Value) bool { return equal(a, b, 0) }

// EqualAny is Equal(Of(a), Of(b)), for items of lists and members of objects.
func EqualAny(a, b any) bool { return equalAny(a, b, 0) }

func equalAny(a, b any, depth int) bool {
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return a == b
		}
	case int64:
		if b, ok := b.(int64); ok {
			return a == b
		}
	case float64:
		if b, ok := b.(float64); ok {
			return a == b && a-a == 0
		}
	case bool:
		if b, ok := b.(bool); ok {
			return a == b
		}
	}
	va, vb := Of(a), Of(b)
	return equal(&va, &vb, depth)
}

func equal(a, b *Value, depth int) bool {
	if a.kind != b.kind {
		order, ok := compareNumbers(a, b)
		return ok && order == 0
	}
	switch a.kind {
	case Null:
		return true
	case Bool, Int:
		return a.bits == b.bits
	case Float:
		return a.Float() == b.Float()
	case String:
		return a.str == b.str
	case List:
		return a.ref != nil && b.ref != nil && equalLists(a.List(), b.List(), depth+1)
	case Object:
		return a.ref != nil && b.ref != nil && equalObjects(a.Object(), b.Object(), depth+1)
	}
	return false
}

func equalLists(a, b []any, depth int) bool {
	if len(a) != len(b) || depth > maxDepth {
		return false
	}
	for i := range a {
		if !equalAny(a[i], b[i], depth) {
			return false
		}
	}
	return true
}

func equalObjects(a, b map[string]any, depth int) bool {
	if len(a) != len(b) || depth > maxDepth {
		return false
	}
	for key, x := range a {
		y, ok := b[key]
		if !ok || !equalAny(x, y, depth) {
			return false
		}
	}
	return true
}

// Compare returns -1, 0 or +1 when a is less than, equal to or greater than b: two numbers by exact value, two strings
// by code point. It is false for any other pair.
func Compare(a, b *Value) (int, bool) {
	if a.kind == String && b.kind == String {
		return strings.Compare(a.str, b.str), true
	}
	return compareNumbers(a, b)
}

func compareNumbers(a, b *Value) (int, bool) {
	if !a.IsNumber() || !b.IsNumber() {
		return 0, false
	}
	switch {
	case a.kind == Int && b.kind == Int:
		return cmp.Compare(a.Int(), b.Int()), true
	case a.kind == Float && b.kind == Float:
		return cmp.Compare(a.Float(), b.Float()), true
	case a.kind == Int:
		return compareIntFloat(a.Int(), b.Float()), true
	}
	return -compareIntFloat(b.Int(), a.Float()), true
}

// compareIntFloat compares n with the integer part of f, then with its fraction, so that n is never rounded.
func compareIntFloat(n int64, f float64) int {
	switch {
	case f >= 1<<63:
		return -1
	case f < -1<<63:
		return 1
	}
	whole := math.Trunc(f)
	if order := cmp.Compare(n, int64(whole)); order != 0 {
		return order
	}
	return cmp.Compare(whole, f)
}

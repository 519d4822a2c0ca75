// Package value is one JSON value as conditions see it, wherever it came from: Go data, raw JSON or an operand.
//
// It knows when two values are equal, how they are ordered, which number they stand for, and their canonical text and
// hash. Go values may be cyclic: everything here looks at most 64 levels deep and terminates.
package value

import (
	"math"

	"github.com/dictrack/dictrack/decimal"
)

// Kind is the type of a Value.
type Kind uint8

// The kinds of values.
const (
	Absent      Kind = iota // nothing is there: the kind of the zero Value
	Null                    // null
	Bool                    // true or false
	Int                     // a number written as an integer that fits int64
	Float                   // any other number, always finite
	String                  // a string
	List                    // a list
	Object                  // an object
	Unsupported             // a Go value without a JSON form (a channel, NaN): present, and equal to nothing
)

// maxDepth is how deep lists and objects are looked into; the outermost one is at depth 1.
const maxDepth = 64

// Value is one JSON value, or none; the zero Value is Absent. Lists, objects and strings are shared with what the
// Value was made from, which must not change while the Value is in use. Under that condition it is safe to copy and
// to read from many goroutines.
type Value struct {
	kind Kind
	// Of Null and Absent nothing that follows is looked at, of the others what their kind needs.
	bits uint64 // Bool, Int, Float
	str  string // String
	ref  any    // List, Object, Foreign
}

// NullValue is JSON's null.
func NullValue() Value { return Value{kind: Null} }

// OfBool is a bool.
func OfBool(b bool) Value {
	if b {
		return Value{kind: Bool, bits: 1}
	}
	return Value{kind: Bool}
}

// OfInt is an integer.
func OfInt(n int64) Value { return Value{kind: Int, bits: uint64(n)} }

// OfFloat is a number; NaN and infinities are Foreign.
func OfFloat(f float64) Value {
	if f-f != 0 {
		return Value{kind: Unsupported, ref: f}
	}
	return Value{kind: Float, bits: math.Float64bits(f)}
}

// OfString is a string.
func OfString(s string) Value { return Value{kind: String, str: s} }

// OfList is a list; its items may be any Go values, as for Of.
func OfList(items []any) Value { return Value{kind: List, ref: items} }

// OfObject is an object; its members may be any Go values, as for Of.
func OfObject(members map[string]any) Value { return Value{kind: Object, ref: members} }

// Shallow is a list or an object whose content nobody needs: List and Object answer nil, and it is equal to nothing.
func Shallow(kind Kind) Value { return Value{kind: kind} }

// Unset makes the value Absent. Like SetInt and SetString it writes only what the kind needs, which is less than a whole
// Value: for places that are filled again and again. What was there before may be held on to, though nobody sees it.
func (v *Value) Unset() { v.kind = Absent }

// SetInt makes the value an integer.
func (v *Value) SetInt(n int64) { v.kind, v.bits = Int, uint64(n) }

// SetString makes the value a string.
func (v *Value) SetString(s string) { v.kind, v.str = String, s }

// Kind is the type of the value.
func (v Value) Kind() Kind { return v.kind }

// Present says whether there is a value at all; null is one.
func (v Value) Present() bool { return v.kind != Absent }

// IsNumber says whether the value is an Int or a Float.
func (v Value) IsNumber() bool { return v.kind == Int || v.kind == Float }

// Bool is the value of a Bool, otherwise false.
func (v Value) Bool() bool { return v.kind == Bool && v.bits != 0 }

// Int is the value of an Int, otherwise 0.
func (v Value) Int() int64 {
	if v.kind != Int {
		return 0
	}
	return int64(v.bits)
}

// Float is the value of a Float, otherwise 0.
func (v Value) Float() float64 {
	if v.kind != Float {
		return 0
	}
	return math.Float64frombits(v.bits)
}

// Str is the value of a String, otherwise "".
func (v Value) Str() string {
	if v.kind != String {
		return ""
	}
	return v.str
}

// List is the items of a List, otherwise nil. Look at items through Of: they are whatever the Go data holds.
func (v Value) List() []any {
	if v.kind != List {
		return nil
	}
	items, _ := v.ref.([]any)
	return items
}

// Object is the members of an Object, otherwise nil. Look at members through Of: they are whatever the Go data holds.
func (v Value) Object() map[string]any {
	if v.kind != Object {
		return nil
	}
	members, _ := v.ref.(map[string]any)
	return members
}

// Any is the value in Go's form: nil, bool, int64, float64, string, []any or map[string]any. Of a Foreign it is the
// original Go value, of an Absent it is nil.
func (v Value) Any() any {
	switch v.kind {
	case Bool:
		return v.Bool()
	case Int:
		return v.Int()
	case Float:
		return v.Float()
	case String:
		return v.str
	case List:
		return v.List()
	case Object:
		return v.Object()
	case Unsupported:
		return v.ref
	}
	return nil
}

// Decimal is the number the value stands for: a number's own, or that of a numeric string (see decimal.Parse). It is
// false for every other value.
func (v Value) Decimal() (decimal.Decimal, bool) {
	switch v.kind {
	case Int:
		return decimal.FromInt(int64(v.bits)), true
	case Float:
		return decimal.FromFloat(math.Float64frombits(v.bits))
	case String:
		return decimal.Parse(v.str)
	}
	return decimal.Decimal{}, false
}

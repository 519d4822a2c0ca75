// Package value represents one JSON value as conditions see it, from any source: Go data, raw JSON or an operand.
//
// It defines when two values are equal, how they are ordered, their number, and their canonical JSON and hash. Go values
// may be cyclic: all functions look at most 64 levels deep, and terminate.
package value

import (
	"math"

	"github.com/dictrack/dictrack/decimal"
)

// Kind is the type of a Value.
type Kind uint8

// The kinds of values.
const (
	Absent      Kind = iota // no value: the kind of the zero Value
	Null                    // null
	Bool                    // true or false
	Int                     // a number written as an integer that fits int64
	Float                   // any other number, always finite
	String                  // a string
	List                    // a list
	Object                  // an object
	Unsupported             // a Go value without a JSON form (a channel, NaN): present, but not equal to any value
)

// maxDepth is the maximum depth of nested lists and objects; the outermost one is at depth 1.
const maxDepth = 64

// Value is one JSON value, or none; the zero Value is Absent. Lists, objects and strings are shared with what the
// Value was made from, which must not change while the Value is in use. Under that condition it is safe to copy and
// to read from many goroutines.
type Value struct {
	kind Kind
	// A kind uses only the fields that name it; the others may hold anything. Absent and Null use none.
	bits uint64 // Bool, Int, Float
	str  string // String
	ref  any    // List, Object, Unsupported
}

// NullValue returns JSON's null.
func NullValue() Value { return Value{kind: Null} }

// OfBool returns the value of a bool.
func OfBool(b bool) Value {
	if b {
		return Value{kind: Bool, bits: 1}
	}
	return Value{kind: Bool}
}

// OfInt returns the value of an integer.
func OfInt(n int64) Value { return Value{kind: Int, bits: uint64(n)} }

// OfFloat returns the value of a number; NaN and infinities are Unsupported.
func OfFloat(f float64) Value {
	if f-f != 0 {
		return Value{kind: Unsupported, ref: f}
	}
	return Value{kind: Float, bits: math.Float64bits(f)}
}

// OfString returns the value of a string.
func OfString(s string) Value { return Value{kind: String, str: s} }

// OfList returns the value of a list; its items may be any Go values, as for Of.
func OfList(items []any) Value { return Value{kind: List, ref: items} }

// OfObject returns the value of an object; its members may be any Go values, as for Of.
func OfObject(members map[string]any) Value { return Value{kind: Object, ref: members} }

// Shallow returns a list or an object without its content: its methods List and Object return nil, and it is not equal
// to any value.
func Shallow(kind Kind) Value { return Value{kind: kind} }

// Unset makes the value Absent. Like SetInt and SetString it writes only the fields that the kind uses, which is cheaper
// than to assign a whole Value that is reused often. The others may still hold a reference to the previous value.
func (v *Value) Unset() { v.kind = Absent }

// SetInt makes the value an integer.
func (v *Value) SetInt(n int64) { v.kind, v.bits = Int, uint64(n) }

// SetString makes the value a string.
func (v *Value) SetString(s string) { v.kind, v.str = String, s }

// Kind returns the type of the value.
func (v Value) Kind() Kind { return v.kind }

// Present reports whether there is a value; null is one.
func (v Value) Present() bool { return v.kind != Absent }

// IsNumber reports whether the value is an Int or a Float.
func (v Value) IsNumber() bool { return v.kind == Int || v.kind == Float }

// Bool returns the value of a Bool, otherwise false.
func (v Value) Bool() bool { return v.kind == Bool && v.bits != 0 }

// Int returns the value of an Int, otherwise 0.
func (v Value) Int() int64 {
	if v.kind != Int {
		return 0
	}
	return int64(v.bits)
}

// Float returns the value of a Float, otherwise 0.
func (v Value) Float() float64 {
	if v.kind != Float {
		return 0
	}
	return math.Float64frombits(v.bits)
}

// Str returns the value of a String, otherwise "".
func (v Value) Str() string {
	if v.kind != String {
		return ""
	}
	return v.str
}

// List returns the items of a List, otherwise nil. The items are any Go values; pass them to Of.
func (v Value) List() []any {
	if v.kind != List {
		return nil
	}
	items, _ := v.ref.([]any)
	return items
}

// Object returns the members of an Object, otherwise nil. The members are any Go values; pass them to Of.
func (v Value) Object() map[string]any {
	if v.kind != Object {
		return nil
	}
	members, _ := v.ref.(map[string]any)
	return members
}

// Any returns the value in Go form: nil, bool, int64, float64, string, []any or map[string]any. For an Unsupported value
// it returns the original Go value, for an Absent one nil.
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

// Decimal returns the number of an Int or a Float, or of a numeric string (see decimal.Parse). It is false for every
// other value.
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

package value

import (
	"encoding/json"
	"math"
	"reflect"

	"github.com/dictrack/dictrack/internal/rawjson"
)

// maxPointers is how many pointers are followed to a value.
const maxPointers = 64

// Of returns the JSON value of a Go value. nil and nil pointers are Null; all kinds of integers
// and floats are numbers, unsigned ones above math.MaxInt64 as Float; json.Number is a number; slices and arrays are
// lists, maps with string keys are objects, nil ones empty; pointers are followed. Structs, []byte, maps with other keys and types
// with a marshaling method, such as time.Time, are read as encoding/json writes them. Other named types are read as their
// underlying types. A value without a JSON form, such as a channel or NaN, is Unsupported. Lists and objects are
// converted one level at a time: call Of on their items and members in turn.
func Of(v any) Value {
	switch v := v.(type) {
	case nil:
		return NullValue()
	case string:
		return OfString(v)
	case bool:
		return OfBool(v)
	case int64:
		return OfInt(v)
	case float64:
		return OfFloat(v)
	case int:
		return OfInt(int64(v))
	case json.Number:
		return ofNumber(v)
	case []any:
		return OfList(v)
	case map[string]any:
		return OfObject(v)
	}
	return ofReflected(reflect.ValueOf(v))
}

func ofNumber(text json.Number) Value {
	number, ok := rawjson.ParseNumber(string(text))
	switch {
	case !ok:
		return Value{kind: Unsupported, ref: text}
	case number.IsInt:
		return OfInt(number.Int)
	}
	return OfFloat(number.Float)
}

func ofReflected(rv reflect.Value) Value {
	rv = deref(rv)
	switch {
	case !rv.IsValid():
		return NullValue()
	case needsMarshal(rv):
		return viaJSON(rv)
	case rv.CanInt():
		return OfInt(rv.Int())
	case rv.CanUint():
		return ofUnsigned(rv.Uint())
	case rv.CanFloat():
		return OfFloat(rv.Float())
	}
	return ofComposite(rv)
}

func ofUnsigned(n uint64) Value {
	if n > math.MaxInt64 {
		return OfFloat(float64(n))
	}
	return OfInt(int64(n))
}

func ofComposite(rv reflect.Value) Value {
	switch {
	case rv.Kind() == reflect.Bool:
		return OfBool(rv.Bool())
	case rv.Kind() == reflect.String:
		if number, ok := rv.Interface().(json.Number); ok {
			return ofNumber(number)
		}
		return OfString(rv.String())
	case isList(rv):
		return OfList(items(rv))
	case isObject(rv):
		return OfObject(members(rv))
	}
	return Value{kind: Unsupported, ref: rv.Interface()}
}

func isList(rv reflect.Value) bool {
	return (rv.Kind() == reflect.Slice || rv.Kind() == reflect.Array) && !needsMarshal(rv)
}

func isObject(rv reflect.Value) bool {
	return rv.Kind() == reflect.Map && !needsMarshal(rv)
}

func items(rv reflect.Value) []any {
	list := make([]any, rv.Len())
	for i := range list {
		list[i] = rv.Index(i).Interface()
	}
	return list
}

func members(rv reflect.Value) map[string]any {
	object := make(map[string]any, rv.Len())
	for each := rv.MapRange(); each.Next(); {
		object[each.Key().String()] = each.Value().Interface()
	}
	return object
}

// Member returns the member of a Go value that is an object; false when there is none, or v is not an object. The result
// is Of(v).Object()[key], but the other members are not converted.
func Member(v any, key string) (any, bool) {
	if members, ok := Plain(v).(map[string]any); ok {
		member, ok := members[key]
		return member, ok
	}
	rv := deref(reflect.ValueOf(v))
	if !rv.IsValid() || !isObject(rv) {
		return nil, false
	}
	member := rv.MapIndex(reflect.ValueOf(key).Convert(rv.Type().Key()))
	if !member.IsValid() {
		return nil, false
	}
	return member.Interface(), true
}

// Item returns the item of a Go value that is a list, -1 for the last; false when there is none, or v is not a list. The
// result is that of Of(v).List(), but the other items are not converted.
func Item(v any, index int) (any, bool) {
	rv := deref(reflect.ValueOf(v))
	if !rv.IsValid() || !isList(rv) {
		return nil, false
	}
	if index < 0 {
		index += rv.Len()
	}
	if index < 0 || index >= rv.Len() {
		return nil, false
	}
	return rv.Index(index).Interface(), true
}

package value

import (
	"encoding/json"
	"math"
	"reflect"

	"github.com/dictrack/dictrack/internal/rawjson"
)

// maxPointers bounds the pointers that are followed to a value.
const maxPointers = 64

// Of returns the value of Go data, which is read as its JSON form. nil and nil pointers are Null; all kinds of integers
// and floats are numbers, unsigned ones above math.MaxInt64 as Float; json.Number is a number; slices and arrays are
// lists, maps with string keys are objects, nil ones empty; pointers are followed. Types that marshal themselves, such as
// time.Time, structs, bytes and maps with other keys are what encoding/json writes. Other named types are what they are
// made of. What has no JSON form, such as a channel or NaN, is Unsupported. Lists and objects are converted one level at
// a time: look at their content through Of in turn.
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

// Member is the member of Go data that is an object; false when there is none, or v is no object. It is that of
// Of(v).Object(), without converting the others.
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

// Item is the item of Go data that is a list, -1 for the last; false when there is none, or v is no list. It is that
// of Of(v).List(), without converting the others.
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

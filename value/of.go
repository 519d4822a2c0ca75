package value

import (
	"encoding/json"
	"math"
	"reflect"

	"github.com/dictrack/dictrack/internal/rawjson"
)

// maxHops bounds the pointers that are followed to a value.
const maxHops = 64

// Of is the value of Go data. nil and nil pointers are Null; all kinds of integers and floats are numbers, unsigned
// ones above math.MaxInt64 as Float; json.Number is a number; slices and arrays are lists, except of bytes; maps with
// string keys are objects, nil ones empty; pointers are followed. Named types count as what they are made of. Anything else is
// Foreign. Lists and objects are converted one level at a time: their content is looked at through Of in turn.
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
		return Value{kind: Foreign, ref: text}
	case number.IsInt:
		return OfInt(number.Int)
	}
	return OfFloat(number.Float)
}

func ofReflected(rv reflect.Value) Value {
	for hops := 0; rv.Kind() == reflect.Pointer || rv.Kind() == reflect.Interface; hops++ {
		if rv.IsNil() {
			return NullValue()
		}
		if hops == maxHops {
			return foreign(rv)
		}
		rv = rv.Elem()
	}
	switch {
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
	switch rv.Kind() {
	case reflect.Bool:
		return OfBool(rv.Bool())
	case reflect.String:
		if number, ok := rv.Interface().(json.Number); ok {
			return ofNumber(number)
		}
		return OfString(rv.String())
	case reflect.Slice, reflect.Array:
		return ofSequence(rv)
	case reflect.Map:
		return ofMap(rv)
	}
	return foreign(rv)
}

func foreign(rv reflect.Value) Value { return Value{kind: Foreign, ref: rv.Interface()} }

func ofSequence(rv reflect.Value) Value {
	if rv.Type().Elem().Kind() == reflect.Uint8 {
		return foreign(rv)
	}
	items := make([]any, rv.Len())
	for i := range items {
		items[i] = rv.Index(i).Interface()
	}
	return OfList(items)
}

func ofMap(rv reflect.Value) Value {
	if rv.Type().Key().Kind() != reflect.String {
		return foreign(rv)
	}
	members := make(map[string]any, rv.Len())
	for each := rv.MapRange(); each.Next(); {
		members[each.Key().String()] = each.Value().Interface()
	}
	return OfObject(members)
}

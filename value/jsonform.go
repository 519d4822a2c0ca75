package value

import (
	"encoding"
	"encoding/json"
	"reflect"

	"github.com/dictrack/dictrack/internal/rawjson"
)

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// Plain returns v in a form that a path can be looked up in: maps and lists as they are; structs, []byte, maps without
// string keys and types with a marshaling method marshaled by encoding/json and decoded.
func Plain(v any) any {
	switch v.(type) {
	case nil, string, bool, int, int64, float64, map[string]any, []any:
		return v
	}
	rv := deref(reflect.ValueOf(v))
	if !rv.IsValid() || !needsMarshal(rv) {
		return v
	}
	return viaJSON(rv).Any()
}

// deref follows pointers, except one to a type with a marshaling method. It returns the zero reflect.Value for a nil
// pointer, and a pointer for a cycle of pointers.
func deref(rv reflect.Value) reflect.Value {
	for range maxPointers {
		if rv.Kind() != reflect.Pointer && rv.Kind() != reflect.Interface || marshalsItself(rv) && !rv.IsNil() {
			break
		}
		rv = rv.Elem()
	}
	return rv
}

func marshalsItself(rv reflect.Value) bool {
	t := rv.Type()
	if t.Kind() == reflect.Interface || t == reflect.TypeFor[json.Number]() {
		return false
	}
	return t.Implements(jsonMarshaler) || t.Implements(textMarshaler)
}

// needsMarshal reports whether the JSON form of rv differs from that of its underlying type, so that only encoding/json
// knows it.
func needsMarshal(rv reflect.Value) bool {
	switch rv.Kind() {
	case reflect.Struct:
		return true
	case reflect.Slice:
		if rv.Type().Elem().Kind() == reflect.Uint8 {
			return true
		}
	case reflect.Map:
		if rv.Type().Key().Kind() != reflect.String {
			return true
		}
	}
	return marshalsItself(rv)
}

// viaJSON marshals a Go value with encoding/json and decodes the result. A value that cannot be marshaled, or whose text
// is not strict JSON, is Unsupported.
func viaJSON(rv reflect.Value) (v Value) {
	source := rv.Interface()
	if rv.CanAddr() {
		source = rv.Addr().Interface() // encoding/json calls methods of the pointer, too
	}
	defer func() {
		if recover() != nil { // a method of the caller's type panicked
			v = Value{kind: Unsupported, ref: source}
		}
	}()
	text, err := json.Marshal(source)
	if err != nil {
		return Value{kind: Unsupported, ref: source}
	}
	decoded, err := rawjson.Decode(text)
	if err != nil {
		return Value{kind: Unsupported, ref: source}
	}
	return Of(decoded)
}

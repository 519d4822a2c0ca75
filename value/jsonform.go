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

// Plain returns Go data that a path can lead into: maps and lists as they are, and what encoding/json gives a form of
// its own (structs, types that marshal themselves, bytes, maps without string keys) decoded from that form.
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

// deref follows pointers, up to one that marshals itself. A nil one leads to the zero reflect.Value, an endless chain
// of them to a pointer.
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

// needsMarshal reports whether the JSON form of rv is not that of what it is made of.
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

// viaJSON reads a Go value as encoding/json writes it. What that refuses, and what it writes that is no strict JSON,
// is Unsupported.
func viaJSON(rv reflect.Value) (v Value) {
	source := rv.Interface()
	if rv.CanAddr() {
		source = rv.Addr().Interface() // so that methods of the pointer are used, as encoding/json does
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

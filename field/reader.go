package field

import (
	"fmt"
	"slices"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/value"
)

// Reader takes the fields of one object. The zero Reader is not usable; see Object.
// Each getter returns the zero value and ok false when the field is missing or wrong; a wrong one is
// recorded in Errs. A Reader is for one goroutine.
type Reader struct {
	// Errs are the mistakes so far.
	Errs Errors

	fields map[string]any
	known  []string
}

// Object starts reading v, which must be an object in Go form (see value.Value.Any).
func Object(v any) (*Reader, error) {
	fields, ok := v.(map[string]any)
	if !ok {
		return nil, &Error{Value: v, Want: "want an object"}
	}
	return &Reader{fields: fields}, nil
}

// Has tells whether the field is there, null or not.
func (r *Reader) Has(name string) bool {
	_, ok := r.fields[name]
	return ok
}

// Any takes a field as it is.
func (r *Reader) Any(name string) (any, bool) {
	r.known = append(r.known, name)
	v, ok := r.fields[name]
	return v, ok
}

// Require records a mistake when the field is missing; want says what belongs there.
func (r *Reader) Require(name, want string) {
	if !r.Has(name) {
		r.Errs.Add(name, nil, "missing: "+want)
	}
}

// String takes a string field.
func (r *Reader) String(name string) (string, bool) {
	return take[string](r, name, "want a string")
}

// Bool takes a true or false field.
func (r *Reader) Bool(name string) (bool, bool) {
	return take[bool](r, name, "want true or false")
}

// List takes a list field.
func (r *Reader) List(name string) ([]any, bool) {
	return take[[]any](r, name, "want a list")
}

func take[T any](r *Reader, name, want string) (T, bool) {
	v, ok := r.Any(name)
	if !ok {
		var zero T
		return zero, false
	}
	t, ok := v.(T)
	if !ok {
		r.Errs.Add(name, OrNull(v), want)
	}
	return t, ok
}

// Int takes a whole number of at least least.
func (r *Reader) Int(name string, minimum int64) (int64, bool) {
	v, ok := r.Any(name)
	if !ok {
		return 0, false
	}
	n, ok := Int(v)
	if !ok || n < minimum {
		r.Errs.Add(name, OrNull(v), fmt.Sprintf("want a whole number of at least %d", minimum))
		return 0, false
	}
	return n, true
}

// Number takes a finite number.
func (r *Reader) Number(name string) (decimal.Decimal, bool) {
	v, ok := r.Any(name)
	if !ok {
		return decimal.Decimal{}, false
	}
	d, ok := Number(v)
	if !ok {
		r.Errs.Add(name, OrNull(v), "want a finite number")
	}
	return d, ok
}

// Done records every field that nobody asked for and returns all mistakes.
func (r *Reader) Done() error {
	var unknown []string
	for name := range r.fields {
		if !slices.Contains(r.known, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		r.Errs.Add(name, nil, "unknown field; allowed here: "+Known(name, r.known))
	}
	return r.Errs.Err()
}

// Int returns a JSON number that is whole and fits int64.
func Int(v any) (int64, bool) {
	d, ok := Number(v)
	if !ok {
		return 0, false
	}
	return d.Int64()
}

// Number returns a JSON number (a bool or a string is none) as a decimal.
func Number(v any) (decimal.Decimal, bool) {
	x := value.Of(v)
	if !x.IsNumber() {
		return decimal.Decimal{}, false
	}
	return x.Decimal()
}

// Null stands for a null that was found, so that a message can tell it from nothing.
type Null struct{}

// String prints the JSON form.
func (Null) String() string { return "null" }

// MarshalJSON returns null.
func (Null) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

// OrNull is v for an Error's Value: a null that was found is told from nothing.
func OrNull(v any) any {
	if v == nil {
		return Null{}
	}
	return v
}

// IntFunc takes a field that parse turns into a whole number, such as a time; parse's error says what is
// allowed.
func (r *Reader) IntFunc(name string, parse func(any) (int64, error)) (int64, bool) {
	v, ok := r.Any(name)
	if !ok {
		return 0, false
	}
	n, err := parse(v)
	if err != nil {
		r.Errs.Add(name, OrNull(v), err.Error())
		return 0, false
	}
	return n, true
}

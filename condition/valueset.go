package condition

import (
	"math"

	"github.com/dictrack/dictrack/value"
)

// valueSet is the set of items of an operand list. Strings and integers, nearly all items in practice, are found by hash;
// the others are compared one by one.
type valueSet struct {
	strings map[string]struct{}
	ints    map[int64]struct{}
	others  []value.Value
}

func newValueSet(items []any) *valueSet {
	s := &valueSet{strings: map[string]struct{}{}, ints: map[int64]struct{}{}}
	for _, item := range items {
		s.add(value.Of(item))
	}
	return s
}

func (s *valueSet) add(v value.Value) {
	if v.Kind() == value.String {
		s.strings[v.Str()] = struct{}{}
	} else if n, ok := whole(&v); ok {
		s.ints[n] = struct{}{}
	} else {
		s.others = append(s.others, v)
	}
}

func (s *valueSet) has(v *value.Value) bool {
	if v.Kind() == value.String {
		_, ok := s.strings[v.Str()]
		return ok
	}
	if n, ok := whole(v); ok {
		_, ok := s.ints[n]
		return ok
	}
	for i := range s.others {
		if value.Equal(v, &s.others[i]) {
			return true
		}
	}
	return false
}

// hasComposite reports whether an item is a list or an object.
func (s *valueSet) hasComposite() bool {
	for i := range s.others {
		if k := s.others[i].Kind(); k == value.List || k == value.Object {
			return true
		}
	}
	return false
}

// whole returns a number that is exactly an int64, so that 1 and 1.0 are one item.
func whole(v *value.Value) (int64, bool) {
	switch v.Kind() {
	case value.Int:
		return v.Int(), true
	case value.Float:
		f := v.Float()
		if f == math.Trunc(f) && f >= -1<<63 && f < 1<<63 {
			return int64(f), true
		}
	}
	return 0, false
}

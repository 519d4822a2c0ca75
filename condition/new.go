package condition

import (
	"reflect"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/value"
)

// Exists holds when there is a value at the path, null included.
func Exists(path string) Condition { return compare(OpExists, path, value.Value{}, false) }

// NotExists holds when there is no value at the path.
func NotExists(path string) Condition { return compare(OpNotExists, path, value.Value{}, false) }

// Eq holds when the value at the path is equal to v: of the same type, numbers by exact value, lists and objects deep.
func Eq(path string, v any) Condition { return compare(OpEq, path, value.Of(v), false) }

// Ne holds when there is a value at the path that is not equal to v.
func Ne(path string, v any) Condition { return compare(OpNe, path, value.Of(v), false) }

// Lt holds when the value is less than v, both numbers or both strings.
func Lt(path string, v any) Condition { return compare(OpLt, path, value.Of(v), false) }

// Le holds when the value is at most v, both numbers or both strings.
func Le(path string, v any) Condition { return compare(OpLe, path, value.Of(v), false) }

// Gt holds when the value is greater than v, both numbers or both strings.
func Gt(path string, v any) Condition { return compare(OpGt, path, value.Of(v), false) }

// Ge holds when the value is at least v, both numbers or both strings.
func Ge(path string, v any) Condition { return compare(OpGe, path, value.Of(v), false) }

// Compare is the condition of a built-in operator with an operand: Compare(path, OpLt, v) is Lt(path, v). Exists and
// not_exists ignore v. An operator that is not built in makes a condition with an Err.
func Compare(path string, op Op, v any) Condition { return compare(op, path, value.Of(v), false) }

// Contains holds when the value is a string that has part as a substring.
func Contains(path, part string) Condition {
	return compare(OpContains, path, value.OfString(part), false)
}

// NotContains holds when there is a value at the path and Contains does not hold.
func NotContains(path, part string) Condition {
	return compare(OpNotContains, path, value.OfString(part), false)
}

// ContainsFold is Contains without regard to case.
func ContainsFold(path, part string) Condition {
	return compare(OpContains, path, value.OfString(part), true)
}

// NotContainsFold is NotContains without regard to case.
func NotContainsFold(path, part string) Condition {
	return compare(OpNotContains, path, value.OfString(part), true)
}

// In holds when the value equals one of items. Pass a slice with dots: In("country", countries...). Items of different
// types need In[any]. A single item that is itself a list is refused (see Err), because it nearly always is a slice
// that was meant to be passed with dots; In[any] takes it.
func In[T any](path string, items ...T) Condition { return compareItems(OpIn, path, items) }

// NotIn holds when there is a value at the path that equals none of items, which are passed as for In.
func NotIn[T any](path string, items ...T) Condition { return compareItems(OpNotIn, path, items) }

// HasItem holds when the value is a list with an item equal to v.
func HasItem(path string, v any) Condition { return compare(OpHasItem, path, value.Of(v), false) }

// NotHasItem holds when there is a value at the path and HasItem does not hold.
func NotHasItem(path string, v any) Condition { return compare(OpNotHasItem, path, value.Of(v), false) }

// Intersects holds when the value is a list that has one of items, which are passed as for In.
func Intersects[T any](path string, items ...T) Condition {
	return compareItems(OpIntersects, path, items)
}

// NotIntersects holds when there is a value at the path and Intersects does not hold.
func NotIntersects[T any](path string, items ...T) Condition {
	return compareItems(OpNotIntersects, path, items)
}

func compareItems[T any](op Op, path string, items []T) Condition {
	list := make([]any, len(items))
	for i, item := range items {
		list[i] = item
	}
	c := compare(op, path, value.OfList(list), false)
	if c.Err() == nil && len(list) == 1 && reflect.TypeFor[T]().Kind() != reflect.Interface {
		if only := value.Of(list[0]); only.Kind() == value.List {
			return invalid(c.expr.root, &field.Error{
				Path: "value", Value: field.OrNull(only.Any()),
				Want: "want the items themselves: pass a slice as items..., or instantiate the constructor with [any] for an item that is a list",
			})
		}
	}
	return c
}

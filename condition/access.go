package condition

import "github.com/dictrack/dictrack/value"

// Class is the kind of index that finds the values for which a condition holds.
type Class uint8

// The classes of conditions.
const (
	ClassResidual Class = iota // no index: the condition must be evaluated
	ClassEquality              // the value is equal to one of Access.Values
	ClassItem                  // the value is a list with an item equal to one of Access.Values
	ClassRange                 // the value is within Access.Low and Access.High, and of their type
)

// Access describes the values for which a condition holds, and no others, in terms of an index.
type Access struct {
	Class     Class
	Values    []value.Value
	Low, High Bound
}

// Bound is one end of a range; it has none if Value is Absent.
type Bound struct {
	Value     value.Value
	Inclusive bool
}

func equalTo(operand *value.Value) Access {
	return Access{Class: ClassEquality, Values: []value.Value{*operand}}
}

func equalToOneOf(operand *value.Value) Access {
	return Access{Class: ClassEquality, Values: valuesOf(operand)}
}

func itemEqualTo(operand *value.Value) Access {
	return Access{Class: ClassItem, Values: []value.Value{*operand}}
}

func itemEqualToOneOf(operand *value.Value) Access {
	return Access{Class: ClassItem, Values: valuesOf(operand)}
}

func valuesOf(list *value.Value) []value.Value {
	values := make([]value.Value, 0, len(list.List()))
	for _, item := range list.List() {
		values = append(values, value.Of(item))
	}
	return values
}

func below(inclusive bool) func(*value.Value) Access {
	return func(operand *value.Value) Access {
		return Access{Class: ClassRange, High: Bound{Value: *operand, Inclusive: inclusive}}
	}
}

func above(inclusive bool) func(*value.Value) Access {
	return func(operand *value.Value) Access {
		return Access{Class: ClassRange, Low: Bound{Value: *operand, Inclusive: inclusive}}
	}
}

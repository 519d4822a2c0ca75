package condition

import "github.com/dictrack/dictrack/value"

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

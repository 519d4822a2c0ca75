package condition

import "github.com/dictrack/dictrack/value"

// Op is the name of a built-in operator or of a registered kind.
type Op string

// The built-in operators. Their meaning is in docs/semantics.md.
const (
	OpExists        Op = "exists"
	OpNotExists     Op = "not_exists"
	OpEq            Op = "eq"
	OpNe            Op = "ne"
	OpLt            Op = "lt"
	OpLe            Op = "le"
	OpGt            Op = "gt"
	OpGe            Op = "ge"
	OpContains      Op = "contains"
	OpNotContains   Op = "not_contains"
	OpIn            Op = "in"
	OpNotIn         Op = "not_in"
	OpHasItem       Op = "has_item"
	OpNotHasItem    Op = "not_has_item"
	OpIntersects    Op = "intersects"
	OpNotIntersects Op = "not_intersects"
)

// operator describes a built-in operator completely: no other code distinguishes operators.
type operator struct {
	name Op
	// operand is what the operator compares with; nil for none.
	operand *operandType
	// fold means that the operator has the option case_sensitive.
	fold bool
	// absent is the result when there is no value at the path.
	absent bool
	// prepare returns the test of a present value from a valid operand.
	prepare func(operand *value.Value, fold bool) test
	// access describes the values for which it holds to an index; nil for an operator that no index serves.
	access func(operand *value.Value) Access
	// symbol stands between the path and the operand in the form for people.
	symbol string
}

// operators has the built-in operators, in the order in which messages list them.
var operators = []operator{
	{name: OpExists, prepare: exists, symbol: "exists"},
	{name: OpNotExists, prepare: not(exists), absent: true, symbol: "does not exist"},
	{name: OpEq, operand: anyValue, prepare: equal, access: equalTo, symbol: "="},
	{name: OpNe, operand: anyValue, prepare: not(equal), symbol: "!="},
	{name: OpLt, operand: numberOrString, prepare: ordered(order{less: true}), access: below(false), symbol: "<"},
	{name: OpLe, operand: numberOrString, prepare: ordered(order{less: true, equal: true}), access: below(true), symbol: "<="},
	{name: OpGt, operand: numberOrString, prepare: ordered(order{greater: true}), access: above(false), symbol: ">"},
	{name: OpGe, operand: numberOrString, prepare: ordered(order{greater: true, equal: true}), access: above(true), symbol: ">="},
	{name: OpContains, operand: stringOnly, fold: true, prepare: contains, symbol: "contains"},
	{name: OpNotContains, operand: stringOnly, fold: true, prepare: not(contains), symbol: "does not contain"},
	{name: OpIn, operand: listOnly, prepare: oneOf, access: equalToOneOf, symbol: "in"},
	{name: OpNotIn, operand: listOnly, prepare: not(oneOf), symbol: "not in"},
	{name: OpHasItem, operand: anyValue, prepare: hasItem, access: itemEqualTo, symbol: "has item"},
	{name: OpNotHasItem, operand: anyValue, prepare: not(hasItem), symbol: "has no item"},
	{name: OpIntersects, operand: listOnly, prepare: hasOneOf, access: itemEqualToOneOf, symbol: "intersects"},
	{name: OpNotIntersects, operand: listOnly, prepare: not(hasOneOf), symbol: "does not intersect"},
}

// operatorOf finds a built-in operator by name.
func operatorOf(name Op) (*operator, bool) {
	for i := range operators {
		if operators[i].name == name {
			return &operators[i], true
		}
	}
	return nil, false
}

// operandType is what an operator compares with.
type operandType struct {
	want   string
	allows func(v *value.Value) bool
	// types are the JSON types that it allows; none: all.
	types []string
}

var (
	anyValue       = &operandType{want: "want a value", allows: func(*value.Value) bool { return true }}
	numberOrString = &operandType{"want a number or a string", func(v *value.Value) bool {
		return v.IsNumber() || v.Kind() == value.String
	}, []string{"number", "string"}}
	stringOnly = &operandType{"want a string", func(v *value.Value) bool { return v.Kind() == value.String }, []string{"string"}}
	listOnly   = &operandType{"want a list", func(v *value.Value) bool { return v.Kind() == value.List }, []string{"array"}}
)

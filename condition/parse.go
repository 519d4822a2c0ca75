package condition

import (
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/value"
)

// Parse reads the JSON form of a condition, in Go form: {op, key, value, case_sensitive} for a built-in operator,
// {op, args} for a registered kind. The error is field.Errors with all mistakes, or *UnknownKindError.
func (r *Registry) Parse(v any) (Condition, error) {
	fields, err := field.Object(v)
	if err != nil {
		return Condition{}, err
	}
	fields.Require("op", "want an operator such as eq")
	name, ok := fields.String("op")
	if !ok {
		return Condition{}, fields.Errs.Err()
	}
	if operator, ok := operatorOf(Op(name)); ok {
		return parseComparison(operator, fields)
	}
	return r.parseCustom(name, fields)
}

func (r *Registry) parseCustom(name string, fields *field.Reader) (Condition, error) {
	if r.factory(Op(name)) == nil {
		return Condition{}, &UnknownKindError{Kind: name, Known: r.names()}
	}
	args, _ := fields.Any("args")
	if err := fields.Done(); err != nil {
		return Condition{}, err
	}
	return r.Bind(Custom(name, args))
}

func parseComparison(operator *operator, fields *field.Reader) (Condition, error) {
	fields.Require("key", "want a path such as a.b.0")
	key, keyOK := fields.String("key")
	operand, fold := readOperand(operator, fields)
	if keyOK && key == "" {
		fields.Errs.Add("key", "", "want a path such as a.b.0")
	}
	if err := fields.Done(); err != nil {
		return Condition{}, err
	}
	c := compare(operator.name, key, operand, fold)
	return c, c.Err()
}

// readOperand reads value and case_sensitive if the operator takes them.
func readOperand(operator *operator, fields *field.Reader) (operand value.Value, fold bool) {
	if operator.operand == nil {
		return operand, false
	}
	fields.Require("value", "want what to compare with")
	if v, ok := fields.Any("value"); ok {
		operand = value.Of(v)
		fields.Errs.Merge("", operator.operand.check(&operand))
	}
	if operator.fold {
		sensitive, ok := fields.Bool("case_sensitive")
		fold = ok && !sensitive
	}
	return operand, fold
}

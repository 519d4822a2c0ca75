package condition

import (
	"slices"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/value"
)

// Parse reads the JSON form of a condition, in Go form: {op, key, value, case_sensitive} for a built-in
// one, {op, args} for a custom kind. The error is field.Errors with every mistake, or
// *UnknownKindError.
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
	if !slices.Contains(builtin, Op(name)) {
		return r.parseCustom(name, fields)
	}
	return parseBuiltin(Op(name), fields)
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

func parseBuiltin(op Op, fields *field.Reader) (Condition, error) {
	fields.Require("key", "want a path such as a.b.0")
	key, keyOK := fields.String("key")
	operand, fold := readOperand(op, fields)
	if keyOK && key == "" {
		fields.Errs.Add("key", "", "want a path such as a.b.0")
	}
	if err := fields.Done(); err != nil {
		return Condition{}, err
	}
	c := build(op, key, operand, fold)
	return c, c.Err()
}

// readOperand takes value and case_sensitive where the operator has them.
func readOperand(op Op, fields *field.Reader) (operand value.Value, fold bool) {
	if op == OpExists || op == OpNotExists {
		return operand, false
	}
	fields.Require("value", "want what to compare with")
	if v, ok := fields.Any("value"); ok {
		operand = value.Of(v)
		fields.Errs.Merge("", checkOperand(op, &operand))
	}
	if op == OpContains || op == OpNotContains {
		sensitive, ok := fields.Bool("case_sensitive")
		fold = ok && !sensitive
	}
	return operand, fold
}

package condition

import (
	"strings"

	"github.com/dictrack/dictrack/value"
)

// test is an operator with its operand, prepared for evaluation.
type test interface {
	// holds evaluates a present value. It is passed by value so that the caller's value can stay on the stack.
	holds(v value.Value) bool
	// needsContent reports whether the result depends on the items of a list or the members of an object.
	needsContent() bool
}

// never is always false.
type never struct{}

func (never) holds(value.Value) bool { return false }
func (never) needsContent() bool     { return false }

// always is true for every value.
type always struct{}

func (always) holds(value.Value) bool { return true }
func (always) needsContent() bool     { return false }

func exists(*value.Value, bool) test { return always{} }

// negation holds when another test does not.
type negation struct{ test }

func (n negation) holds(v value.Value) bool { return !n.test.holds(v) }

// not returns a function that prepares the negation of a test.
func not(prepare func(*value.Value, bool) test) func(*value.Value, bool) test {
	return func(operand *value.Value, fold bool) test { return negation{prepare(operand, fold)} }
}

// equality compares with one value.
type equality struct{ operand value.Value }

func equal(operand *value.Value, _ bool) test { return &equality{*operand} }

func (e *equality) holds(v value.Value) bool { return value.Equal(&v, &e.operand) }

func (e *equality) needsContent() bool { return isComposite(&e.operand) }

func isComposite(v *value.Value) bool { return v.Kind() == value.List || v.Kind() == value.Object }

// order says which results of a comparison hold.
type order struct{ less, equal, greater bool }

// orderTest compares two numbers or two strings.
type orderTest struct {
	operand value.Value
	order   order
}

func ordered(o order) func(*value.Value, bool) test {
	return func(operand *value.Value, _ bool) test { return &orderTest{*operand, o} }
}

func (t *orderTest) holds(v value.Value) bool {
	result, ok := value.Compare(&v, &t.operand)
	switch {
	case !ok:
		return false
	case result < 0:
		return t.order.less
	case result > 0:
		return t.order.greater
	}
	return t.order.equal
}

func (*orderTest) needsContent() bool { return false }

// substring tests whether a string contains another.
type substring struct {
	part string // in lower case if fold is set
	fold bool
}

func contains(operand *value.Value, fold bool) test {
	part := operand.Str()
	if fold {
		part = strings.ToLower(part) // code point by code point, whatever the language
	}
	return &substring{part, fold}
}

func (s *substring) holds(v value.Value) bool {
	if v.Kind() != value.String {
		return false
	}
	if s.fold {
		return strings.Contains(strings.ToLower(v.Str()), s.part)
	}
	return strings.Contains(v.Str(), s.part)
}

func (*substring) needsContent() bool { return false }

// membership tests whether the value is in a set.
type membership struct{ items *valueSet }

func oneOf(operand *value.Value, _ bool) test { return membership{newValueSet(operand.List())} }

func (m membership) holds(v value.Value) bool { return m.items.has(&v) }

func (m membership) needsContent() bool { return m.items.hasComposite() }

// intersection tests whether a list has an item in a set.
type intersection struct{ items *valueSet }

func hasItem(operand *value.Value, _ bool) test {
	return intersection{newValueSet([]any{operand.Any()})}
}

func hasOneOf(operand *value.Value, _ bool) test { return intersection{newValueSet(operand.List())} }

func (t intersection) holds(v value.Value) bool {
	if v.Kind() != value.List {
		return false
	}
	for _, item := range v.List() {
		one := value.Of(item)
		if t.items.has(&one) {
			return true
		}
	}
	return false
}

func (intersection) needsContent() bool { return true }

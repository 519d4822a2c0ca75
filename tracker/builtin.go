package tracker

import (
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/field"
)

// The built-in kinds.
const (
	KindCount = "count"
	KindSum   = "sum"
)

// builtinKinds are the names of the built-in kinds, in the order in which people are told of them.
var builtinKinds = []string{KindCount, KindSum}

// builtins make the built-in kinds from the fields of a Spec. A mistake is a *field.Error.
var builtins = map[string]func(*Spec) (Kind, error){KindCount: newCount, KindSum: newSum}

// count is the kind whose progress rises by 1 with each message.
type count struct{ BaseKind }

func newCount(s *Spec) (Kind, error) {
	if s.Key != "" {
		return nil, &field.Error{Path: "key", Value: s.Key, Want: "only sum has a key"}
	}
	return count{}, nil
}

var one = decimal.FromInt(1)

// Step implements Kind.
func (count) Step(s KindState, _ Input) (KindState, bool) {
	s.Progress = s.Progress.Add(one)
	return s, true
}

// Fast implements Kind.
func (count) Fast() FastRule { return FastAddOne }

// sum is the kind that adds the number at a path.
type sum struct {
	BaseKind
	paths []dotpath.Request
}

func newSum(s *Spec) (Kind, error) {
	path, err := dotpath.Parse(s.Key)
	if err != nil {
		return nil, &field.Error{Path: "key", Value: s.Key, Want: "want the path of the number to add, such as order.total"}
	}
	return sum{paths: []dotpath.Request{{Path: path}}}, nil
}

// Paths implements Kind.
func (k sum) Paths() []dotpath.Request { return k.paths }

// Step implements Kind. A value that is no number makes no step.
func (sum) Step(s KindState, in Input) (KindState, bool) {
	amount, ok := in.Values[0].Decimal()
	if ok {
		s.Progress = s.Progress.Add(amount)
	}
	return s, ok
}

// Fast implements Kind.
func (sum) Fast() FastRule { return FastAddValue }

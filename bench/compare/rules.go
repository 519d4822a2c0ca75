package compare

import (
	"encoding/json"
	"fmt"

	"cel.dev/cel-go/cel"
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/tracker"
)

// rules are the conditions of trackers in somebody else's form: which of them match a data.
type rules interface {
	match(data map[string]any, matched []int) ([]int, error)
}

// rule is what the loads' trackers ask for.
type rule struct {
	game string // "" for any
	bet  int64
	same bool // the bet must be the same, and not only as high
}

func ruleOf(spec *tracker.Spec) rule {
	var r rule
	for i := range spec.Where {
		c := &spec.Where[i]
		operand := c.Operand()
		switch {
		case c.Path().String() == "game":
			r.game = operand.Str()
		default:
			r.bet, r.same = operand.Int(), c.Op() == condition.OpEq
		}
	}
	return r
}

// closures is a loop of Go functions, which somebody would write by hand.
type closures []func(data map[string]any) bool

func newClosures(specs []tracker.Spec) closures {
	all := make(closures, len(specs))
	for i := range specs {
		r := ruleOf(&specs[i])
		all[i] = func(data map[string]any) bool {
			if game, ok := data["game"].(string); r.game != "" && (!ok || game != r.game) {
				return false
			}
			bet, ok := data["bet"].(float64)
			return ok && (r.same && bet == float64(r.bet) || !r.same && bet >= float64(r.bet))
		}
	}
	return all
}

func (c closures) match(data map[string]any, matched []int) ([]int, error) {
	for i, holds := range c {
		if holds(data) {
			matched = append(matched, i)
		}
	}
	return matched, nil
}

// text is the rule in the language of expr and of CEL.
func (r rule) text() string {
	op := ">="
	if r.same {
		op = "=="
	}
	text := fmt.Sprintf("bet %s %d.0", op, r.bet)
	if r.game != "" {
		text = fmt.Sprintf("game == %q && %s", r.game, text)
	}
	return text
}

// expressions is a program of expr-lang/expr for each tracker.
type expressions struct {
	programs []*vm.Program
	machine  vm.VM
}

func newExpressions(specs []tracker.Spec) (*expressions, error) {
	e := &expressions{programs: make([]*vm.Program, len(specs))}
	env := expr.Env(map[string]any{"game": "", "bet": 0.0, "group_id": ""})
	for i := range specs {
		var err error
		if e.programs[i], err = expr.Compile(ruleOf(&specs[i]).text(), env, expr.AsBool()); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (e *expressions) match(data map[string]any, matched []int) ([]int, error) {
	for i, program := range e.programs {
		holds, err := e.machine.Run(program, data)
		if err != nil {
			return nil, err
		}
		if holds.(bool) {
			matched = append(matched, i)
		}
	}
	return matched, nil
}

// common is a CEL program for each tracker.
type common []cel.Program

func newCommon(specs []tracker.Spec) (common, error) {
	env, err := cel.NewEnv(cel.Variable("game", cel.StringType), cel.Variable("bet", cel.DoubleType), cel.Variable("group_id", cel.StringType))
	if err != nil {
		return nil, err
	}
	all := make(common, len(specs))
	for i := range specs {
		ast, issues := env.Compile(ruleOf(&specs[i]).text())
		if err := issues.Err(); err != nil {
			return nil, err
		}
		if all[i], err = env.Program(ast); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (c common) match(data map[string]any, matched []int) ([]int, error) {
	for i, program := range c {
		holds, _, err := program.Eval(data)
		if err != nil {
			return nil, err
		}
		if holds.Value().(bool) {
			matched = append(matched, i)
		}
	}
	return matched, nil
}

// decode is what stands before all of these.
func decode(text []byte) (map[string]any, error) {
	var data map[string]any
	err := json.Unmarshal(text, &data)
	return data, err
}

package limiter_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/limiter"
)

// strikes is a custom rule with a state of its own: it stops at the third step whose data says "bad".
type strikes struct{ limiter.BaseRule }

func (strikes) Start(limiter.Input) (limiter.State, error) { return private(3), nil }

func private(b byte) limiter.State { return limiter.State{PrivateState: []byte{b}} }

func (strikes) Before(_ limiter.State, in limiter.Input) limiter.Verdict {
	if in.Data["skip"] == true {
		return limiter.Hold
	}
	return limiter.Pass
}

func (strikes) After(s limiter.State, in limiter.Input) (limiter.State, bool) {
	if in.Data["bad"] != true {
		return s, false
	}
	return private(s.PrivateState[0] - 1), s.PrivateState[0] == 1
}

func (strikes) StageDone(limiter.State, limiter.Input) (limiter.State, bool) {
	return private(3), false
}

func (strikes) Reset(s limiter.State, r limiter.Reset, _ limiter.Input) (limiter.State, bool, error) {
	n, ok := field.Int(r.Args)
	if !ok {
		return s, false, errors.New("want a number of strikes")
	}
	return private(byte(n)), n == 0, nil
}

// curfew is a rule that the clock alone makes stop.
type curfew struct{ strikes }

func (curfew) Start(in limiter.Input) (limiter.State, error) {
	return private(byte(in.Seconds()) + 10), nil
}

func (curfew) Due(s limiter.State) int64 {
	if s.PrivateState[0] == 0 {
		return limiter.Never
	}
	return int64(s.PrivateState[0])*1000 + 5
}

func registry(t *testing.T, kinds map[string]limiter.Factory) *limiter.Registry {
	t.Helper()
	r := &limiter.Registry{}
	for kind, factory := range kinds {
		if err := r.Register(kind, factory); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func always(rule limiter.Rule) limiter.Factory {
	return func(any) (limiter.Rule, error) { return rule, nil }
}

func TestRegisterRefusesNames(t *testing.T) {
	r := registry(t, map[string]limiter.Factory{"strikes": always(strikes{})})
	for _, kind := range []string{"", "count", "time", "strikes"} {
		if err := r.Register(kind, always(strikes{})); err == nil {
			t.Errorf("%q was registered", kind)
		}
	}
}

func TestCustomRuleKeepsItsState(t *testing.T) {
	r := registry(t, map[string]limiter.Factory{"strikes": always(strikes{})})
	l, err := parse(t, r, `{"kind":"strikes","args":{"of":3}}`)
	if err != nil || !l.Custom() || l.Kind() != "strikes" || l.ID() != `{"args":{"of":3},"kind":"strikes"}` {
		t.Fatalf("%s, custom %v, %v", l.ID(), l.Custom(), err)
	}
	s := begin(t, l, 0)
	bad := limiter.Input{Data: map[string]any{"bad": true}}
	for i, want := range []bool{false, false, true} {
		before, limited := s, false
		if s, limited = l.After(s, bad); limited != want || s.PrivateState[0] != byte(2-i) || before.PrivateState[0] != byte(3-i) {
			t.Errorf("strike %d: limited %v, own %v", i+1, limited, s.PrivateState)
		}
	}
	if v := l.Before(s, limiter.Input{Data: map[string]any{"skip": true}}); v != limiter.Hold {
		t.Errorf("verdict %d", v)
	}
	if next, limited := l.StageDone(s, bad); limited || next.PrivateState[0] != 3 {
		t.Errorf("a stage is done: %v, %v", next.PrivateState, limited)
	}
	if next, limited, err := l.Reset(s, limiter.Reset{Args: 0}, bad); err != nil || !limited || next.PrivateState[0] != 0 {
		t.Errorf("reset to 0: %v, %v, %v", next.PrivateState, limited, err)
	}
	if _, _, err := l.Reset(s, limiter.Reset{Args: "x"}, bad); err == nil {
		t.Error("reset with wrong args: no error")
	}
	if due := l.Due(s); due != limiter.Never {
		t.Errorf("due at %d without a clock", due)
	}
}

func TestTimedRule(t *testing.T) {
	r := registry(t, map[string]limiter.Factory{"curfew": always(curfew{})})
	l, err := r.Bind(limiter.Custom("curfew", nil))
	if err != nil || l.ID() != `{"kind":"curfew"}` {
		t.Fatalf("%s, %v", l.ID(), err)
	}
	if due := l.Due(begin(t, l, 7000)); due != 17_005 {
		t.Errorf("due at %d", due)
	}
	if due := l.Due(limiter.State{PrivateState: []byte{0}}); due != limiter.Never {
		t.Errorf("the zero time is due at %d", due)
	}
}

func TestUnknownKind(t *testing.T) {
	r := registry(t, map[string]limiter.Factory{"zeta": always(strikes{}), "alpha": always(strikes{})})
	_, read := parse(t, r, `{"kind":"strikes","args":1}`)
	_, bound := r.Bind(limiter.Custom("strikes", 1))
	for _, err := range []error{read, bound} {
		var unknown *limiter.UnknownKindError
		if !errors.As(err, &unknown) || unknown.Kind != "strikes" || !strings.Contains(err.Error(), "count, time, alpha, zeta") {
			t.Errorf("got %v", err)
		}
	}
}

func TestFactoryErrors(t *testing.T) {
	r := registry(t, map[string]limiter.Factory{
		"picky":   func(any) (limiter.Rule, error) { return nil, errors.New("want {of}") },
		"nothing": func(any) (limiter.Rule, error) { return nil, nil },
	})
	_, err := parse(t, r, `{"kind":"picky","args":{"by":3}}`)
	var mistake *field.Error
	if !errors.As(err, &mistake) || err.Error() != `args: {"by":3} is not allowed: want {of}` {
		t.Errorf("got %v", err)
	}
	if l, err := r.Bind(limiter.Custom("nothing", nil)); err == nil {
		t.Errorf("usable without a rule: %s", l.ID())
	}
	if made := limiter.Custom("picky", make(chan int)); !errors.As(made.Err(), &mistake) || mistake.Path != "args" {
		t.Errorf("args that are no JSON: %v", made.Err())
	}
}

// A factory must see the same arguments whether the limiter was written in Go, in a file, or comes back from a store.
func TestFactoryGetsArgsInGoForm(t *testing.T) {
	var got []any
	r := registry(t, map[string]limiter.Factory{"see": func(args any) (limiter.Rule, error) {
		got = append(got, args)
		return strikes{}, nil
	}})
	given := map[string]any{"n": 1, "list": []string{"x"}}
	made, err := r.Bind(limiter.Custom("see", given))
	if err != nil {
		t.Fatal(err)
	}
	given["n"] = 2
	if _, err := parse(t, r, made.ID()); err != nil {
		t.Fatal(err)
	}
	for i, how := range []string{"from Go", "from JSON"} {
		if diff := cmp.Diff(any(map[string]any{"n": int64(1), "list": []any{"x"}}), got[i]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", how, diff)
		}
	}
}

// Custom makes limiters of registered kinds only: one that borrows a built-in name is no limiter.
func TestCustomRefusesBuiltinNames(t *testing.T) {
	var builtin *limiter.Registry
	for _, kind := range []string{"", "count", "time"} {
		if l, err := builtin.Bind(limiter.Custom(kind, nil)); err == nil {
			t.Errorf("%q: usable as %s", kind, l.ID())
		}
	}
	var zero limiter.Limiter
	if _, err := builtin.Bind(zero); err == nil {
		t.Error("the zero Limiter is usable")
	}
}

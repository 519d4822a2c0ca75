package managertest

import (
	"errors"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// WithCustomKinds registers a kind of tracker, of condition and of limiter, each named "custom", and a kind of limiter
// named "timed" that is due a minute after [Start].
//
// They panic in the method that their args name, or that the message's data names at "panic": "match", "step",
// "start", "before", "after", "stage done", "reset" or "due".
func WithCustomKinds(o *dictrack.Options) {
	r := &tracker.Registry{}
	rule := func(args any) panicking {
		method, _ := args.(string)
		return panicking{method: method}
	}
	err := errors.Join(
		r.Register("custom", func(args any) (tracker.Kind, error) { return panickingKind{rule: rule(args)}, nil }),
		r.Conditions.Register("custom", func(args any) (condition.Predicate, error) { return rule(args), nil }),
		r.Limiters.Register("custom", func(args any) (limiter.Rule, error) { return rule(args), nil }),
		r.Limiters.Register("timed", func(args any) (limiter.Rule, error) { return timedLimiter{rule(args)}, nil }),
	)
	if err != nil {
		panic(err)
	}
	o.Registry = r
}

// InMemoryAndStoredWithCustomKinds is [InMemoryAndStored] with [WithCustomKinds].
func InMemoryAndStoredWithCustomKinds(t *testing.T, test func(t *testing.T, f *Fixture)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) { test(t, New(t, nil, WithCustomKinds)) })
	t.Run("store", func(t *testing.T) { test(t, New(t, faultstore.New(), WithCustomKinds)) })
}

// CustomSpecs returns a tracker with each custom kind, named after what is custom in it.
func CustomSpecs() []tracker.Spec {
	return []tracker.Spec{
		dictrack.Custom("tracker", "custom", Object{"x": 1}, dictrack.Targets(99)),
		dictrack.Count("condition", dictrack.Targets(9), dictrack.Where(condition.Custom("custom", nil))),
		dictrack.Count("limiter", dictrack.Targets(9), dictrack.Limiters(limiter.Custom("custom", nil))),
	}
}

// CountWithLimiter returns a count tracker of two stages with a custom limiter.
func CountWithLimiter(name, kind string, args any) tracker.Spec {
	return dictrack.Count(name, dictrack.Targets(5, 99), dictrack.Limiters(limiter.Custom(kind, args)))
}

// panicking is a condition and a limiter that panics in one of its methods.
type panicking struct {
	limiter.BaseRule
	method string
}

func (r panicking) panicIn(method string, data Object) {
	if r.method == method || data["panic"] == method {
		panic("in " + method)
	}
}

func (r panicking) Match(data map[string]any) bool {
	r.panicIn("match", data)
	return true
}

func (r panicking) Start(limiter.Input) (limiter.State, error) {
	r.panicIn("start", nil)
	return limiter.State{}, nil
}

func (r panicking) Before(_ limiter.State, in limiter.Input) limiter.Verdict {
	r.panicIn("before", in.Data)
	return limiter.Pass
}

func (r panicking) After(s limiter.State, in limiter.Input) (limiter.State, bool) {
	r.panicIn("after", in.Data)
	return s, false
}

func (r panicking) StageDone(s limiter.State, in limiter.Input) (limiter.State, bool) {
	r.panicIn("stage done", in.Data)
	return s, false
}

func (r panicking) Reset(s limiter.State, by limiter.Reset, _ limiter.Input) (limiter.State, bool, error) {
	r.panicIn("reset", nil)
	if by.Args != nil {
		return s, false, errors.New("no args are allowed")
	}
	return s, false, nil
}

// panickingKind is a kind of tracker that adds 10 with each step, or panics.
type panickingKind struct {
	tracker.BaseKind
	rule panicking
}

func (k panickingKind) Step(s tracker.KindState, in tracker.Input) (tracker.KindState, bool) {
	k.rule.panicIn("step", in.Data)
	return tracker.KindState{Progress: s.Progress.Add(decimal.FromInt(10))}, true
}

// timedLimiter is a panicking limiter with a timer.
type timedLimiter struct{ panicking }

func (r timedLimiter) Due(limiter.State) int64 {
	r.panicIn("due", nil)
	return Start.Add(time.Minute).UnixMilli()
}

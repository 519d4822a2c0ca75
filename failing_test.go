package dictrack_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// faulty is custom code of every kind. It panics where its data, or its args, say so.
type faulty struct {
	limiter.BaseRule
	at string
}

func (r faulty) panicAt(place string, data object) {
	if r.at == place || data["panic"] == place {
		panic("at " + place)
	}
}

func (r faulty) Match(data map[string]any) bool {
	r.panicAt("match", data)
	return true
}

// faultyKind is faulty as a kind of tracker.
type faultyKind struct {
	tracker.BaseKind
	faulty faulty
}

func (k faultyKind) Step(s tracker.KindState, in tracker.Input) (tracker.KindState, bool) {
	k.faulty.panicAt("advance", in.Data)
	return tracker.KindState{Progress: s.Progress.Add(decimal.FromInt(10))}, true
}

func (r faulty) Start(limiter.Input) (limiter.State, error) {
	r.panicAt("start", nil)
	return limiter.State{}, nil
}

func (r faulty) Before(_ limiter.State, in limiter.Input) limiter.Verdict {
	r.panicAt("before", in.Data)
	return limiter.Pass
}

func (r faulty) After(s limiter.State, in limiter.Input) (limiter.State, bool) {
	r.panicAt("after", in.Data)
	return s, false
}

func (r faulty) StageDone(s limiter.State, in limiter.Input) (limiter.State, bool) {
	r.panicAt("stage done", in.Data)
	return s, false
}

func (r faulty) Reset(s limiter.State, by limiter.Reset, _ limiter.Input) (limiter.State, bool, error) {
	r.panicAt("reset", nil)
	if by.Args != nil {
		return s, false, errors.New("no args are allowed")
	}
	return s, false, nil
}

// timed is a faulty limiter that has the clock ask.
type timed struct{ faulty }

func (r timed) Due(limiter.State) int64 {
	r.panicAt("due", nil)
	return start.Add(time.Minute).UnixMilli()
}

// registry knows the custom kinds of these tests, each under the name "custom"; the limiter "timed" too.
func registry() *tracker.Registry {
	r := &tracker.Registry{}
	at := func(args any) faulty {
		place, _ := args.(string)
		return faulty{at: place}
	}
	err := errors.Join(
		r.Register("custom", func(args any) (tracker.Kind, error) { return faultyKind{faulty: at(args)}, nil }),
		r.Conditions.Register("custom", func(args any) (condition.Predicate, error) { return at(args), nil }),
		r.Limiters.Register("custom", func(args any) (limiter.Rule, error) { return at(args), nil }),
		r.Limiters.Register("timed", func(args any) (limiter.Rule, error) { return timed{at(args)}, nil }),
	)
	if err != nil {
		panic(err)
	}
	return r
}

func custom(o *dictrack.Options) { o.Registry = registry() }

// customKinds runs a test on a Manager that knows them, in memory and on a disk.
func customKinds(t *testing.T, test func(t *testing.T, f *fixture)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) { test(t, open(t, nil, custom)) })
	t.Run("store", func(t *testing.T) { test(t, open(t, faultstore.New(), custom)) })
}

// TestFailingTracker stands still, is reported, and touches no other tracker of the group.
func TestFailingTracker(t *testing.T) {
	targets := map[string]int{"match": 10, "advance": 10, "before": 10, "after": 15, "stage done": 10}
	for place, target := range targets {
		t.Run(place, func(t *testing.T) {
			customKinds(t, func(t *testing.T, f *fixture) {
				f.add("g",
					count("before", 9),
					dictrack.Custom("faulty", "custom", nil, dictrack.Targets(target, 90),
						dictrack.Where(condition.Custom("custom", nil)), dictrack.Limiters(limiter.Custom("custom", nil))),
					count("after", 2, 9),
				)
				f.track("g", object{"panic": place}, withID("x"))
				res := f.track("g", object{"panic": place})
				failures := res.Failures()
				if len(failures) != 1 || failures[0].Tracker != "faulty" || failures[0].Group != "g" ||
					!strings.Contains(failures[0].Error(), "at "+place) {
					t.Errorf("failures %v, want one of the faulty tracker", failures)
				}
				expectLines(t, names(res.Changed()), "before", "after")
				expectLines(t, lines(res.Events()), "STAGE_COMPLETED after 2", "RESET after 2")
				f.expect("g", "faulty", fmt.Sprint("0/", target))
				if res := f.track("g", nil); res.Failures() != nil || len(res.Changed()) != 3 {
					t.Errorf("with data that does no harm: %v, %v", res.Changed(), res.Failures())
				}
				f.expect("g", "faulty", map[bool]string{true: "10/90", false: "10/15"}[target == 10])
			})
		})
	}
}

// TestFailingCondition that several trackers share fails each of them, and only those that ask it.
func TestFailingCondition(t *testing.T) {
	f := open(t, nil, custom)
	shared := condition.Custom("custom", nil)
	f.add("g",
		dictrack.Count("a", dictrack.Targets(9), dictrack.Where(shared)),
		dictrack.Count("b", dictrack.Targets(9), dictrack.Where(shared, condition.Exists("x"))),
		dictrack.Count("c", dictrack.Targets(9), dictrack.Where(shared, condition.Eq("x", 1))),
	)
	var failed []string
	for _, one := range f.track("g", object{"panic": "match", "x": 1}).Failures() {
		failed = append(failed, one.Tracker)
	}
	expectLines(t, failed, "a", "b", "c")
	failed = nil
	for _, one := range f.track("g", object{"panic": "match", "x": 2}).Failures() {
		failed = append(failed, one.Tracker)
	}
	expectLines(t, failed, "a", "b")
}

// TestFailingByHand refuses the call as a whole.
func TestFailingByHand(t *testing.T) {
	customKinds(t, func(t *testing.T, f *fixture) {
		err := f.Add(t.Context(), "g", count("fine", 9), limited("a", "custom", "start"))
		if err == nil || !strings.Contains(err.Error(), "at start") || !strings.Contains(err.Error(), `"a"`) {
			t.Errorf("Add: %v, want the panic", err)
		}
		f.expect("g", "fine", "gone")
		f.add("g", count("fine", 9), limited("a", "custom", "reset"), limited("b", "custom", "stage done"), limited("c", "custom", nil))
		f.track("g", nil)
		heard := f.hear()
		if err := f.ResetAll(t.Context(), "g", resetBy{Policy: tracker.ResetAll}); err == nil || !strings.Contains(err.Error(), "at reset") {
			t.Errorf("ResetAll: %v, want the panic", err)
		}
		by := resetBy{Args: 7}
		if err := f.Reset(t.Context(), "g", by, "c"); err == nil || !strings.Contains(err.Error(), "no args are allowed") {
			t.Errorf("Reset: %v, want the limiter's error", err)
		}
		if err := f.Update(t.Context(), "g", "b", dictrack.SetProgress(9)); err == nil || !strings.Contains(err.Error(), "at stage done") {
			t.Errorf("Update: %v, want the panic", err)
		}
		expectLines(t, heard())
		f.expect("g", "fine", "1/9")
		f.expect("g", "b", "1/5")
	})
}

// limited is a count tracker of two stages with a custom limiter.
func limited(name, kind string, args any) tracker.Spec {
	return dictrack.Count(name, dictrack.Targets(5, 99), dictrack.Limiters(limiter.Custom(kind, args)))
}

// TestFailingAtItsTime logs the limiter that panics when the clock asks it, and sweeps all others.
func TestFailingAtItsTime(t *testing.T) {
	for _, args := range []any{"before", nil} { // panics, or lets pass although its time has come
		t.Run(fmt.Sprint(args), func(t *testing.T) {
			customKinds(t, func(t *testing.T, f *fixture) {
				f.add("g", limited("faulty", "timed", args), dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Minute)))
				f.add("h", dictrack.Count("b", dictrack.Targets(9), dictrack.ExpireAfter(time.Minute)))
				heard := f.hear()
				f.clock.pass(time.Hour)
				swept := make(chan error, 1)
				go func() { swept <- f.Sweep(t.Context()) }()
				select {
				case <-swept:
				case <-time.After(5 * time.Second):
					t.Fatal("Sweep does not come to an end")
				}
				if got := heard(); len(got) != 2 {
					t.Errorf("heard %q, want both expiries", got)
				}
				f.expect("g", "faulty", "0/5")
				if args == "before" && !strings.Contains(f.logged.String(), "at before") {
					t.Errorf("the log %q says nothing of the panic", f.logged)
				}
			})
		})
	}
}

// TestFailingDue neither breaks the group nor the process.
func TestFailingDue(t *testing.T) {
	f := open(t, nil, custom)
	f.add("g", count("fine", 9))
	add := func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("the caller got the panic: %v", r)
				t.Error(err)
			}
		}()
		return f.Add(t.Context(), "g", limited("a", "timed", "due"))
	}
	_ = add() // refused, or taken in as one that is never due
	tracked := make(chan struct{})
	go func() {
		defer close(tracked)
		f.track("g", nil)
	}()
	select {
	case <-tracked:
	case <-time.After(5 * time.Second):
		t.Fatal("the group is stuck")
	}
	f.expect("g", "fine", "1/9")
}

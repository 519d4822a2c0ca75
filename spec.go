package dictrack

import (
	"fmt"
	"time"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// Number is what targets and progress are given as.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 |
		~float32 | ~float64 | decimal.Decimal
}

// toDecimal is n as a decimal, a float by its shortest form; ok is false for NaN and infinities.
func toDecimal[N Number](n N) (d decimal.Decimal, ok bool) {
	if d, ok := any(n).(decimal.Decimal); ok {
		return d, true
	}
	v := value.Of(n)
	return v.Decimal()
}

// specNumber is n as a decimal. If it is none, the spec gets an error.
func specNumber[N Number](s *Spec, path string, n N) decimal.Decimal {
	d, ok := toDecimal(n)
	if !ok {
		s.Err = &field.Error{Path: path, Value: fmt.Sprint(n), Want: "want a finite number"}
	}
	return d
}

// TrackerOption sets a part of a tracker's [Spec].
type TrackerOption func(*Spec)

// Count returns the spec of a tracker that counts messages. By default it has one target of 1, meets all messages, starts
// its limiters again after each stage, and does not loop.
func Count(name string, options ...TrackerOption) Spec {
	return newSpec(Spec{Name: name, Kind: tracker.KindCount}, options)
}

// Sum returns the spec of a tracker that adds up the numbers at the path key. Its defaults are those of [Count].
func Sum(name, key string, options ...TrackerOption) Spec {
	return newSpec(Spec{Name: name, Kind: tracker.KindSum, Key: key}, options)
}

// Custom returns the spec of a tracker of a kind that [Options.Registry] knows. Args may be any value with a JSON form.
func Custom(name, kind string, args any, options ...TrackerOption) Spec {
	return newSpec(Spec{Name: name, Kind: kind, Args: args}, options)
}

func newSpec(s Spec, options []TrackerOption) Spec {
	s.Reset = tracker.ResetLimiter
	for _, set := range options {
		set(&s)
	}
	return s
}

// Targets sets the targets of the stages, in their order.
func Targets[N Number](targets ...N) TrackerOption {
	return func(s *Spec) {
		for _, t := range targets {
			s.Targets = append(s.Targets, specNumber(s, "targets", t))
		}
	}
}

// Where adds conditions. A message moves the tracker when all of them hold for its data.
func Where(conditions ...condition.Condition) TrackerOption {
	return func(s *Spec) { s.Where = append(s.Where, conditions...) }
}

// Limiters adds limiters. They are asked in this order.
func Limiters(limiters ...limiter.Limiter) TrackerOption {
	return func(s *Spec) { s.Limiters = append(s.Limiters, limiters...) }
}

// Reset sets what completing a stage resets. The default is [ResetLimiter].
func Reset(p ResetPolicy) TrackerOption { return func(s *Spec) { s.Reset = p } }

// Loop makes the tracker start again after its last stage. All targets must be above 0.
func Loop() TrackerOption { return func(s *Spec) { s.Loop = true } }

// Carry keeps what progress was above the target when it starts again.
func Carry() TrackerOption { return func(s *Spec) { s.Carry = true } }

// Keep leaves the tracker in its group when it is completed. By default it is removed.
func Keep() TrackerOption { return func(s *Spec) { s.Keep = true } }

// Initial sets where progress starts. The default is 0.
func Initial[N Number](n N) TrackerOption {
	return func(s *Spec) { s.Initial = specNumber(s, "initial", n) }
}

// ExpireAfter removes the tracker d after it was added.
func ExpireAfter(d time.Duration) TrackerOption { return func(s *Spec) { s.Expire = d } }

// ExpireAt removes the tracker at t.
func ExpireAt(t time.Time) TrackerOption { return func(s *Spec) { s.ExpireAt = t } }

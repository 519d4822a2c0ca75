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

// Number is what targets and progress may be given as.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 |
		~float32 | ~float64 | decimal.Decimal
}

// exact is n as a decimal, a float by its shortest form; ok is false for NaN and infinities.
func exact[N Number](n N) (d decimal.Decimal, ok bool) {
	if d, ok := any(n).(decimal.Decimal); ok {
		return d, true
	}
	v := value.Of(n)
	return v.Decimal()
}

// take sets a number of the spec, or notes that it is none.
func take[N Number](s *tracker.Spec, path string, n N) decimal.Decimal {
	d, ok := exact(n)
	if !ok {
		s.Err = &field.Error{Path: path, Value: fmt.Sprint(n), Want: "want a finite number"}
	}
	return d
}

// Option sets a part of a tracker's spec.
type Option func(*tracker.Spec)

// Count is a tracker that counts data, with the defaults: limiters start again with each stage (which
// tells a Reset event also where there are none; see Resets), no loop.
func Count(name string, options ...Option) tracker.Spec {
	return spec(tracker.Spec{Name: name, Kind: tracker.KindCount}, options)
}

// Sum is a tracker that adds up the numbers at the path key.
func Sum(name, key string, options ...Option) tracker.Spec {
	return spec(tracker.Spec{Name: name, Kind: tracker.KindSum, Key: key}, options)
}

// Custom is a tracker of a registered kind. Args may be any value with a JSON form.
func Custom(name, kind string, args any, options ...Option) tracker.Spec {
	return spec(tracker.Spec{Name: name, Kind: kind, Args: args}, options)
}

func spec(s tracker.Spec, options []Option) tracker.Spec {
	s.Reset = tracker.ResetLimiter
	for _, set := range options {
		set(&s)
	}
	return s
}

// Targets sets the targets of the stages.
func Targets[N Number](targets ...N) Option {
	return func(s *tracker.Spec) {
		for _, t := range targets {
			s.Targets = append(s.Targets, take(s, "targets", t))
		}
	}
}

// Where adds conditions; all must hold.
func Where(conditions ...condition.Condition) Option {
	return func(s *tracker.Spec) { s.Where = append(s.Where, conditions...) }
}

// Limit adds limiters, asked in this order.
func Limit(limiters ...limiter.Limiter) Option {
	return func(s *tracker.Spec) { s.Limiters = append(s.Limiters, limiters...) }
}

// Resets says what a completed stage resets; the default is tracker.ResetLimiter.
func Resets(p tracker.Policy) Option { return func(s *tracker.Spec) { s.Reset = p } }

// Loop starts again after the last stage. The targets must be above 0.
func Loop() Option { return func(s *tracker.Spec) { s.Loop = true } }

// Carry takes what was above the target along where progress starts again.
func Carry() Option { return func(s *tracker.Spec) { s.Carry = true } }

// Keep leaves the completed tracker in its group.
func Keep() Option { return func(s *tracker.Spec) { s.Keep = true } }

// Initial sets where progress starts.
func Initial[N Number](n N) Option {
	return func(s *tracker.Spec) { s.Initial = take(s, "initial", n) }
}

// ExpireAfter removes the tracker d after it was added.
func ExpireAfter(d time.Duration) Option { return func(s *tracker.Spec) { s.Expire = d } }

// ExpireAt removes the tracker at t.
func ExpireAt(t time.Time) Option { return func(s *tracker.Spec) { s.ExpireAt = t } }

package tracker

import (
	"time"

	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/value"
)

// unlessZero returns v, or nil for the zero value, which is the default of its field.
func unlessZero[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// writeArgs returns a copy of the args.
func writeArgs(s *Spec) any {
	if s.Args == nil {
		return nil
	}
	args, _ := value.Normalize(s.Args) // it succeeded before
	return args
}

func writeWhere(s *Spec) any {
	if len(s.Where) == 0 {
		return nil
	}
	list := make([]any, len(s.Where))
	for i := range s.Where {
		list[i] = s.Where[i].Fields()
	}
	return list
}

func writeLimiters(s *Spec) any {
	if len(s.Limiters) == 0 {
		return nil
	}
	list := make([]any, len(s.Limiters))
	for i := range s.Limiters {
		list[i] = s.Limiters[i].Fields()
	}
	return list
}

func writeReset(s *Spec) any {
	if s.Reset == ResetLimiter {
		return nil
	}
	return s.Reset.Fields()
}

func writeInitial(s *Spec) any {
	if s.Initial.IsZero() {
		return nil
	}
	return jsonNumber(s.Initial)
}

func writeExpire(s *Spec) any {
	if s.Expire == 0 {
		return nil
	}
	return limiter.FormatDuration(s.Expire)
}

func writeExpireAt(s *Spec) any {
	if s.ExpireAt.IsZero() {
		return nil
	}
	return s.ExpireAt.Format(time.RFC3339Nano)
}

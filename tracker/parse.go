package tracker

import (
	"fmt"
	"time"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/limiter"
)

// Parse reads the JSON form of a definition, in Go form (see value.Value.Any), and binds its custom
// kinds. The error is field.Errors with every mistake, each with its path, or an UnknownKindError of
// this package, of condition or of limiter.
func (r *Registry) Parse(v any) (*Definition, error) {
	fields, err := field.Object(v)
	if err != nil {
		return nil, err
	}
	fields.Require("name", "want a text")
	fields.Require("kind", "want count, sum or a registered kind")
	fields.Require("targets", "want a list of numbers")
	spec, err := r.parseSpec(fields)
	if err != nil {
		return nil, err
	}
	if err := fields.Done(); err != nil {
		return nil, err
	}
	return New(spec, r)
}

func (r *Registry) parseSpec(fields *field.Reader) (spec Spec, err error) {
	spec.Name, _ = fields.String("name")
	spec.Kind, _ = fields.String("kind")
	spec.Key, _ = fields.String("key")
	spec.Args, _ = fields.Any("args")
	if spec.Where, err = r.parseWhere(fields); err != nil {
		return spec, err
	}
	spec.Targets = ParseTargets(fields)
	if spec.Limiters, err = r.parseLimiters(fields); err != nil {
		return spec, err
	}
	spec.Reset = ResetDefault
	if v, ok := fields.Any("reset"); ok {
		spec.Reset, err = ParsePolicy(v)
		fields.Errs.Merge("reset", err)
	}
	spec.Loop, _ = fields.Bool("loop")
	spec.Carry, _ = fields.Bool("carry")
	spec.Keep, _ = fields.Bool("keep")
	spec.Initial, _ = fields.Number("initial")
	parseExpiry(fields, &spec)
	return spec, nil
}

func (r *Registry) parseWhere(fields *field.Reader) ([]condition.Condition, error) {
	list, _ := fields.List("where")
	where := make([]condition.Condition, 0, len(list))
	for i, item := range list {
		c, err := r.conditions().Parse(item)
		if err := mergeFieldErrors(&fields.Errs, field.Index("where", i), err); err != nil {
			return nil, fmt.Errorf("%s.%w", field.Index("where", i), err)
		}
		if err == nil {
			where = append(where, c)
		}
	}
	return where, nil
}

func (r *Registry) parseLimiters(fields *field.Reader) ([]limiter.Limiter, error) {
	list, _ := fields.List("limiters")
	limiters := make([]limiter.Limiter, 0, len(list))
	for i, item := range list {
		l, err := r.limiters().Parse(item)
		if err := mergeFieldErrors(&fields.Errs, field.Index("limiters", i), err); err != nil {
			return nil, fmt.Errorf("%s.%w", field.Index("limiters", i), err)
		}
		if err == nil {
			limiters = append(limiters, l)
		}
	}
	return limiters, nil
}

// ParseTargets takes the field "targets": a list of numbers.
func ParseTargets(fields *field.Reader) []decimal.Decimal {
	list, ok := fields.List("targets")
	if ok && len(list) == 0 {
		fields.Errs.Add("targets", list, "want at least one target")
	}
	targets := make([]decimal.Decimal, len(list))
	for i, item := range list {
		if targets[i], ok = field.Number(item); !ok {
			fields.Errs.Add(field.Index("targets", i), field.OrNull(item), "want a finite number")
		}
	}
	return targets
}

func parseExpiry(fields *field.Reader, spec *Spec) {
	if text, ok := fields.String("expire"); ok {
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			fields.Errs.Add("expire", text, "want a duration above 0, such as 90s or 2160h")
		}
		spec.Expire = d
	}
	if v, ok := fields.Any("expire_at"); ok {
		at, err := ParseInstant(v)
		fields.Errs.Merge("expire_at", err)
		spec.ExpireAt = at
	}
}

// ParseInstant reads an expiry: RFC 3339 text, or a number of Unix seconds, to the millisecond.
func ParseInstant(v any) (time.Time, error) {
	if text, ok := v.(string); ok {
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return t.UTC().Truncate(time.Millisecond), CheckExpiry(t)
		}
	}
	if s, ok := field.Int(v); ok && s > 0 && s <= maxExpiry.Unix() {
		return time.Unix(s, 0).UTC(), nil
	}
	return time.Time{}, &field.Error{Value: field.OrNull(v), Want: "want RFC 3339 such as 2026-01-31T12:00:00Z, or whole Unix seconds"}
}

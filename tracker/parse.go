package tracker

import (
	"fmt"
	"time"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/field"
)

func parseWhere(r *Registry, fields *field.Reader, s *Spec) (err error) {
	s.Where, err = parseItems(fields, "where", r.conditions().Parse)
	return err
}

func parseLimiters(r *Registry, fields *field.Reader, s *Spec) (err error) {
	s.Limiters, err = parseItems(fields, "limiters", r.limiters().Parse)
	return err
}

// parseItems reads a list. Items with mistakes are left out.
func parseItems[T any](fields *field.Reader, name string, parse func(any) (T, error)) ([]T, error) {
	list, _ := fields.List(name)
	items := make([]T, 0, len(list))
	for i, v := range list {
		item, err := parse(v)
		if err := mergeFieldErrors(&fields.Errs, field.Index(name, i), err); err != nil {
			return nil, fmt.Errorf("%s.%w", field.Index(name, i), err)
		}
		if err == nil {
			items = append(items, item)
		}
	}
	return items, nil
}

// ParseTargets reads the field "targets": a list of numbers.
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

func parseReset(_ *Registry, fields *field.Reader, s *Spec) (err error) {
	s.Reset = ResetDefault
	if v, ok := fields.Any("reset"); ok {
		s.Reset, err = ParsePolicy(v)
		fields.Errs.Merge("reset", err)
	}
	return nil
}

func parseExpire(_ *Registry, fields *field.Reader, s *Spec) error {
	if text, ok := fields.String("expire"); ok {
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			fields.Errs.Add("expire", text, "want a duration above 0, such as 90s or 2160h")
		}
		s.Expire = d
	}
	return nil
}

func parseExpireAt(_ *Registry, fields *field.Reader, s *Spec) (err error) {
	if v, ok := fields.Any("expire_at"); ok {
		s.ExpireAt, err = ParseInstant(v)
		fields.Errs.Merge("expire_at", err)
	}
	return nil
}

// ParseInstant reads an expiry: RFC 3339 text, or a number of Unix seconds. The result is cut to milliseconds.
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

package tracker

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/value"
)

// CheckName returns a *field.Error unless s can name a tracker or a group.
func CheckName(path, s string) error {
	if s == "" || strings.IndexByte(s, 0) >= 0 {
		return &field.Error{Path: path, Value: s, Want: "want a text that is not empty and has no NUL"}
	}
	return nil
}

// validate checks everything about d.spec and binds its custom kinds.
func (d *Definition) validate(r *Registry) error {
	var errs field.Errors
	errs.Merge("", CheckName("name", d.spec.Name))
	if !utf8.ValidString(d.spec.Name) {
		errs.Add("name", d.spec.Name, "want UTF-8, since a definition is JSON")
	}
	if err := d.validateKind(r, &errs); err != nil {
		return err
	}
	if err := d.bind(r, &errs); err != nil {
		return err
	}
	d.validateTargets(&errs)
	errs.Merge("", d.spec.Reset.checkOwn())
	d.validateExpiry(&errs)
	return errs.Err()
}

func (d *Definition) validateKind(r *Registry, errs *field.Errors) error {
	s := &d.spec
	var err error
	if s.Args, err = value.Normalize(s.Args); err != nil {
		errs.Add("args", nil, "want a value with a JSON form: "+err.Error())
		return nil
	}
	newKind := builtins[s.Kind]
	if d.custom = newKind == nil; !d.custom {
		if s.Args != nil {
			errs.Add("args", s.Args, "only registered kinds have args")
		}
		d.kind, err = newKind(s)
		errs.Merge("", err)
		return nil
	}
	if d.kind, err = r.customKind(s); err != nil {
		return mergeFieldErrors(errs, "", err)
	}
	if s.Key != "" {
		errs.Add("key", s.Key, "only sum has a key")
	}
	return nil
}

func (d *Definition) bind(r *Registry, errs *field.Errors) error {
	for i := range d.spec.Where {
		c, err := r.conditions().Bind(d.spec.Where[i])
		if err := mergeFieldErrors(errs, field.Index("where", i), err); err != nil {
			return fmt.Errorf("%s.%w", field.Index("where", i), err)
		}
		d.spec.Where[i] = c
	}
	for i := range d.spec.Limiters {
		l, err := r.limiters().Bind(d.spec.Limiters[i])
		if err := mergeFieldErrors(errs, field.Index("limiters", i), err); err != nil {
			return fmt.Errorf("%s.%w", field.Index("limiters", i), err)
		}
		d.spec.Limiters[i] = l
	}
	return nil
}

func (d *Definition) validateTargets(errs *field.Errors) {
	if len(d.spec.Targets) == 0 {
		errs.Add("targets", nil, "want at least one target")
	}
	if !d.spec.Loop {
		return
	}
	for i, t := range d.spec.Targets {
		if t.Sign() <= 0 {
			errs.Add(field.Index("targets", i), jsonNumber(t), "want a target above 0, since loop would never end")
		}
	}
	if len(*errs) == 0 && d.spec.Carry {
		d.validateCarry(errs)
	}
}

// validateCarry refuses targets so far apart that taking the last from the highest changes nothing in 19
// digits: a loop that carries would never end.
func (d *Definition) validateCarry(errs *field.Errors) {
	needs, takes := d.cycleSize()
	if needs.Sub(takes).Cmp(needs) >= 0 {
		errs.Add("targets", nil, fmt.Sprintf("%s is too small beside %s for a loop with carry, which would never end", takes, needs))
	}
}

// maxExpiry is the last moment that RFC 3339 can write.
var maxExpiry = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

func (d *Definition) validateExpiry(errs *field.Errors) {
	s := &d.spec
	if s.Expire != 0 && !s.ExpireAt.IsZero() {
		errs.Add("expire", nil, "want one of expire and expire_at, not both")
	}
	if s.Expire < 0 || s.Expire%time.Millisecond != 0 {
		errs.Add("expire", s.Expire.String(), "want a duration above 0, of whole milliseconds")
	}
	if !s.ExpireAt.IsZero() {
		errs.Merge("expire_at", CheckExpiry(s.ExpireAt))
	}
}

// CheckExpiry returns a *field.Error unless t can be an expiry: after 1970, before 10000.
func CheckExpiry(t time.Time) error {
	if t.UnixMilli() <= 0 || t.After(maxExpiry) {
		return &field.Error{Value: t.Format(time.RFC3339), Want: "want a time from 1970 to 9999"}
	}
	return nil
}

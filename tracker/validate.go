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

// checker checks a Spec field by field, binds its custom kinds, and makes its Kind.
type checker struct {
	*Spec

	registry *Registry
	errs     field.Errors
	kind     Kind
	custom   bool // the kind is a registered one
}

func checkName(c *checker) error {
	c.errs.Merge("", CheckName("name", c.Name))
	if !utf8.ValidString(c.Name) {
		c.errs.Add("name", c.Name, "want UTF-8, since a definition is JSON")
	}
	return nil
}

// bindKind makes the Kind, and checks the fields that depend on it.
func bindKind(c *checker) error {
	s := c.Spec
	var err error
	if s.Args, err = value.Normalize(s.Args); err != nil {
		c.errs.Add("args", nil, "want a value with a JSON form: "+err.Error())
		return nil
	}
	newKind := builtins[s.Kind]
	if c.custom = newKind == nil; !c.custom {
		if s.Args != nil {
			c.errs.Add("args", s.Args, "only registered kinds have args")
		}
		c.kind, err = newKind(s)
		c.errs.Merge("", err)
		return nil
	}
	if c.kind, err = c.registry.customKind(s); err != nil {
		return mergeFieldErrors(&c.errs, "", err)
	}
	if s.Key != "" {
		c.errs.Add("key", s.Key, "only sum has a key")
	}
	return nil
}

func bindWhere(c *checker) error {
	return bindItems("where", c.Where, c.registry.conditions().Bind, &c.errs)
}

func bindLimiters(c *checker) error {
	return bindItems("limiters", c.Limiters, c.registry.limiters().Bind, &c.errs)
}

// bindItems replaces every item by the bound one.
func bindItems[T any](name string, items []T, bind func(T) (T, error), errs *field.Errors) error {
	for i := range items {
		bound, err := bind(items[i])
		if err := mergeFieldErrors(errs, field.Index(name, i), err); err != nil {
			return fmt.Errorf("%s.%w", field.Index(name, i), err)
		}
		items[i] = bound
	}
	return nil
}

func checkTargets(c *checker) error {
	if len(c.Targets) == 0 {
		c.errs.Add("targets", nil, "want at least one target")
	}
	if !c.Loop {
		return nil
	}
	for i, t := range c.Targets {
		if t.Sign() <= 0 {
			c.errs.Add(field.Index("targets", i), jsonNumber(t), "want a target above 0, since loop would never end")
		}
	}
	if len(c.errs) == 0 && c.Carry {
		c.checkCarry()
	}
	return nil
}

// checkCarry refuses targets so far apart that subtracting the last one from the highest changes nothing in 19 digits:
// a loop that carries would never end.
func (c *checker) checkCarry() {
	needs, takes := c.cycleSize()
	if needs.Sub(takes).Cmp(needs) >= 0 {
		c.errs.Add("targets", nil, fmt.Sprintf("%s is too small beside %s for a loop with carry, which would never end", takes, needs))
	}
}

func checkReset(c *checker) error {
	c.errs.Merge("", c.Reset.checkOwn())
	return nil
}

// maxExpiry is the last time that RFC 3339 can write.
var maxExpiry = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

func checkExpire(c *checker) error {
	s := c.Spec
	if s.Expire != 0 && !s.ExpireAt.IsZero() {
		c.errs.Add("expire", nil, "want one of expire and expire_at, not both")
	}
	if s.Expire < 0 || s.Expire%time.Millisecond != 0 {
		c.errs.Add("expire", s.Expire.String(), "want a duration above 0, of whole milliseconds")
	}
	return nil
}

func checkExpireAt(c *checker) error {
	if !c.ExpireAt.IsZero() {
		c.errs.Merge("expire_at", CheckExpiry(c.ExpireAt))
	}
	return nil
}

// CheckExpiry returns a *field.Error unless t can be an expiry: after 1970, before 10000.
func CheckExpiry(t time.Time) error {
	if t.UnixMilli() <= 0 || t.After(maxExpiry) {
		return &field.Error{Value: t.Format(time.RFC3339), Want: "want a time from 1970 to 9999"}
	}
	return nil
}

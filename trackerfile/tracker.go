package trackerfile

import (
	"errors"
	"strings"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// tracker reads one tracker; nil when something is wrong with it, which is then recorded.
func (f *file) tracker(item *node) *tracker.Definition {
	fields, ok := item.goValue().(map[string]any)
	if !ok {
		f.refuse(item, "want an object")
		return nil
	}
	d, err := f.registry.Parse(fields)
	if err == nil {
		return d
	}
	e := validator{file: f, item: item, fields: fields, seen: map[field.Error]bool{}}
	for e.report(err) {
		_, err = f.registry.Parse(fields)
	}
	return nil
}

// validator finds all mistakes of one tracker. The core stops early: at a kind that nobody registered, and before
// it looks at how the fields fit together when one of them is wrong by itself. So whatever it blames is replaced by
// something that is surely right, and it is asked again, until it has nothing new to say.
type validator struct {
	file   *file
	item   *node
	fields map[string]any // the tracker, more of it replaced with every round
	seen   map[field.Error]bool
}

// report records the mistakes of one round and mends them; false when there was nothing new.
func (e *validator) report(err error) (more bool) {
	for _, one := range e.fieldErrors(err) {
		key := field.Error{Path: one.Path, Want: one.Want}
		if e.seen[key] {
			continue
		}
		e.seen[key] = true
		more = true
		e.addOnce(one)
		repair(e.fields, one.Path)
	}
	return more
}

// addOnce says what is wrong, unless something was said about that place before the tracker was looked at.
func (e *validator) addOnce(one *field.Error) {
	at := e.item.locate(one.Path)
	if at.broken {
		return
	}
	text := (&field.Error{Value: one.Value, Want: one.Want}).Error()
	e.file.add(at.position, field.Join(e.item.path(), one.Path), text)
}

// fieldErrors turns any error of the core into mistakes with paths.
func (e *validator) fieldErrors(err error) field.Errors {
	var (
		errs        field.Errors
		ofTracker   *tracker.UnknownKindError
		ofCondition *condition.UnknownKindError
		ofLimiter   *limiter.UnknownKindError
	)
	switch {
	case errors.As(err, &ofTracker):
		errs.Add("kind", nil, reason(ofTracker))
	case errors.As(err, &ofCondition):
		e.addUnknownKinds(&errs, "where", "op", e.parseCondition)
	case errors.As(err, &ofLimiter):
		e.addUnknownKinds(&errs, "limiters", "kind", e.parseLimiter)
	default:
		errs.Merge("", err)
	}
	return errs
}

// addUnknownKinds finds all items of a list that are of an unknown kind, since the core stops at the first.
func (e *validator) addUnknownKinds(errs *field.Errors, list, kind string, parse func(any) (bool, error)) {
	items, _ := e.fields[list].([]any)
	for i, item := range items {
		if unknown, err := parse(item); unknown {
			errs.Add(field.Join(field.Index(list, i), kind), nil, reason(err))
		}
	}
}

func (e *validator) parseCondition(v any) (unknown bool, err error) {
	var r *condition.Registry
	if e.file.registry != nil {
		r = &e.file.registry.Conditions
	}
	_, err = r.Parse(v)
	var kind *condition.UnknownKindError
	return errors.As(err, &kind), err
}

func (e *validator) parseLimiter(v any) (unknown bool, err error) {
	var r *limiter.Registry
	if e.file.registry != nil {
		r = &e.file.registry.Limiters
	}
	_, err = r.Parse(v)
	var kind *limiter.UnknownKindError
	return errors.As(err, &kind), err
}

// reason is the text of an error about an unknown kind, without the field that it begins with.
func reason(err error) string {
	_, text, _ := strings.Cut(err.Error(), ": ")
	return text
}

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
	fields, ok := item.plain().(map[string]any)
	if !ok {
		f.refuse(item, "want an object")
		return nil
	}
	d, err := f.registry.Parse(fields)
	if err == nil {
		return d
	}
	e := examination{file: f, item: item, fields: fields, seen: map[field.Error]bool{}}
	for e.note(err) {
		_, err = f.registry.Parse(fields)
	}
	return nil
}

// examination finds all mistakes of one tracker. The core stops early: at a kind that nobody registered, and before
// it looks at how the fields fit together when one of them is wrong by itself. So whatever it blames is replaced by
// something that is surely right, and it is asked again, until it has nothing new to say.
type examination struct {
	file   *file
	item   *node
	fields map[string]any // the tracker, more of it replaced with every round
	seen   map[field.Error]bool
}

// note records the mistakes of one round and mends them; false when there was nothing new.
func (e *examination) note(err error) (more bool) {
	for _, one := range e.mistakes(err) {
		key := field.Error{Path: one.Path, Want: one.Want}
		if e.seen[key] {
			continue
		}
		e.seen[key] = true
		more = true
		e.record(one)
		mend(e.fields, one.Path)
	}
	return more
}

// record says what is wrong, unless something was said about that place before the tracker was looked at.
func (e *examination) record(one *field.Error) {
	at := e.item.locate(one.Path)
	if at.broken {
		return
	}
	text := (&field.Error{Value: one.Value, Want: one.Want}).Error()
	e.file.add(at.place, field.Join(e.item.path(), one.Path), text)
}

// mistakes turns any error of the core into mistakes with paths.
func (e *examination) mistakes(err error) field.Errors {
	var (
		errs        field.Errors
		ofTracker   *tracker.UnknownKindError
		ofCondition *condition.UnknownKindError
		ofLimiter   *limiter.UnknownKindError
	)
	switch {
	case errors.As(err, &ofTracker):
		errs.Add("kind", nil, because(ofTracker))
	case errors.As(err, &ofCondition):
		e.unknown(&errs, "where", "op", e.parseCondition)
	case errors.As(err, &ofLimiter):
		e.unknown(&errs, "limiters", "kind", e.parseLimiter)
	default:
		errs.Merge("", err)
	}
	return errs
}

// unknown finds all items of a list that are of an unknown kind, since the core stops at the first.
func (e *examination) unknown(errs *field.Errors, list, kind string, parse func(any) (bool, error)) {
	items, _ := e.fields[list].([]any)
	for i, item := range items {
		if unknown, err := parse(item); unknown {
			errs.Add(field.Join(field.Index(list, i), kind), nil, because(err))
		}
	}
}

func (e *examination) parseCondition(v any) (unknown bool, err error) {
	var r *condition.Registry
	if e.file.registry != nil {
		r = &e.file.registry.Conditions
	}
	_, err = r.Parse(v)
	var kind *condition.UnknownKindError
	return errors.As(err, &kind), err
}

func (e *examination) parseLimiter(v any) (unknown bool, err error) {
	var r *limiter.Registry
	if e.file.registry != nil {
		r = &e.file.registry.Limiters
	}
	_, err = r.Parse(v)
	var kind *limiter.UnknownKindError
	return errors.As(err, &kind), err
}

// because is the text of an error about an unknown kind, without the field that it begins with.
func because(err error) string {
	_, text, _ := strings.Cut(err.Error(), ": ")
	return text
}

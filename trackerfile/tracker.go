package trackerfile

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// tracker reads one tracker; nil when something is wrong with it, which is then recorded.
func (f *file) tracker(item *node) *tracker.Definition {
	v := item.plain()
	d, err := f.registry.Parse(v)
	if err == nil {
		return d
	}
	fields, ok := v.(map[string]any)
	if !ok {
		f.blame(item, err)
		return nil
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
		e.file.blame(e.item, one)
		mend(e.fields, one.Path)
	}
	return more
}

// mistakes turns any error of the core into mistakes with paths.
func (e *examination) mistakes(err error) field.Errors {
	var ofTracker *tracker.UnknownKindError
	var ofCondition *condition.UnknownKindError
	var ofLimiter *limiter.UnknownKindError
	var errs field.Errors
	switch {
	case errors.As(err, &ofTracker):
		errs.Add("kind", nil, because(ofTracker))
	case errors.As(err, &ofCondition):
		e.eachUnknown(&errs, "where", "op")
	case errors.As(err, &ofLimiter):
		e.eachUnknown(&errs, "limiters", "kind")
	default:
		errs.Merge("", err)
	}
	return errs
}

// eachUnknown asks for every item of a list by itself, since the core stops at the first one of an unknown kind.
func (e *examination) eachUnknown(errs *field.Errors, list, kind string) {
	registry := e.file.registry
	if registry == nil {
		registry = &tracker.Registry{}
	}
	items, _ := e.fields[list].([]any)
	for i, item := range items {
		var ofCondition *condition.UnknownKindError
		var ofLimiter *limiter.UnknownKindError
		_, err := registry.Conditions.Parse(item)
		if list == "limiters" {
			_, err = registry.Limiters.Parse(item)
		}
		if errors.As(err, &ofCondition) || errors.As(err, &ofLimiter) {
			errs.Add(field.Join(field.Index(list, i), kind), nil, because(err))
		}
	}
}

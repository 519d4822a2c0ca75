// Package field reads decoded JSON objects field by field and reports every mistake with its place.
//
// A Reader remembers which fields were asked for, so that a misspelt one is an error and not a silent
// default. All mistakes of one document are collected: somebody who writes a definition file wants to
// see them together.
package field

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dictrack/dictrack/value"
)

// Error is one mistake: the value at Path is not what is allowed there.
type Error struct {
	// Path says where, from the root of what was read: "where[1].value". Empty for the root itself.
	Path string
	// Value is what was found, in Go form; nil when nothing was.
	Value any
	// Want says what is allowed there, or what is wrong, as a phrase.
	Want string
}

// Error names the path, the value and what is allowed.
func (e *Error) Error() string {
	switch {
	case e.Value == nil && e.Path == "":
		return e.Want
	case e.Value == nil:
		return e.Path + ": " + e.Want
	case e.Path == "":
		return fmt.Sprintf("%s is not allowed: %s", format(e.Value), e.Want)
	}
	return fmt.Sprintf("%s: %s is not allowed: %s", e.Path, format(e.Value), e.Want)
}

// format prints a value the way its author wrote it, cut to a readable length.
func format(v any) string {
	text, err := value.AppendCanonical(nil, v)
	switch _, isText := v.(string); {
	case err != nil && isText:
		text = fmt.Appendf(nil, "%q", v)
	case err != nil:
		text = fmt.Appendf(nil, "%v", v)
	}
	const most = 60
	if len(text) > most {
		return strings.ToValidUTF8(string(text[:most]), "") + "..."
	}
	return string(text)
}

// Errors are all mistakes of one document, in the order they were found.
type Errors []*Error

// Error joins the mistakes, one a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As reach each mistake.
func (e Errors) Unwrap() []error {
	errs := make([]error, len(e))
	for i, one := range e {
		errs[i] = one
	}
	return errs
}

// Err returns nil when there is no mistake, else e.
func (e Errors) Err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// Add records a mistake.
func (e *Errors) Add(path string, v any, want string) {
	*e = append(*e, &Error{Path: path, Value: v, Want: want})
}

// Merge records the mistakes of err under prefix; any other error becomes one mistake at prefix.
func (e *Errors) Merge(prefix string, err error) {
	var all Errors
	var one *Error
	switch {
	case err == nil:
	case errors.As(err, &all):
		for _, one := range all {
			e.Add(Join(prefix, one.Path), one.Value, one.Want)
		}
	case errors.As(err, &one):
		e.Add(Join(prefix, one.Path), one.Value, one.Want)
	default:
		e.Add(prefix, nil, err.Error())
	}
}

// Join puts a path under a prefix: "where[0]" and "key" make "where[0].key".
func Join(prefix, path string) string {
	if prefix == "" || path == "" || path[0] == '[' {
		return prefix + path
	}
	return prefix + "." + path
}

// Index is the path of item i of the list at path.
func Index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/connect"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/trackerfile"
)

// The exit statuses besides 0.
const (
	exitFailure     = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// usageError is an error of the command line.
type usageError struct {
	err  error
	hint string
}

func (e *usageError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *usageError) Unwrap() error { return e.err }

// usage returns a usageError with a hint.
func usage(hint, format string, args ...any) error {
	return &usageError{err: fmt.Errorf(format, args...), hint: hint}
}

// failureError is any other error of a command. The hint may be empty.
type failureError struct {
	err  error
	hint string
}

func (e *failureError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *failureError) Unwrap() error { return e.err }

// failure returns a failureError with a hint.
func failure(hint, format string, args ...any) error {
	return &failureError{err: fmt.Errorf(format, args...), hint: hint}
}

// wrapRun wraps the function of a command so that its errors are a *usageError or a *failureError. Other errors come from
// cobra and are about the command line.
func wrapRun(f func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		err := f(cmd, args)
		var wrong *usageError
		var failed *failureError
		if err == nil || errors.As(err, &wrong) || errors.As(err, &failed) {
			return err
		}
		if where := (*connect.URLError)(nil); errors.As(err, &where) {
			return usage("dictrack help urls describes the URLs", "%s%w", prefix(cmd), err)
		}
		return &failureError{err: err, hint: hintFor(err)}
	}
}

// hintFor returns a hint for an error that any command may return; empty for none.
func hintFor(err error) string {
	missing := (*connect.NotFoundError)(nil)
	switch {
	case errors.As(err, &missing):
		return "dictrack track --data DIR and dictrack add --data DIR create a directory"
	case errors.Is(err, store.ErrInUse):
		return "another dictrack is using this directory; wait for it or stop it"
	case errors.Is(err, dictrack.ErrNotFound):
		return "dictrack show GROUP lists the trackers, with the same --data, --store or --cache"
	case errors.Is(err, dictrack.ErrUnknown):
		return "with --id-by you can track the same messages again; each counts once"
	}
	return ""
}

// reportError prints an error and returns the exit status for it.
func (s *streams) reportError(root *cobra.Command, args []string, err error) int {
	var wrong *usageError
	var failed *failureError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		s.printError("interrupted", "")
		return exitInterrupted
	case errors.As(err, &wrong):
		s.printError(err.Error(), wrong.hint)
		return exitUsage
	case errors.As(err, &failed):
		s.printFailure(err, failed.hint)
		return exitFailure
	}
	s.printError(err.Error(), commandHint(root, args))
	return exitUsage
}

// printFailure prints a failure. The mistakes of a definition file are printed as file:line:column, which editors understand.
func (s *streams) printFailure(err error, hint string) {
	var mistakes *trackerfile.Error
	if !errors.As(err, &mistakes) {
		s.printError(err.Error(), hint)
		return
	}
	s.notef("%v\n", mistakes)
	s.printError(fmt.Sprintf("%s: %s", mistakes.File, plural(len(mistakes.Diagnostics), "mistake")), hint)
}

// printError prints each line of an error, and the hint unless it is empty.
func (s *streams) printError(text, hint string) {
	for line := range strings.SplitSeq(text, "\n") {
		s.notef("dictrack: %s\n", sanitize(line))
	}
	if hint != "" {
		s.notef("hint: %s\n", hint)
	}
}

// sanitize replaces characters that are not printable: errors quote names and data that anybody may have written.
func sanitize(line string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return unicode.ReplacementChar
		}
		return c
	}, line)
}

// commandHint returns a hint for an unknown command.
func commandHint(root *cobra.Command, args []string) string {
	_, rest, err := root.Find(args)
	if err == nil || len(rest) == 0 {
		return "dictrack --help lists the commands"
	}
	suggestions := root.SuggestionsFor(rest[0])
	if len(suggestions) == 0 {
		return "dictrack --help lists the commands"
	}
	return "did you mean dictrack " + strings.Join(suggestions, " or ") + "?"
}

// plural returns a number of things, such as "1 tracker" or "2 trackers".
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

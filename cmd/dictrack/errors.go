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

// usageError is a wrong command line.
type usageError struct {
	err  error
	hint string
}

func (e *usageError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *usageError) Unwrap() error { return e.err }

// usage is a wrong command line, and what to do instead.
func usage(hint, format string, args ...any) error {
	return &usageError{err: fmt.Errorf(format, args...), hint: hint}
}

// failureError is any other error of a command, with a hint or without.
type failureError struct {
	err  error
	hint string
}

func (e *failureError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *failureError) Unwrap() error { return e.err }

// failure is a failure, and what to do about it.
func failure(hint, format string, args ...any) error {
	return &failureError{err: fmt.Errorf(format, args...), hint: hint}
}

// wrapRun makes a command's function tell failures from what is wrong with the command line: cobra's own errors are all of
// the second kind.
func wrapRun(f func(*cobra.Command, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		err := f(cmd, args)
		var wrong *usageError
		var failed *failureError
		if err == nil || errors.As(err, &wrong) || errors.As(err, &failed) {
			return err
		}
		if where := (*connect.URLError)(nil); errors.As(err, &where) {
			return usage("dictrack help urls says more", "%s%w", prefix(cmd), err)
		}
		return &failureError{err: err, hint: hintFor(err)}
	}
}

// hintFor is what to do about errors that can come from any command.
func hintFor(err error) string {
	missing := (*connect.NotFoundError)(nil)
	switch {
	case errors.As(err, &missing):
		return "dictrack track --data DIR and dictrack add --data DIR make a new one"
	case errors.Is(err, store.ErrInUse):
		return "wait for the other dictrack that works on this directory, or end it"
	case errors.Is(err, dictrack.ErrNotFound):
		return "dictrack show GROUP lists the trackers, with the same --data, --store or --cache"
	case errors.Is(err, dictrack.ErrUnknown):
		return "with --id-by the same data can be tracked again, and counts once"
	}
	return ""
}

// reportError prints an error, and returns the exit status that it means.
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

// printFailure prints a failure. The mistakes of a definition file stand by themselves, as editors read them.
func (s *streams) printFailure(err error, hint string) {
	var mistakes *trackerfile.Error
	if !errors.As(err, &mistakes) {
		s.printError(err.Error(), hint)
		return
	}
	s.notef("%v\n", mistakes)
	s.printError(fmt.Sprintf("%s: %s", mistakes.File, plural(len(mistakes.Diagnostics), "mistake")), hint)
}

func (s *streams) printError(text, hint string) {
	for line := range strings.SplitSeq(text, "\n") {
		s.notef("dictrack: %s\n", sanitize(line))
	}
	if hint != "" {
		s.notef("hint: %s\n", hint)
	}
}

// sanitize replaces what a terminal does not print: messages quote names and data of others.
func sanitize(line string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return unicode.ReplacementChar
		}
		return c
	}, line)
}

// commandHint is what to do about an unknown command.
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

// plural is a number of things in words.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

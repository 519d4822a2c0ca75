package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/trackerfile"
)

func newValidate(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "validate FILE...",
		Short: "Check definition files",
		Long: `Check definition files: every mistake is printed with its file, line and column, and the exit status is 1 if there is
one. A - stands for standard input.`,
		Example: `  dictrack validate trackers.yaml
  dictrack validate trackers/*.yaml`,
		Args: arguments(1, -1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"yaml", "yml", "json"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: runs(func(_ *cobra.Command, files []string) error {
			wrong := 0
			for _, file := range files {
				if !a.validate(file) {
					wrong++
				}
			}
			if wrong > 0 {
				return fmt.Errorf("%d of %s cannot be used", wrong, count(len(files), "file"))
			}
			return nil
		}),
	}
}

// validate checks one file, says what it found, and tells whether all is well.
func (a *app) validate(file string) bool {
	defs, err := a.parse(file)
	var mistakes *trackerfile.Error
	switch {
	case errors.As(err, &mistakes):
		fmt.Fprintln(a.err, mistakes)
	case err != nil:
		a.complain(err.Error(), "")
	default:
		fmt.Fprintf(a.out, "%s: %s\n", printable(file), count(len(defs), "tracker"))
	}
	return err == nil
}

func (a *app) parse(file string) ([]*tracker.Definition, error) {
	if file != "-" {
		return trackerfile.Read(file, nil)
	}
	text, err := io.ReadAll(a.in)
	if err != nil {
		return nil, fmt.Errorf("read standard input: %w", err)
	}
	return trackerfile.Parse("stdin", text, nil)
}

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
		Long: `Check definition files. Every mistake is printed with its file, line and column; if there is one, the exit status is 1.
Use - for standard input.`,
		Example: `  dictrack validate trackers.yaml
  dictrack validate trackers/*.yaml`,
		Args: argumentCount(1, -1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"yaml", "yml", "json"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: wrapRun(func(_ *cobra.Command, files []string) error {
			invalid := 0
			for _, file := range files {
				defs, err := a.parse(file)
				if err != nil {
					a.printInvalid(err)
					invalid++
					continue
				}
				if _, err := fmt.Fprintf(a.out, "%s: %s\n", printable(file), plural(len(defs), "tracker")); err != nil {
					return err
				}
			}
			if invalid > 0 {
				return fmt.Errorf("%d of %s invalid", invalid, plural(len(files), "file"))
			}
			return nil
		}),
	}
}

// printInvalid prints why a file is invalid. Mistakes are printed as file:line:column, which editors understand.
func (a *app) printInvalid(err error) {
	var mistakes *trackerfile.Error
	if errors.As(err, &mistakes) {
		a.notef("%v\n", mistakes)
		return
	}
	a.printError(err.Error(), "")
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

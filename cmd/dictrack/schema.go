package main

import (
	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack/trackerfile"
)

func newSchema(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of definition files",
		Long: `Print the JSON Schema (draft 2020-12) of definition files. With it an editor completes fields, shows what they are for
and marks mistakes. Many editors find it by a first line in the definition file:

  # yaml-language-server: $schema=trackers.schema.json`,
		Example:           "  dictrack schema > trackers.schema.json",
		Args:              argumentCount(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: wrapRun(func(*cobra.Command, []string) error {
			text, err := trackerfile.Schema(nil)
			if err != nil {
				return err
			}
			_, err = a.out.Write(text)
			return err
		}),
	}
}

package main

import (
	"iter"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/output"
)

func newGroups(a *app) *cobra.Command {
	var where state
	format := output.Table
	cmd := &cobra.Command{
		Use:   "groups {--data DIR | --store URL}",
		Short: "List the names of the groups",
		Long:  `List the names of all groups, one per line, in bytewise order.`,
		Example: `  dictrack groups --data state/
  dictrack groups --data state/ -o json`,
		Args:              argumentCount(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	stateFlags(cmd, &where, "list the groups of `DIR`")
	formatFlag(cmd, &format, output.Table, output.JSON, output.YAML)
	cmd.RunE = wrapRun(func(cmd *cobra.Command, _ []string) error {
		if err := where.require(cmd); err != nil {
			return err
		}
		return a.withState(cmd.Context(), &where, func(m *dictrack.Manager) error {
			return a.writeList(format, nil, nameRows, func(w output.Writer) error {
				return addNames(w, m.Groups(cmd.Context()))
			})
		})
	})
	return cmd
}

func addNames(w output.Writer, names iter.Seq2[string, error]) error {
	for name, err := range names {
		if err == nil {
			err = w.Add(name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func nameRows(name any) [][]string { return [][]string{{output.Plain(name.(string))}} }

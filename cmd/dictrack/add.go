package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/tracker"
)

func newAdd(a *app) *cobra.Command {
	var where state
	var file string
	cmd := &cobra.Command{
		Use:   "add {--data DIR | --store URL} --trackers FILE GROUP...",
		Short: "Add the trackers of a file to groups",
		Long: `Add the trackers of a definition file to groups. A group that already has a tracker of one of the names gets none of
them, and the command stops there. The directory is created if it does not exist.`,
		Example:           `  dictrack add --data state/ --trackers trackers.yaml Robot001 Robot002`,
		Args:              argumentCount(1, -1),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	stateFlags(cmd, &where, "store the state in `DIR`")
	trackersFlag(cmd, &file)
	cmd.RunE = wrapRun(func(cmd *cobra.Command, groups []string) error {
		if err := errors.Join(where.require(cmd), requireFlags(cmd, "trackers")); err != nil {
			return err
		}
		specs, err := readSpecs(file)
		if err != nil {
			return err
		}
		m, err := a.open(cmd.Context(), &where, dictrack.Options{})
		if err != nil {
			return err
		}
		return a.close(m, a.add(cmd.Context(), m, specs, groups))
	})
	return cmd
}

func (a *app) add(ctx context.Context, m *dictrack.Manager, specs []tracker.Spec, groups []string) error {
	for _, group := range groups {
		if err := m.Add(ctx, group, specs...); err != nil {
			return err
		}
		a.notef("added %s to %s\n", plural(len(specs), "tracker"), printable(group))
	}
	return nil
}

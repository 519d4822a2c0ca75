package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack"
)

func newRemove(a *app) *cobra.Command {
	var where state
	var all bool
	cmd := &cobra.Command{
		Use:   "remove {--data DIR | --store URL} GROUP {TRACKER... | --all}",
		Short: "Remove trackers of a group",
		Long: `Remove the named trackers of a group, all of them or none. A group without trackers still exists: it does not get the
trackers of a definition file again.`,
		Example: `  dictrack remove --data state/ Robot001 visits
  dictrack remove --data state/ Robot001 --all`,
		Args:              namedOrAll(&all),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	stateFlags(cmd, &where, "change the state in `DIR`")
	cmd.Flags().BoolVar(&all, "all", false, "remove all trackers of the group")
	cmd.RunE = wrapRun(func(cmd *cobra.Command, args []string) error {
		if err := where.require(cmd); err != nil {
			return err
		}
		return a.withState(cmd.Context(), &where, func(m *dictrack.Manager) error {
			return a.remove(cmd.Context(), m, args[0], args[1:])
		})
	})
	return cmd
}

// remove removes the named trackers; without names, all trackers of the group.
func (a *app) remove(ctx context.Context, m *dictrack.Manager, group string, names []string) error {
	snaps, err := selectTrackers(ctx, m, group, names)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		err = m.RemoveAll(ctx, group)
	} else {
		err = m.Remove(ctx, group, names...)
	}
	if err == nil {
		a.notef("removed %s from %s\n", plural(len(snaps), "tracker"), printable(group))
	}
	return err
}

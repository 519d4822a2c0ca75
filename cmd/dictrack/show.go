package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/output"
	"github.com/dictrack/dictrack/tracker"
)

func newShow(a *app) *cobra.Command {
	var where state
	format := output.Table
	cmd := &cobra.Command{
		Use:   "show {--data DIR | --store URL} [GROUP [TRACKER]]",
		Short: "Show all trackers, those of a group, or one",
		Long: `Show the state of all trackers, of those of a group, or of one tracker.

JSON and YAML are lists with the group, name, kind, progress, target (of the stage), targets, stage, cycle, completed and
limited of each tracker, and its limiters (limit and left, or start and end) and expire_at if it has them. Numbers are
exact.`,
		Example: `  dictrack show --data state/
  dictrack show --data state/ Robot001 visits -o json`,
		Args:              argumentCount(0, 2),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	stateFlags(cmd, &where, "show the state in `DIR`")
	formatFlag(cmd, &format, output.Table, output.JSON, output.YAML)
	cmd.RunE = wrapRun(func(cmd *cobra.Command, args []string) error {
		if err := where.require(cmd); err != nil {
			return err
		}
		return a.withState(cmd.Context(), &where, func(m *dictrack.Manager) error {
			return a.writeList(format, snapshotColumns, snapshotRows(time.Now()), func(w output.Writer) error {
				return addSnapshots(cmd.Context(), m, w, args)
			})
		})
	})
	return cmd
}

// addSnapshots writes the trackers that the arguments name.
func addSnapshots(ctx context.Context, m *dictrack.Manager, w output.Writer, args []string) error {
	if len(args) > 0 {
		if err := requireGroup(ctx, m, args[0]); err != nil {
			return err
		}
		return addGroup(ctx, m, w, args[0], args[1:])
	}
	for group, err := range m.Groups(ctx) {
		if err != nil {
			return err
		}
		if err := addGroup(ctx, m, w, group, nil); err != nil {
			return err
		}
	}
	return nil
}

func addGroup(ctx context.Context, m *dictrack.Manager, w output.Writer, group string, names []string) error {
	snaps, err := listTrackers(ctx, m, group, names)
	if err != nil {
		return err
	}
	for i := range snaps {
		if err := w.Add(&snaps[i]); err != nil {
			return err
		}
	}
	return nil
}

var snapshotColumns = []output.Column{
	{Name: "GROUP"},
	{Name: "TRACKER"},
	{Name: "KIND"},
	{Name: "PROGRESS", AlignRight: true},
	{Name: "STAGE", AlignRight: true},
	{Name: "CYCLE", AlignRight: true},
	{Name: "STATE"},
	{Name: "LIMITERS", Optional: true},
	{Name: "EXPIRES", Optional: true},
}

// snapshotRows returns a function for the row of a *tracker.Snapshot at a time.
func snapshotRows(now time.Time) output.Rows {
	return func(item any) [][]string {
		s := item.(*tracker.Snapshot)
		return [][]string{{
			output.Plain(s.Group), output.Plain(s.Name), output.Plain(s.Kind),
			fmt.Sprintf("%v/%v", s.Progress, s.Target), fmt.Sprintf("%d/%d", s.Stage, len(s.Targets)),
			fmt.Sprint(s.Cycle), stateText(s), limitersText(s, now), expiryText(s, now),
		}}
	}
}

func stateText(s *tracker.Snapshot) string {
	switch {
	case s.Completed:
		return "completed"
	case s.Limited:
		return "limited"
	}
	return "active"
}

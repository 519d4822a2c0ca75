package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/output"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

func newShow(a *app) *cobra.Command {
	var where state
	format := output.Table
	cmd := &cobra.Command{
		Use:   "show {--data DIR | --store URL} [GROUP [TRACKER]]",
		Short: "Show trackers: all, those of a group, or one",
		Long: `Show trackers and where they stand: all of them, those of a group, or one.

JSON and YAML are lists with, for each tracker, its group, name, kind, progress, target (of the stage), targets, stage,
cycle, completed and limited, its limiters (limit and left, start and end) and expire_at where it has them. Numbers are
exact.`,
		Example: `  dictrack show --data state/
  dictrack show --data state/ Robot001 visits -o json`,
		Args:              argumentCount(0, 2),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	stateFlags(cmd, &where, "show what is in `DIR`")
	formatFlag(cmd, &format, output.Table, output.JSON, output.YAML)
	cmd.RunE = wrapRun(func(cmd *cobra.Command, args []string) error {
		if err := where.require(cmd); err != nil {
			return err
		}
		return a.withState(cmd.Context(), &where, func(m *dictrack.Manager) error {
			return a.writeList(format, snapshotHeader, snapshotRows, func(w output.Writer) error {
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

var snapshotHeader = []string{"GROUP", "TRACKER", "KIND", "PROGRESS", "STAGE", "CYCLE", "STATE", "LIMITERS", "EXPIRES"}

func snapshotRows(item any) [][]string {
	s := item.(*tracker.Snapshot)
	return [][]string{{
		output.Plain(s.Group), output.Plain(s.Name), output.Plain(s.Kind),
		fmt.Sprintf("%v/%v", s.Progress, s.Target), fmt.Sprintf("%d/%d", s.Stage, len(s.Targets)),
		fmt.Sprint(s.Cycle), stateOf(s), limitersOf(s), orNothing(s.ExpireAt),
	}}
}

func stateOf(s *tracker.Snapshot) string {
	switch {
	case s.Completed:
		return "completed"
	case s.Limited:
		return "limited"
	}
	return "active"
}

func limitersOf(s *tracker.Snapshot) string {
	var all []string
	for _, l := range s.Limiters {
		switch l.Kind {
		case limiter.KindCount:
			all = append(all, fmt.Sprintf("%d of %d left", l.Left, l.Limit))
		case limiter.KindTime:
			all = append(all, l.Start.Format(time.RFC3339)+" to "+l.End.Format(time.RFC3339))
		default:
			all = append(all, output.Plain(l.Kind))
		}
	}
	if all == nil {
		return "-"
	}
	return strings.Join(all, ", ")
}

func orNothing(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.RFC3339)
}

package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// resetFlags are the flags of reset.
type resetFlags struct {
	all      bool
	policy   policyFlag
	limit    int64
	duration time.Duration
}

func newReset(a *app) *cobra.Command {
	var where state
	var flags resetFlags
	cmd := &cobra.Command{
		Use:   "reset {--data DIR | --store URL} GROUP {TRACKER... | --all} [--policy POLICY] [--limit N] [--duration D]",
		Short: "Reset trackers of a group",
		Long: `Reset the named trackers of a group, all of them or none. A reset makes completed trackers active again. Events are
printed as track prints them.`,
		Example: `  dictrack reset --data state/ Robot001 visits
  dictrack reset --data state/ Robot001 --all --policy all,stage --limit 20`,
		Args:              namedOrAll(&flags.all),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	stateFlags(cmd, &where, "change the state in `DIR`")
	f := cmd.Flags()
	f.BoolVar(&flags.all, "all", false, "reset all trackers of the group")
	f.Var(&flags.policy, "policy", "what to reset: none, progress, limiter, all or stage, or several with commas (default: the policy of\neach tracker)")
	f.Int64Var(&flags.limit, "limit", 0, "a new limit for count limiters, for this and later rounds; 0 limits at once")
	f.DurationVar(&flags.duration, "duration", 0, "a new length for the windows of time limiters, in whole seconds, such as 24h")
	cmd.RunE = wrapRun(func(cmd *cobra.Command, args []string) error {
		if err := where.require(cmd); err != nil {
			return err
		}
		by, err := flags.options(cmd)
		if err != nil {
			return err
		}
		return a.withState(cmd.Context(), &where, func(m *dictrack.Manager) error {
			return a.reset(cmd.Context(), m, by, args[0], args[1:])
		})
	})
	return cmd
}

// options returns the reset options of the flags.
func (f *resetFlags) options(cmd *cobra.Command) (by tracker.ResetOptions, err error) {
	by.Policy = f.policy.policy
	by.Duration = f.duration
	if cmd.Flags().Changed("limit") {
		by.Limit = limiter.NewLimit(f.limit)
	}
	if cmd.Flags().Changed("duration") && f.duration == 0 {
		return by, usage("give a length such as 24h", "reset: --duration is 0")
	}
	if err := by.Check(); err != nil {
		return by, usage("dictrack reset --help describes the flags", "reset: %w", err)
	}
	return by, nil
}

// reset resets the named trackers; without names, all trackers of the group.
func (a *app) reset(ctx context.Context, m *dictrack.Manager, by tracker.ResetOptions, group string, names []string) error {
	snaps, err := selectTrackers(ctx, m, group, names)
	if err != nil {
		return err
	}
	err = a.printEvents(m, func() error {
		if len(names) == 0 {
			return m.ResetAll(ctx, group, by)
		}
		return m.Reset(ctx, group, by, names...)
	})
	if err == nil {
		a.notef("reset %s of %s\n", plural(len(snaps), "tracker"), printable(group))
	}
	return err
}

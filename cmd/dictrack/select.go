package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/output"
	"github.com/dictrack/dictrack/tracker"
)

// namedOrAll checks that the arguments are a group and either names of trackers or --all.
func namedOrAll(all *bool) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := argumentCount(1, -1)(cmd, args); err != nil {
			return err
		}
		switch {
		case *all && len(args) > 1:
			return usage("leave out the names or --all", "%sboth names and --all", prefix(cmd))
		case !*all && len(args) == 1:
			return usage("name the trackers or add --all", "%sno tracker is named", prefix(cmd))
		}
		return nil
	}
}

// selectTrackers returns the named trackers of a group that exists; without names, all of them.
func selectTrackers(ctx context.Context, m *dictrack.Manager, group string, names []string) ([]tracker.Snapshot, error) {
	if err := requireGroup(ctx, m, group); err != nil {
		return nil, err
	}
	return listTrackers(ctx, m, group, slices.Compact(slices.Sorted(slices.Values(names))))
}

// printable returns a name as it is printed in errors and notices.
func printable(name string) string { return output.Plain(name) }

// policyFlag is a flag that takes a reset policy.
type policyFlag struct{ policy tracker.Policy }

// Set implements pflag.Value.
func (p *policyFlag) Set(text string) error {
	var flags []any
	for name := range strings.SplitSeq(text, ",") {
		flags = append(flags, strings.TrimSpace(name))
	}
	policy, err := tracker.ParsePolicy(flags)
	if err != nil {
		return errors.New("want none, progress, limiter, all or stage, or several of them with commas")
	}
	p.policy = policy
	return nil
}

// String implements pflag.Value.
func (p *policyFlag) String() string {
	if p.policy == tracker.ResetDefault {
		return ""
	}
	return p.policy.String()
}

// Type implements pflag.Value.
func (p *policyFlag) Type() string { return "POLICY" }

// listTrackers returns the named trackers of a group; without names, all of them.
func listTrackers(ctx context.Context, m *dictrack.Manager, group string, names []string) ([]dictrack.Snapshot, error) {
	if len(names) == 0 {
		return m.ListAll(ctx, group)
	}
	return m.List(ctx, group, names...)
}

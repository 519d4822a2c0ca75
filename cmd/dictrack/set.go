package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/timeparse"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/tracker"
)

// setFlags are the flags of set.
type setFlags struct {
	progress, targets string
	loop              string
	reset             policyFlag
	expireAfter       time.Duration
	expireAt          string
	noExpiry          bool
}

func newSet(a *app) *cobra.Command {
	var where state
	var flags setFlags
	cmd := &cobra.Command{
		Use:   "set {--data DIR | --store URL} GROUP TRACKER FLAGS...",
		Short: "Change a tracker that is not completed",
		Long: `Change a tracker that is not completed: everything that the flags say, or nothing. Targets are added before the progress
is set, and progress that reaches targets completes their stages at once. Events are printed as track prints them.
Numbers are exact.`,
		Example: `  dictrack set --data state/ Robot001 visits --progress 7 --add-targets 20,30
  dictrack set --data state/ Robot001 visits --loop true --reset all --expire-after 720h`,
		Args:              argumentCount(2, 2),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	stateFlags(cmd, &where, "change the state in `DIR`")
	flags.add(cmd)
	cmd.RunE = wrapRun(func(cmd *cobra.Command, args []string) error {
		if err := where.require(cmd); err != nil {
			return err
		}
		options, err := flags.options(cmd)
		if err != nil {
			return err
		}
		return a.withState(cmd.Context(), &where, func(m *dictrack.Manager) error {
			return a.set(cmd.Context(), m, args[0], args[1], options)
		})
	})
	return cmd
}

func (s *setFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&s.progress, "progress", "", "set the progress to `N`")
	f.StringVar(&s.targets, "add-targets", "", "append stages with these targets, such as `20,30`")
	f.Var(&choice{&s.loop, []string{"true", "false"}}, "loop", "whether to start again after the last stage")
	f.Var(&s.reset, "reset", "what completing a stage resets: none, progress, limiter or all")
	f.DurationVar(&s.expireAfter, "expire-after", 0, "remove the tracker after this time from now, such as 720h")
	f.StringVar(&s.expireAt, "expire-at", "", "remove the tracker at `TIME`, as RFC 3339 or Unix seconds")
	f.BoolVar(&s.noExpiry, "no-expiry", false, "remove the expiry")
}

func (a *app) set(ctx context.Context, m *dictrack.Manager, group, name string, options []dictrack.UpdateOption) error {
	if _, err := selectTrackers(ctx, m, group, []string{name}); err != nil {
		return err
	}
	err := a.printEvents(m, func() error { return m.Update(ctx, group, name, options...) })
	if err == nil {
		a.notef("changed %s of %s\n", printable(name), printable(group))
	}
	return err
}

// options returns the changes that the flags ask for.
func (s *setFlags) options(cmd *cobra.Command) ([]dictrack.UpdateOption, error) {
	var options []dictrack.UpdateOption
	expiries := 0
	parts := []struct {
		flag    string
		options func() ([]dictrack.UpdateOption, error)
	}{
		{"add-targets", s.addTargets},
		{"loop", s.setLoop},
		{"reset", s.setReset},
		{"progress", s.setProgress},
		{"expire-after", s.setExpireAfter},
		{"expire-at", s.setExpireAt},
		{"no-expiry", s.setNoExpiry},
	}
	for _, part := range parts {
		if !cmd.Flags().Changed(part.flag) {
			continue
		}
		more, err := part.options()
		if err != nil {
			return nil, usage("dictrack set --help describes the flags", "set: --%s: %w", part.flag, err)
		}
		options = append(options, more...)
		if strings.Contains(part.flag, "expir") {
			expiries++
		}
	}
	switch {
	case len(options) == 0:
		return nil, usage("dictrack set --help lists what can be changed", "set: nothing to change")
	case expiries > 1:
		return nil, usage("give one of --expire-after, --expire-at and --no-expiry", "set: more than one expiry")
	}
	return options, nil
}

func (s *setFlags) setProgress() ([]dictrack.UpdateOption, error) {
	option, err := exactNumber(s.progress, dictrack.SetProgress[int64], dictrack.SetProgress[float64])
	return []dictrack.UpdateOption{option}, err
}

func (s *setFlags) addTargets() ([]dictrack.UpdateOption, error) {
	var options []dictrack.UpdateOption
	for text := range strings.SplitSeq(s.targets, ",") {
		option, err := exactNumber(text,
			func(n int64) dictrack.UpdateOption { return dictrack.AddTargets(n) },
			func(f float64) dictrack.UpdateOption { return dictrack.AddTargets(f) })
		if err != nil {
			return nil, err
		}
		options = append(options, option)
	}
	return options, nil
}

// exactNumber parses a number and passes it to integer when it is an int64, to float otherwise.
func exactNumber(text string, integer func(int64) dictrack.UpdateOption, float func(float64) dictrack.UpdateOption) (dictrack.UpdateOption, error) {
	d, ok := decimal.Parse(text)
	if !ok {
		return dictrack.UpdateOption{}, fmt.Errorf("%q is not allowed: want a number", text)
	}
	if n, ok := d.Int64(); ok {
		return integer(n), nil
	}
	return float(d.Float64()), nil
}

func (s *setFlags) setLoop() ([]dictrack.UpdateOption, error) {
	return []dictrack.UpdateOption{dictrack.SetLoop(s.loop == "true")}, nil
}

func (s *setFlags) setReset() ([]dictrack.UpdateOption, error) {
	if s.reset.policy.Has(tracker.ResetStage) {
		return nil, errors.New("stage is for dictrack reset: want none, progress, limiter or all")
	}
	return []dictrack.UpdateOption{dictrack.SetReset(s.reset.policy)}, nil
}

func (s *setFlags) setExpireAfter() ([]dictrack.UpdateOption, error) {
	if s.expireAfter <= 0 {
		return nil, fmt.Errorf("%v is not allowed: want a duration above 0", s.expireAfter)
	}
	return []dictrack.UpdateOption{dictrack.SetExpireAfter(s.expireAfter)}, nil
}

func (s *setFlags) setExpireAt() ([]dictrack.UpdateOption, error) {
	t, err := timeparse.Parser{}.Text(s.expireAt)
	return []dictrack.UpdateOption{dictrack.SetExpireAt(t)}, err
}

func (s *setFlags) setNoExpiry() ([]dictrack.UpdateOption, error) {
	if !s.noExpiry {
		return nil, errors.New("false is not allowed: leave it out, or give a time")
	}
	return []dictrack.UpdateOption{dictrack.SetNoExpiry()}, nil
}

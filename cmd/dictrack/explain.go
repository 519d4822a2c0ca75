package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/input"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/output"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/timeparse"
)

// explainFlags are the flags of explain.
type explainFlags struct {
	state        state
	trackers, at string
	time         time.Time // the value of at; zero: now
	format       output.Format
}

func newExplain(a *app) *cobra.Command {
	flags := explainFlags{format: output.Table}
	cmd := &cobra.Command{
		Use:   "explain {--data DIR GROUP | --store URL GROUP | --trackers FILE} [MESSAGE]",
		Short: "Show what a message would do, and why",
		Long: `Show what a message would do to each tracker of a group, or of a new group with the trackers of a definition file: which
conditions hold, the value that each of them found, and the outcome. Nothing is changed.

The outcome is changed; same, when the message does not match or has no number to add; refused, when a limiter holds
the tracker back; limited, when the end of a window limits it now; or completed, when it was completed before.

MESSAGE is a JSON object, or @FILE to read one from a file. Without it, or for -, it is read from standard input. With
both --trackers and --data or --store, a new group gets the trackers of the file, as in track. With --trackers the
environment variables are not used.`,
		Example: `  dictrack explain --trackers trackers.yaml '{"user": {"id": 7}, "delay": 20}'
  dictrack explain --data state/ Robot001 @message.json -o json`,
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	stateFlags(cmd, &flags.state, "explain for a group of `DIR`")
	trackersFlag(cmd, &flags.trackers)
	cmd.Flags().StringVar(&flags.at, "at", "", "the `TIME` of the message, as RFC 3339 or Unix seconds (default: now)")
	formatFlag(cmd, &flags.format, output.Table, output.JSON)
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		resolve := flags.state.require
		if flags.trackers != "" {
			resolve = flags.state.checkFlags // without flags for the state, the group is new
		}
		if err := resolve(cmd); err != nil {
			return err
		}
		if flags.state.isSet() {
			return argumentCount(1, 2)(cmd, args)
		}
		return argumentCount(0, 1)(cmd, args)
	}
	cmd.RunE = wrapRun(func(cmd *cobra.Command, args []string) error {
		group := newGroup
		if flags.state.isSet() {
			group, args = args[0], args[1:]
		}
		return a.explain(cmd.Context(), &flags, group, args)
	})
	return cmd
}

// newGroup is the name shown for a group that does not exist.
const newGroup = "(new)"

func (a *app) explain(ctx context.Context, flags *explainFlags, group string, args []string) error {
	m, err := a.openForExplain(ctx, flags)
	if err != nil {
		return err
	}
	return a.close(m, func() error {
		if flags.trackers == "" {
			if err := requireGroup(ctx, m, group); err != nil {
				return err
			}
		}
		data, err := a.readMessage(args)
		if err != nil {
			return err
		}
		explained, err := m.Explain(ctx, dictrack.Message{Group: group, JSON: data})
		if err != nil {
			return fmt.Errorf("explain: %w", err)
		}
		now := time.Now()
		if !flags.time.IsZero() {
			now = flags.time
		}
		return a.writeList(flags.format, explanationColumns, explanationRows(now), func(w output.Writer) error {
			for i := range explained {
				explained[i].Events = visibleEvents(explained[i].Events)
				if err := w.Add(&explained[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}())
}

// openForExplain opens the state, if there is one, with the trackers of the file as a template.
func (a *app) openForExplain(ctx context.Context, flags *explainFlags) (m *dictrack.Manager, err error) {
	o := dictrack.Options{}
	if flags.at != "" {
		flags.time, err = timeparse.Parser{}.Text(flags.at)
		if err != nil {
			return nil, usage("write it such as 2001-01-31T12:00:00Z", "explain: --at: %w", err)
		}
		o.Clock = func() time.Time { return flags.time }
	}
	m, err = a.openExisting(ctx, &flags.state, o)
	if err != nil || flags.trackers == "" {
		return m, err
	}
	specs, err := readSpecs(flags.trackers)
	if err == nil {
		err = m.SetTemplate("trackers", specs...)
	}
	if err != nil {
		return nil, a.close(m, err)
	}
	return m, nil
}

// readMessage reads the message from the argument, a file, or standard input.
func (a *app) readMessage(args []string) ([]byte, error) {
	if len(args) == 1 && args[0] != "-" {
		if file, ok := strings.CutPrefix(args[0], "@"); ok {
			return os.ReadFile(file)
		}
		return []byte(args[0]), nil
	}
	if len(args) == 0 && a.inTerminal {
		return nil, usage("give the message as an argument, or @FILE", "explain: no MESSAGE, and standard input is a terminal")
	}
	data, err := io.ReadAll(io.LimitReader(a.in, input.MaxText+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read standard input: %w", err)
	case len(data) > input.MaxText:
		return nil, fmt.Errorf("read standard input: %w", input.ErrTooLong)
	}
	return data, nil
}

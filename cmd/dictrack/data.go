package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/store/pebblestore"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/trackerfile"
)

// dataFlag adds --data, the directory of the state, which the help calls `DIR`.
func dataFlag(cmd *cobra.Command, dir *string, help string) {
	cmd.Flags().StringVar(dir, "data", "", help)
	_ = cmd.MarkFlagDirname("data") // the flag exists
}

// trackersFlag adds --trackers, a definition file.
func trackersFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVar(file, "trackers", "", "the definition `FILE`, YAML or JSON")
	_ = cmd.MarkFlagFilename("trackers", "yaml", "yml", "json") // the flag exists
}

// open opens the state in a directory, which it makes if need be. Nothing but the command's calls changes it.
func (a *app) open(ctx context.Context, dir string, o dictrack.Options) (*dictrack.Manager, error) {
	log := a.log()
	st, err := pebblestore.Open(ctx, dir, pebblestore.Options{Logger: log})
	if err != nil {
		return nil, err
	}
	o.Store, o.Logger, o.ManualSweep = st, log, true
	return dictrack.Open(ctx, o)
}

// openExisting opens the state in a directory that must have some.
func (a *app) openExisting(ctx context.Context, dir string, o dictrack.Options) (*dictrack.Manager, error) {
	const hint = "dictrack track --data DIR and dictrack add --data DIR make a new one"
	switch empty, err := isEmpty(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fails(hint, "open %s: there is no such directory", dir)
	case err != nil:
		return nil, err
	case empty:
		return nil, fails(hint, "open %s: the directory is empty", dir)
	}
	return a.open(ctx, dir, o)
}

func isEmpty(dir string) (bool, error) {
	f, err := os.Open(dir) // #nosec G304 -- the user names it
	if err != nil {
		return false, err
	}
	_, err = f.Readdirnames(1)
	if errors.Is(err, io.EOF) {
		return true, f.Close()
	}
	return false, errors.Join(err, f.Close())
}

// log is for what no call returns.
func (a *app) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelError}))
}

// with opens the state in a directory that must have some, for as long as do runs.
func (a *app) with(ctx context.Context, dir string, do func(*dictrack.Manager) error) error {
	m, err := a.openExisting(ctx, dir, dictrack.Options{})
	if err != nil {
		return err
	}
	return closing(m, do(m))
}

// closing closes the Manager after err was its last result.
func closing(m *dictrack.Manager, err error) error {
	closed := m.Close(context.Background())
	if closed != nil && errors.Is(err, context.Canceled) {
		return closed // more than an interruption
	}
	return errors.Join(err, closed)
}

// readSpecs reads the trackers of a definition file.
func readSpecs(file string) ([]tracker.Spec, error) {
	defs, err := trackerfile.Read(file, nil)
	if err != nil {
		return nil, err
	}
	specs := make([]tracker.Spec, len(defs))
	for i, d := range defs {
		specs[i] = d.Spec()
	}
	return specs, nil
}

// known fails unless the group is there, with trackers or without.
func known(ctx context.Context, m *dictrack.Manager, group string) error {
	snaps, err := m.List(ctx, group)
	if err != nil || len(snaps) > 0 {
		return err
	}
	for name, err := range m.Groups(ctx) {
		if err != nil {
			return err
		}
		if name == group {
			return nil
		}
	}
	return fails("dictrack groups --data DIR lists the groups", "there is no group %q", group)
}

// printed are the events that are printed: all but those of trackers added and removed.
func printed(events []dictrack.Event) []dictrack.Event {
	return slices.DeleteFunc(slices.Clone(events), func(e dictrack.Event) bool {
		return e.Kind == dictrack.Added || e.Kind == dictrack.Removed
	})
}

// tell prints what happened, as track does, and collects it while do runs.
func (a *app) tell(m *dictrack.Manager, do func() error) error {
	var events []dictrack.Event
	off := m.OnAll(func(e dictrack.Event) { events = append(events, e) })
	err := do()
	off()
	for _, e := range printed(events) {
		text, wrong := e.MarshalJSON()
		if wrong == nil {
			_, wrong = fmt.Fprintf(a.out, "%s\n", text)
		}
		err = errors.Join(err, wrong)
	}
	return err
}

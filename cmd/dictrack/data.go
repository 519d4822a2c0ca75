package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/trackerfile"
)

// trackersFlag adds --trackers, a definition file.
func trackersFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVar(file, "trackers", "", "the definition `FILE`, YAML or JSON")
	_ = cmd.MarkFlagFilename("trackers", "yaml", "yml", "json") // the flag exists
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

// requireGroup fails unless the group is there, with trackers or without.
func requireGroup(ctx context.Context, m *dictrack.Manager, group string) error {
	snaps, err := m.ListAll(ctx, group)
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
	return failure("dictrack groups lists the groups, with the same --data, --store or --cache", "there is no group %q", group)
}

// visibleEvents are the events that are printed: all but those of trackers added and removed.
func visibleEvents(events []dictrack.Event) []dictrack.Event {
	return slices.DeleteFunc(slices.Clone(events), func(e dictrack.Event) bool {
		return e.Kind == dictrack.EventAdded || e.Kind == dictrack.EventRemoved
	})
}

// printEvents prints what happened, as track does, and collects it while do runs.
func (a *app) printEvents(m *dictrack.Manager, do func() error) error {
	var events []dictrack.Event
	collect := func(_ context.Context, e dictrack.Event) error {
		events = append(events, e)
		return nil
	}
	cancel, err := m.Subscribe(dictrack.Subscription{Handler: collect})
	if err != nil {
		return err
	}
	err = do()
	cancel()
	for _, e := range visibleEvents(events) {
		text, wrong := e.MarshalJSON()
		if wrong == nil {
			_, wrong = fmt.Fprintf(a.out, "%s\n", text)
		}
		err = errors.Join(err, wrong)
	}
	return err
}

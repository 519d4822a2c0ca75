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

// readSpecs reads the specs of a definition file.
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

// requireGroup fails unless the group exists, with or without trackers.
func requireGroup(ctx context.Context, m *dictrack.Manager, group string) error {
	exists, err := m.Exists(ctx, group)
	if err != nil || exists {
		return err
	}
	return failure("dictrack groups lists the groups, with the same --data, --store or --cache", "there is no group %q", group)
}

// visibleEvents returns the events that commands print: all but ADDED and REMOVED.
func visibleEvents(events []dictrack.Event) []dictrack.Event {
	return slices.DeleteFunc(slices.Clone(events), func(e dictrack.Event) bool {
		return e.Kind == dictrack.EventAdded || e.Kind == dictrack.EventRemoved
	})
}

// printEvents calls do, and prints the events that it caused, as track does.
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
		text, printErr := e.MarshalJSON()
		if printErr == nil {
			_, printErr = fmt.Fprintf(a.out, "%s\n", text)
		}
		err = errors.Join(err, printErr)
	}
	return err
}

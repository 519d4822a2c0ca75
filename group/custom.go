package group

import (
	"fmt"

	"github.com/dictrack/dictrack/tracker"
)

// The functions of this file run code that users registered. A panic there becomes an error, so that it fails one
// tracker and nothing else.

// EditFunc computes a tracker's next definition, state and events from its present definition and state.
type EditFunc func(*tracker.Definition, tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error)

func runEdit(
	change EditFunc, d *tracker.Definition, s tracker.State,
) (_ *tracker.Definition, _ tracker.State, _ []tracker.Event, err error) {
	defer recoverTo(&err)
	return change(d, s)
}

func runReset(
	d *tracker.Definition, s tracker.State, options tracker.ResetOptions, now int64, events []tracker.Event,
) (next tracker.State, _ []tracker.Event, err error) {
	defer recoverTo(&err)
	return d.Reset(s, options, now, events)
}

func startTracker(d *tracker.Definition, now int64, allowElapsed bool) (s tracker.State, err error) {
	defer recoverTo(&err)
	return d.Start(now, allowElapsed)
}

func stepCustom(
	d *tracker.Definition, s tracker.State, in tracker.Input, now int64, events []tracker.Event,
) (next tracker.State, o tracker.Outcome, _ []tracker.Event, err error) {
	defer recoverTo(&err)
	next, o, events = d.Step(s, in, now, events)
	return next, o, events, nil
}

func tick(
	d *tracker.Definition, s tracker.State, now int64, events []tracker.Event,
) (next tracker.State, changed bool, _ []tracker.Event, err error) {
	defer recoverTo(&err)
	next, changed, events = d.Tick(s, now, events)
	return next, changed, events, nil
}

// recoverTo turns a panic into an error.
func recoverTo(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v", r)
	}
}

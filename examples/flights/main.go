// Command flights tracks 20,000 flights by the airport that they left: how many were late, the miles flown,
// and more, as trackers.yaml says. It prints which airports completed a tracker, and the trackers of the busiest.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/trackerfile"
)

//go:embed flights.ndjson
var data []byte

//go:embed trackers.yaml
var trackers []byte

// airports is a Manager with a group for each airport. Its clock is the departure of the current flight, because the
// flights are of 2001.
type airports struct {
	*dictrack.Manager
	now time.Time
}

func open(ctx context.Context) (*airports, error) {
	definitions, err := trackerfile.Parse("trackers.yaml", trackers, nil)
	if err != nil {
		return nil, err
	}
	var specs []tracker.Spec
	for _, d := range definitions {
		specs = append(specs, d.Spec())
	}
	a := &airports{}
	a.Manager, err = dictrack.Open(ctx, dictrack.Options{
		Clock:         func() time.Time { return a.now },
		DisableTimers: true, // departAll sweeps once, at the end
	})
	if err != nil {
		return nil, err
	}
	if err := a.SetTemplate("airport", specs...); err != nil {
		return nil, errors.Join(err, a.Close(ctx))
	}
	return a, nil
}

// depart tracks one flight, which is a line of the file.
func (a *airports) depart(ctx context.Context, line []byte) (*dictrack.Result, error) {
	var flight struct{ Origin, Date string }
	err := json.Unmarshal(line, &flight)
	if err == nil {
		a.now, err = time.Parse("2006/01/02 15:04", flight.Date)
	}
	if err != nil {
		return nil, fmt.Errorf("read flight: %w", err)
	}
	return a.Track(ctx, dictrack.Message{Group: flight.Origin, JSON: line})
}

// departAll tracks all flights and calls handle with each result. The final Sweep ends the windows that are over at
// airports without later flights.
func (a *airports) departAll(ctx context.Context, handle func(*dictrack.Result)) error {
	for line := range bytes.Lines(data) {
		result, err := a.depart(ctx, line)
		if err != nil {
			return err
		}
		handle(result)
	}
	return a.Sweep(ctx)
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	a, err := open(ctx)
	if err != nil {
		return err
	}
	defer a.Close(ctx)

	_, _ = a.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventAllCompleted}, Handler: func(_ context.Context, e dictrack.Event) error {
		fmt.Printf("%s  %s  %-15s  %6v\n", e.Time.Format(time.DateTime), e.Group, e.Tracker.Name, e.Tracker.Progress)
		return nil
	}})
	flights, changes := 0, 0
	err = a.departAll(ctx, func(r *dictrack.Result) {
		flights++
		changes += len(r.Changed())
	})
	if err != nil {
		return err
	}
	fmt.Printf("\n%d flights changed trackers %d times\n", flights, changes)
	return a.show(ctx, "DFW", "ORD", "ATL")
}

func (a *airports) show(ctx context.Context, codes ...string) error {
	for _, code := range codes {
		all, err := a.ListAll(ctx, code)
		if err != nil {
			return err
		}
		fmt.Printf("\n%s\n", code)
		for _, s := range all {
			fmt.Printf("  %-15s  stage %d of %d, cycle %2d, %v of %v\n", s.Name, s.Stage, len(s.Targets), s.Cycle, s.Progress, s.Target)
		}
	}
	return nil
}

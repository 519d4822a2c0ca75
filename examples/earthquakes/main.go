// Command earthquakes tracks a week of earthquakes by the seismic network that reported them: how many were
// strong, how deep, felt by how many, and more, as trackers.yaml says.
//
// It reads the week twice, like a program that polls a feed. Every quake has an id, so the second time changes nothing.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"slices"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/trackerfile"
)

//go:embed earthquakes.ndjson
var data []byte

//go:embed trackers.yaml
var trackers []byte

// networks is a Manager with a group for each network. Its clock is the time of the latest quake, because the quakes are
// of 2018.
type networks struct {
	*dictrack.Manager
	now time.Time
}

func open(ctx context.Context) (*networks, error) {
	definitions, err := trackerfile.Parse("trackers.yaml", trackers, nil)
	if err != nil {
		return nil, err
	}
	var specs []tracker.Spec
	for _, d := range definitions {
		specs = append(specs, d.Spec())
	}
	n := &networks{}
	n.Manager, err = dictrack.Open(ctx, dictrack.Options{
		Clock:         func() time.Time { return n.now },
		DisableTimers: true, // report sweeps once, at the end
	})
	if err != nil {
		return nil, err
	}
	if err := n.SetTemplate("network", specs...); err != nil {
		return nil, errors.Join(err, n.Close(ctx))
	}
	return n, nil
}

// read returns the message of a line. The line itself is its data, so only id, group and time are decoded.
func read(line []byte) (dictrack.Message, error) {
	var quake struct {
		ID         string
		Properties struct {
			Net  string
			Time int64
		}
	}
	if err := json.Unmarshal(line, &quake); err != nil {
		return dictrack.Message{}, fmt.Errorf("read quake: %w", err)
	}
	return dictrack.Message{
		Group: quake.Properties.Net,
		JSON:  line,
		ID:    quake.ID,
		Time:  time.UnixMilli(quake.Properties.Time),
	}, nil
}

// report tracks a feed in batches of a hundred, and returns the number of duplicates. The final Sweep removes expired
// trackers of networks without later quakes.
func (n *networks) report(ctx context.Context, feed []byte) (duplicates int, err error) {
	lines := slices.Collect(bytes.Lines(feed))
	for batch := range slices.Chunk(lines, 100) {
		more, err := n.reportBatch(ctx, batch)
		if err != nil {
			return 0, err
		}
		duplicates += more
	}
	return duplicates, n.Sweep(ctx)
}

func (n *networks) reportBatch(ctx context.Context, lines [][]byte) (duplicates int, err error) {
	var messages []dictrack.Message
	for _, line := range lines {
		message, err := read(line)
		if err != nil {
			return 0, err
		}
		messages = append(messages, message)
		if message.Time.After(n.now) {
			n.now = message.Time
		}
	}
	for _, result := range n.TrackBatch(ctx, messages) {
		if result.Err != nil {
			return 0, result.Err
		}
		if result.Duplicate {
			duplicates++
		}
	}
	return duplicates, nil
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	n, err := open(ctx)
	if err != nil {
		return err
	}
	defer n.Close(ctx)

	_, _ = n.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventAllCompleted}, Handler: func(_ context.Context, e dictrack.Event) error {
		fmt.Printf("%s  %s  %-8s  %4v\n", e.Time.Format(time.DateTime), e.Group, e.Tracker.Name, e.Tracker.Progress)
		return nil
	}})
	for range 2 {
		duplicates, err := n.report(ctx, data)
		if err != nil {
			return err
		}
		fmt.Printf("\nread the week; %d quakes were duplicates\n", duplicates)
	}
	return n.show(ctx)
}

// show prints the mean depth that each network measured.
func (n *networks) show(ctx context.Context) error {
	fmt.Println("\nnetwork  quakes  mean depth")
	for net, err := range n.Groups(ctx) {
		if err != nil {
			return err
		}
		all, err := n.List(ctx, net, "reported", "depth")
		if err != nil {
			return err
		}
		quakes, depth := all[0].Progress, all[1].Progress
		fmt.Printf("%-7s  %6v  %7.1f km\n", net, quakes, depth.Float64()/quakes.Float64())
	}
	return nil
}

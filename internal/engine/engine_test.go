package engine

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/dictrack/dictrack/cache/memorycache"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/gate"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/notify"
	"github.com/dictrack/dictrack/tracker"
)

// fixture is an Engine in memory, whose clock stands.
type fixture struct {
	*testing.T
	*Engine
	now       int64
	scheduled map[string]int64
}

func open(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{T: t, now: 1_000_000, scheduled: map[string]int64{}}
	logger := slog.New(slog.DiscardHandler)
	c := memorycache.New(memorycache.Options{})
	f.Engine = New(Config{
		Cache: c, Now: func() int64 { return f.now }, IDWindow: time.Minute, Logger: logger,
		Publisher: notify.New(logger), Gate: &gate.Gate{},
		Schedule: func(group string, due int64) { f.scheduled[group] = due },
	})
	if err := f.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return f
}

func counter(name string, target int64) tracker.Spec {
	return tracker.Spec{Name: name, Kind: tracker.KindCount, Targets: []decimal.Decimal{decimal.FromInt(target)}}
}

// add gives a group trackers.
func (f *fixture) add(name string, specs ...tracker.Spec) {
	f.Helper()
	var defs []*tracker.Definition
	for _, spec := range specs {
		d, err := f.Definitions().New(spec)
		if err != nil {
			f.Fatal(err)
		}
		defs = append(defs, d)
	}
	err := f.Edit(context.Background(), name, func(g *group.Group, now int64) (group.Result, error) {
		return g.Add(defs, now)
	})
	if err != nil {
		f.Fatal(err)
	}
}

// track applies an empty message.
func (f *fixture) track(name, id string) (Reply, *Outcome) {
	f.Helper()
	o := &Outcome{}
	m := Message{Group: name, ID: id, Time: f.now, Data: match.Data{Map: map[string]any{}}}
	reply, err := f.Track(context.Background(), &m, o)
	if err != nil {
		f.Fatal(err)
	}
	return reply, o
}

func (f *fixture) flush() {
	f.Helper()
	if err := f.config.Cache.Flush(context.Background(), func() error { return nil }); err != nil {
		f.Fatal(err)
	}
}

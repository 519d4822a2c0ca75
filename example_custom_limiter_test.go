package dictrack_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// cooldown is a kind of limiter: after a step, further messages have to wait. Its state is the time of the last step;
// it never limits the tracker for good.
type cooldown struct {
	limiter.BaseRule
	pause time.Duration
}

func newCooldown(args any) (limiter.Rule, error) {
	text, _ := args.(string)
	pause, err := time.ParseDuration(text)
	if err != nil || pause <= 0 {
		return nil, errors.New("want a duration such as 10s")
	}
	return cooldown{pause: pause}, nil
}

func (l cooldown) Before(s limiter.State, in limiter.Input) limiter.Verdict {
	var last time.Time
	if s.PrivateState != nil && last.UnmarshalText(s.PrivateState) == nil && in.Time().Before(last.Add(l.pause)) {
		return limiter.Hold
	}
	return limiter.Pass
}

func (cooldown) After(_ limiter.State, in limiter.Input) (s limiter.State, limited bool) {
	s.PrivateState, _ = in.Time().MarshalText()
	return s, false
}

// StageDone makes the first step of the next stage wait too.
func (l cooldown) StageDone(s limiter.State, in limiter.Input) (limiter.State, bool) {
	return l.After(s, in)
}

// A custom limiter decides whether matching data may move its tracker: here at most once in ten seconds.
func Example_customLimiter() {
	registry := &tracker.Registry{}
	if err := registry.Limiters.Register("cooldown", newCooldown); err != nil {
		log.Fatal(err)
	}
	now := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{
		Registry:      registry,
		Clock:         func() time.Time { return now },
		DisableTimers: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	err = m.Add(ctx, "ann", dictrack.Count("chests", dictrack.Targets(100),
		dictrack.Limiters(limiter.Custom("cooldown", "10s"))))
	if err != nil {
		log.Fatal(err)
	}
	for range 5 {
		res, err := m.Track(ctx, dictrack.Message{Group: "ann", Data: map[string]any{"action": "open"}})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(now.Format(time.TimeOnly), "opened:", len(res.Changed()) == 1)
		now = now.Add(4 * time.Second)
	}
	// Output:
	// 12:00:00 opened: true
	// 12:00:04 opened: false
	// 12:00:08 opened: false
	// 12:00:12 opened: true
	// 12:00:16 opened: false
}

package robustness

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// Due times that a renewed window has left behind must not keep the sweeper busy for ever, and others waiting.
func TestSweepEndsWithManyRenewedWindows(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	d := faultstore.NewDisk()
	m := open(t, dictrack.Options{Store: d.Open(nil), Clock: func() time.Time { return now }})
	defer closeManager(t, m)
	window := dictrack.Limiters(limiter.For(100 * time.Second))
	if err := m.SetTemplate("all", dictrack.Count("t", dictrack.Targets(2, 1000), window)); err != nil {
		t.Fatal(err)
	}
	inputs := make([]dictrack.Message, 10_001) // more than one look at what is due
	for i := range inputs {
		inputs[i] = dictrack.Message{Group: fmt.Sprint("g", i), Data: data}
	}
	m.TrackBatch(t.Context(), inputs)
	now = now.Add(50 * time.Second)
	m.TrackBatch(t.Context(), inputs) // ends the first stage, and the window starts again
	now = now.Add(51 * time.Second)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := m.Sweep(ctx); err != nil {
		t.Errorf("the sweep does not end: %.200v", err)
	}
	due, err := d.Open(nil).Due(t.Context(), now.UnixMilli(), 10)
	if err != nil || len(due) > 0 {
		t.Errorf("after the sweep %v is due, %v", due, err)
	}
}

// stuck is a limiter that is always due and panics when it is called.
type stuck struct{ limiter.BaseRule }

func (stuck) Start(in limiter.Input) (limiter.State, error) {
	return limiter.State{Start: in.Seconds(), End: in.Seconds()}, nil
}
func (stuck) Before(limiter.State, limiter.Input) limiter.Verdict { panic("no answer") }
func (stuck) Due(s limiter.State) int64                           { return s.Start * 1000 }

// A custom limiter that fails when the clock asks must not keep the sweeper busy for ever.
func TestSweepEndsWithAFailingLimiter(t *testing.T) {
	for _, kept := range []bool{false, true} {
		r := &tracker.Registry{}
		if err := r.Limiters.Register("stuck", func(any) (limiter.Rule, error) { return stuck{}, nil }); err != nil {
			t.Fatal(err)
		}
		o := dictrack.Options{Registry: r}
		if kept {
			o.Store = faultstore.NewDisk().Open(nil)
		}
		m := open(t, o)
		add(t, m, "g", dictrack.Count("t", dictrack.Targets(5), dictrack.Limiters(limiter.Custom("stuck", nil))))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		if err := m.Sweep(ctx); err != nil {
			t.Errorf("kept %v: the sweep does not end: %.200v", kept, err)
		}
		cancel()
		closeManager(t, m)
	}
}

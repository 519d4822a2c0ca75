package limiter_test

import (
	"errors"
	"testing"
	"time"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/limiter"
)

func begin(t *testing.T, l limiter.Limiter, ms int64) limiter.State {
	t.Helper()
	s, err := l.Start(limiter.Input{Now: ms})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFloorSeconds(t *testing.T) {
	for ms, want := range map[int64]int64{0: 0, 1: 0, 999: 0, 1000: 1, -1: -1, -999: -1, -1000: -1, -1001: -2, 1 << 62: 1 << 62 / 1000} {
		if got := limiter.FloorSeconds(ms); got != want {
			t.Errorf("%d ms: %d s, want %d", ms, got, want)
		}
		if c := (limiter.Input{Now: ms}); c.Seconds() != want || c.Time().UnixMilli() != ms {
			t.Errorf("call at %d ms: %d s, %v", ms, c.Seconds(), c.Time())
		}
	}
}

// Both ends are inclusive, in whole seconds, also before 1970; and the clock is due at the first millisecond after.
func TestWindowBoundaries(t *testing.T) {
	windows := []struct {
		name       string
		l          limiter.Limiter
		added      int64 // ms
		start, end int64 // s
	}{
		{"start and end", limiter.Window(at(10), at(20)), 0, 10, 20},
		{"added within it", limiter.Window(at(10), at(20)), 15_500, 10, 20},
		{"added after it", limiter.Window(at(10), at(20)), 99_000, 10, 20},
		{"before 1970", limiter.Window(at(-20), at(-10)), -15_001, -20, -10},
		{"around 1970", limiter.Window(at(-1), at(0)), 0, -1, 0},
		{"end only", limiter.Until(at(20)), 10_999, 10, 20},
		{"end only, at its second", limiter.Until(at(20)), 20_999, 20, 20},
		{"start and duration", limiter.From(at(10), 5*time.Second), 0, 10, 15},
		{"duration only", limiter.For(5 * time.Second), 10_999, 10, 15},
		{"duration only, before 1970", limiter.For(5 * time.Second), -1, -1, 4},
	}
	for _, w := range windows {
		t.Run(w.name, func(t *testing.T) {
			s := begin(t, w.l, w.added)
			if s.Start != w.start || s.End != w.end {
				t.Fatalf("window %d to %d, want %d to %d", s.Start, s.End, w.start, w.end)
			}
			for _, m := range []struct {
				ms   int64
				want limiter.Verdict
			}{
				{w.start*1000 - 1, limiter.Hold},
				{w.start * 1000, limiter.Pass},
				{w.end * 1000, limiter.Pass},
				{w.end*1000 + 999, limiter.Pass},
				{w.end*1000 + 1000, limiter.Stop},
			} {
				if got := w.l.Before(s, limiter.Input{Now: m.ms}); got != m.want {
					t.Errorf("at %d ms: verdict %d, want %d", m.ms, got, m.want)
				}
			}
			if due := w.l.Due(s); due != w.end*1000+1000 {
				t.Errorf("due at %d ms", due)
			}
			if next, limited := w.l.After(s, limiter.Input{Now: w.end * 1000}); limited || next.End != s.End {
				t.Errorf("a step used the window up: %+v, %v", next, limited)
			}
		})
	}
}

func TestWindowOverWhenAdded(t *testing.T) {
	l, late := limiter.Until(at(20)), limiter.Input{Now: 21_000}
	_, err := l.Start(late)
	var mistake *field.Error
	if !errors.As(err, &mistake) || mistake.Path != "end" || mistake.Value != "1970-01-01T00:00:20Z" {
		t.Errorf("added: %v", err)
	}
	late.AllowElapsed = true
	s, err := l.Start(late)
	if err != nil || s.Start != 20 || s.End != 20 || l.Before(s, late) != limiter.Stop || l.Due(s) > late.Now {
		t.Errorf("in a template: %+v, %v, want it over", s, err)
	}
}

// A completed stage moves only a window that was given by its length; a reset by hand moves any.
func TestWindowStartsAgain(t *testing.T) {
	cases := []struct {
		name         string
		l            limiter.Limiter
		stage, reset [2]int64 // window after each at 30 s
		longer       [2]int64 // after a reset with 60 s
	}{
		{"start and end", limiter.Window(at(10), at(40)), [2]int64{10, 40}, [2]int64{30, 60}, [2]int64{30, 90}},
		{"end only", limiter.Until(at(40)), [2]int64{20, 40}, [2]int64{30, 50}, [2]int64{30, 90}},
		{"start and duration", limiter.From(at(10), 25*time.Second), [2]int64{30, 55}, [2]int64{30, 55}, [2]int64{30, 90}},
		{"duration only", limiter.For(15 * time.Second), [2]int64{30, 45}, [2]int64{30, 45}, [2]int64{30, 90}},
	}
	now := limiter.Input{Now: 30_999}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := begin(t, c.l, 20_000)
			stage, limited := c.l.StageDone(s, now)
			if [2]int64{stage.Start, stage.End} != c.stage || limited {
				t.Errorf("a stage is done: %d to %d, limited %v; want %v", stage.Start, stage.End, limited, c.stage)
			}
			for length, want := range map[time.Duration][2]int64{0: c.reset, time.Minute: c.longer} {
				got, limited, err := c.l.Reset(s, limiter.Reset{Duration: length}, now)
				if [2]int64{got.Start, got.End} != want || limited || err != nil {
					t.Errorf("reset with %v: %d to %d, limited %v, %v; want %v", length, got.Start, got.End, limited, err, want)
				}
			}
		})
	}
}

func TestWindowOverStaysOverWhenAStageIsDone(t *testing.T) {
	l := limiter.Window(at(10), at(20))
	s := begin(t, l, 0)
	if next, limited := l.StageDone(s, limiter.Input{Now: 20_999}); limited || next.End != 20 {
		t.Errorf("in its last second: %+v, %v", next, limited)
	}
	if next, limited := l.StageDone(s, limiter.Input{Now: 21_000}); !limited || next.End != 20 {
		t.Errorf("after its end: %+v, %v", next, limited)
	}
}

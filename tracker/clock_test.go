package tracker_test

import (
	"testing"
	"time"

	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

const second = 1000

func TestExpiry(t *testing.T) {
	cases := []struct {
		fields string
		added  int64
		at     int64 // 0: never
	}{
		{`{}`, 5 * second, 0},
		{`{"expire":"10s"}`, 5*second + 7, 15*second + 7},
		{`{"expire":"1ms"}`, -1, 1}, // 0 would mean never
		{`{"expire":"1ms"}`, -100, 1},
		{`{"expire_at":"1970-01-01T00:00:10.5Z"}`, 5 * second, 10*second + 500},
		{`{"expire_at":10}`, 99 * second, 10 * second},
	}
	for _, c := range cases {
		d := define(t, c.fields)
		s := begun(t, d, c.added)
		if c.at == 0 {
			if s.Extra != nil || s.Expired(limiter.Never) || d.Due(&s) != limiter.Never {
				t.Errorf("%s: %+v expires", c.fields, s)
			}
			continue
		}
		if s.Expired(c.at-1) || !s.Expired(c.at) || !s.Expired(c.at+1) || d.Due(&s) != c.at {
			t.Errorf("%s added at %d: expires at %d, due %d; want %d", c.fields, c.added, s.Extra.ExpireAt, d.Due(&s), c.at)
		}
		if snap := d.Snapshot("g", s); snap.ExpireAt.UnixMilli() != c.at {
			t.Errorf("%s: the snapshot says %v", c.fields, snap.ExpireAt)
		}
	}
}

func TestExpiringAtLeavesTheOldStateAlone(t *testing.T) {
	d := define(t, `{"limiters":[{"kind":"count","limit":2}]}`)
	s := begun(t, d, 0)
	soon := s.WithExpiry(7)
	later := soon.WithExpiry(9)
	never := later.WithExpiry(0)
	for i, c := range []struct {
		s    tracker.State
		want int64
	}{{s, 0}, {soon, 7}, {later, 9}, {never, 0}} {
		if c.s.Extra.ExpireAt != c.want || len(c.s.Extra.Limits) != 1 {
			t.Errorf("state %d: %+v, want expiry %d", i, c.s.Extra, c.want)
		}
	}
	plain := begun(t, define(t, `{}`), 0)
	if same := plain.WithExpiry(0); same.Extra != nil {
		t.Error("no expiry needs no Extra")
	}
}

func TestParseInstant(t *testing.T) {
	good := map[any]int64{
		"1970-01-01T00:00:01.2345Z": 1234, "2000-01-01T01:00:00+01:00": 946684800000, int64(1): 1000, 1.0: 1000, int64(253402300799): 253402300799000,
	}
	for in, want := range good {
		if got, err := tracker.ParseInstant(in); err != nil || got.UnixMilli() != want || got.Location() != time.UTC {
			t.Errorf("%v: %v, %v", in, got, err)
		}
	}
	for _, in := range []any{"", "tomorrow", "2030-01-01", int64(0), int64(-1), 1.5, int64(253402300800), true, nil, "0001-01-01T00:00:00Z"} {
		if got, err := tracker.ParseInstant(in); err == nil {
			t.Errorf("%v: accepted as %v", in, got)
		}
	}
}

// What the clock does, it does once, at the first moment that Due says, and only to a tracker that is neither completed
// nor limited.
func TestSweep(t *testing.T) {
	d := define(t, `{"limiters":[{"kind":"count","limit":9},{"kind":"time","end":10},{"kind":"time","end":10}],"expire":"1h"}`)
	s := begun(t, d, 0)
	if due := d.Due(&s); due != 11*second {
		t.Fatalf("due %d", due)
	}
	if _, changed, events := d.Tick(s, 11*second-1, nil); changed || len(events) != 0 {
		t.Error("swept before its time")
	}
	next, changed, events := d.Tick(s, 11*second, nil)
	if !changed || !next.Limited || len(events) != 1 || events[0].Kind != tracker.EventLimited || events[0].Limiter != "time" || !events[0].State.Limited {
		t.Fatalf("swept: %v, %+v", changed, events)
	}
	if due := d.Due(&next); due != 3600*second {
		t.Errorf("then due %d, want its expiry", due)
	}
	if _, changed, events = d.Tick(next, 12*second, nil); changed || len(events) != 0 {
		t.Error("limited twice")
	}
	done := s
	done.Completed = true
	if _, changed, _ = d.Tick(done, 12*second, nil); changed || d.Due(&done) != 3600*second {
		t.Error("the clock limits a completed tracker")
	}
	plain := define(t, `{}`)
	if _, changed, _ := plain.Tick(begun(t, plain, 0), limiter.Never, nil); changed {
		t.Error("the clock changes a tracker without limiters")
	}
}

// The clock asks only those custom limiters that say when.
func TestClockAsksTimedRulesOnly(t *testing.T) {
	d := defineIn(t, buckets(t), `{"limiters":[{"kind":"stuck"}],"expire":"1s"}`)
	s := begun(t, d, 0)
	if next, changed, events := d.Tick(s, 99*second, nil); changed || next.Limited || len(events) != 0 {
		t.Errorf("limited by the clock: %v", kinds(events))
	}
}

// A window that is not open yet holds data back and limits nothing: it opens in time.
func TestDataBeforeTheWindowOpens(t *testing.T) {
	d := define(t, `{"limiters":[{"kind":"time","start":10,"end":20},{"kind":"count","limit":1}]}`)
	s := begun(t, d, 0)
	early, outcome, events := d.Step(s, tracker.Input{}, 10*second-1, nil)
	if outcome != tracker.Refused || early.Limited || len(events) != 0 || early.Extra.Limits[1].Left != 1 {
		t.Fatalf("early: %v, %+v, %v", outcome, early, kinds(events))
	}
	if in, outcome, _ := d.Step(early, tracker.Input{}, 10*second, nil); outcome != tracker.Changed || in.Progress.String() != "1" {
		t.Errorf("in time: %v, %v", outcome, in.Progress)
	}
	late, outcome, events := d.Step(early, tracker.Input{}, 21*second, nil)
	if outcome != tracker.BecameLimited || !late.Limited || late.Progress.Sign() != 0 || len(events) != 1 || events[0].Limiter != "time" {
		t.Errorf("late: %v, %+v", outcome, events)
	}
}

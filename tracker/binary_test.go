package tracker_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// at is a moment in Unix seconds.
func at(seconds int64) time.Time { return time.Unix(seconds, 0) }

// The binary form is what stores keep: it may never change.
func TestBinaryFormIsStable(t *testing.T) {
	plain := define(t, `{"kind":"sum","key":"v","targets":[1,2,3]}`)
	limited := define(t, `{"limiters":[{"kind":"count","limit":300},{"kind":"time","start":-1,"end":5}],"expire":"1s"}`)
	extra := begun(t, limited, 0)
	cases := []struct {
		name string
		d    *tracker.Definition
		s    tracker.State
		want string
	}{
		{"a small count", plain, tracker.State{Progress: num(t, "7"), Stage: 1, Cycle: 1}, "0007"},
		{"removed", plain, tracker.State{Removed: true, Stage: 1, Cycle: 1}, "04"},
		{"completed in the last stage", plain, tracker.State{Progress: num(t, "3"), Stage: 3, Cycle: 1, Completed: true}, "09" + "03" + "03" + "01"},
		{"limited in a later cycle", plain, tracker.State{Progress: num(t, "-0.5"), Stage: 1, Cycle: 300, Limited: true}, "0a" + "c30501" + "00" + "01" + "ac02"},
		{"with limiters and expiry", limited, extra, "10" + "00" + "d00f" + "00" + "02" + "d804" + "d804" + "00" + "00" + "00" + "00" + "00" + "01" + "0a" + "00"},
	}
	for _, c := range cases {
		got := tracker.AppendState(nil, &c.s)
		if hex.EncodeToString(got) != c.want {
			t.Errorf("%s: %x, want %s", c.name, got, c.want)
		}
		read, rest, err := c.d.ReadState(append(got, 0xEE))
		if err != nil || len(rest) != 1 || !bytes.Equal(tracker.AppendState(nil, &read), got) {
			t.Errorf("%s: read back %+v, %x left, %v", c.name, read, rest, err)
		}
	}
}

func TestReadStateRefuses(t *testing.T) {
	plain := define(t, `{"kind":"sum","key":"v","targets":[1,2,3]}`)
	limited := define(t, `{"limiters":[{"kind":"count","limit":300}]}`)
	good := begun(t, limited, 0)
	whole := tracker.AppendState(nil, &good)
	type refusal struct {
		d    *tracker.Definition
		text string
	}
	cases := map[string]refusal{
		"nothing":                          {plain, ""},
		"an unknown flag":                  {plain, "2007"},
		"removed and more":                 {plain, "05"},
		"no number":                        {plain, "00c0"},
		"stage 0":                          {plain, "08070001"},
		"a stage too many":                 {plain, "08070401"},
		"a stage past 32 bits":             {plain, "0807818080801001"},
		"cycle 0":                          {plain, "08070100"},
		"a cycle past 63 bits":             {plain, "080701ffffffffffffffffff01"},
		"a cycle past 64 bits":             {plain, "080701ffffffffffffffffffff01"},
		"limiters of another definition":   {plain, hex.EncodeToString(whole)},
		"no limiters":                      {limited, "0007"},
		"more limiters than bytes":         {limited, "1007" + "00" + "00" + "ff01"},
		"limiters past any memory":         {limited, "1007" + "00" + "00" + "ffffffffffffffffff01"},
		"an own state longer than is left": {limited, "1007" + "00" + "7f" + "00"},
	}
	for n := range len(whole) {
		cases["cut after "+strings.Repeat("|", n)] = refusal{limited, hex.EncodeToString(whole[:n])}
	}
	for name, c := range cases {
		text, err := hex.DecodeString(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if s, rest, err := c.d.ReadState(text); err == nil || rest != nil || s.Stage != 0 || !strings.Contains(err.Error(), `"t"`) {
			t.Errorf("%s: %+v, %x left, %v", name, s, rest, err)
		}
	}
}

func TestReadStateKeepsNoBuffer(t *testing.T) {
	r := buckets(t)
	d := defineIn(t, r, `{"limiters":[{"kind":"bucket"}]}`)
	s := begun(t, d, 0)
	text := tracker.AppendState(nil, &s)
	read, _, err := d.ReadState(text)
	if err != nil {
		t.Fatal(err)
	}
	clear(text)
	if own := read.Extra.Limits[0].PrivateState; string(own) != "\x02\x03" {
		t.Errorf("own state is now %v", own)
	}
}

// Any bytes are refused, or are a state that can be stepped, swept, reset, shown and kept.
func FuzzReadState(f *testing.F) {
	r := buckets(f)
	if err := r.Register("by", stepByFactory); err != nil {
		f.Fatal(err)
	}
	defs := []*tracker.Definition{
		define(f, `{"targets":[3,5],"loop":true}`),
		define(f, `{"kind":"sum","key":"v","targets":[0.5,7],"reset":"all","carry":true,"loop":true}`),
		define(f, `{"targets":[3,5],"limiters":[{"kind":"count","limit":3},{"kind":"time","duration":"5s"}],"keep":true}`),
		defineIn(f, r, `{"kind":"by","targets":[3,5],"expire":"5s","loop":true}`),
	}
	for i, d := range defs {
		s := begun(f, d, 0)
		f.Add(byte(i), tracker.AppendState(nil, &s), int64(1000))
		s.Stage, s.Cycle, s.Progress = 2, 900, num(f, "-33.25")
		f.Add(byte(i), tracker.AppendState(nil, &s), int64(-1))
	}
	f.Fuzz(func(t *testing.T, which byte, text []byte, now int64) {
		d := defs[int(which)%len(defs)]
		s, rest, err := d.ReadState(text)
		if err != nil {
			return
		}
		if again, left, err := d.ReadState(tracker.AppendState(nil, &s)); err != nil || len(left) != 0 || len(text)-len(rest) <= 0 ||
			!bytes.Equal(tracker.AppendState(nil, &again), tracker.AppendState(nil, &s)) {
			t.Fatalf("%x is %+v, written and read %+v: %v", text, s, again, err)
		}
		if s.Removed {
			return
		}
		snap := d.Snapshot("g", s)
		_ = append(snap.Remaining(), snap.Target)
		d.Due(&s)
		amount := value.Of(2.5)
		for i := range 3 {
			s, _, _ = d.Step(s, tracker.Input{Values: []*value.Value{&amount}, Data: map[string]any{"by": i}}, now, nil)
		}
		s, _, _ = d.Tick(s, limiter.Never, nil)
		if _, _, err := d.Reset(s, reset(tracker.ResetAll|tracker.ResetStage), now, nil); err != nil {
			t.Fatal(err)
		}
	})
}

func TestReadStateErrorNamesTheRecord(t *testing.T) {
	d := define(t, `{"name":"late"}`)
	_, _, err := d.ReadState([]byte{0xFF})
	if err == nil || errors.Unwrap(err) == nil || !strings.Contains(err.Error(), `"late"`) {
		t.Errorf("got %v", err)
	}
}

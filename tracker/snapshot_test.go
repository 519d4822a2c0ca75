package tracker_test

import (
	"encoding/json"
	"testing"
	"unsafe"

	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

func TestSnapshotJSON(t *testing.T) {
	r := &tracker.Registry{}
	if err := r.Limiters.Register("bucket", func(any) (limiter.Rule, error) { return bucket{}, nil }); err != nil {
		t.Fatal(err)
	}
	d := defineIn(t, r, `{"kind":"sum","key":"v","targets":[0.3,9223372036854775807,1e300],"initial":0.1,"expire_at":"1970-01-01T00:00:10.5Z",
		"limiters":[{"kind":"count","limit":9},{"kind":"time","start":1,"end":2},{"kind":"bucket"}]}`)
	snap := d.Snapshot("g\u00fc", begun(t, d, 0))
	text, err := json.Marshal(snap)
	want := `{"group":"gü","name":"t","kind":"sum","progress":0.1,"target":0.3,"targets":[0.3,9223372036854775807,1e+300],` +
		`"stage":1,"cycle":1,"completed":false,"limited":false,"limiters":[{"kind":"count","limit":9,"left":9},` +
		`{"kind":"time","start":"1970-01-01T00:00:01Z","end":"1970-01-01T00:00:02Z"},{"kind":"bucket","own":"AgM="}],` +
		`"expire_at":"1970-01-01T00:00:10.5Z"}`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v\nwant %s", text, err, want)
	}
	plain := define(t, `{}`)
	text, err = json.Marshal(plain.Snapshot("g", begun(t, plain, 0)))
	want = `{"group":"g","name":"t","kind":"count","progress":0,"target":3,"targets":[3],"stage":1,"cycle":1,"completed":false,"limited":false}`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v\nwant %s", text, err, want)
	}
}

func TestSnapshotNumbersAreExact(t *testing.T) {
	d := define(t, `{"kind":"sum","key":"v","targets":[1e300]}`)
	for _, c := range []struct {
		amounts []any
		want    string
	}{
		{[]any{0.1, 0.1, 0.1}, "0.3"},
		{[]any{33.1, 33.6, 33.6}, "100.3"},
		{[]any{int64(9223372036854775807), int64(1)}, "9223372036854775808"},
		{[]any{int64(9223372036854775807), int64(-9223372036854775807), -0.5}, "-0.5"},
		{[]any{1e30}, "1e+30"},
	} {
		s := begun(t, d, 0)
		for _, amount := range c.amounts {
			s, _, _ = add(t, d, s, amount)
		}
		snap := d.Snapshot("g", s)
		text, err := json.Marshal(snap.Progress)
		if err != nil || string(text) != c.want {
			t.Errorf("%v: %s, %v; want %s", c.amounts, text, err, c.want)
		}
	}
}

func TestSnapshotIsTheReaders(t *testing.T) {
	d := define(t, `{"targets":[1,2,3],"limiters":[{"kind":"count","limit":9}]}`)
	s := begun(t, d, 0)
	s, _, _ = d.Step(s, tracker.Input{}, 0, nil)
	snap := d.Snapshot("g", s)
	if rest := snap.Remaining(); len(rest) != 1 || rest[0].String() != "3" || snap.Target.String() != "2" || snap.Definition != d {
		t.Errorf("stage 2 of 3: target %v, remaining %v", snap.Target, rest)
	}
	snap.Targets[0], snap.Limiters[0].Left = num(t, "77"), 77
	if again := d.Snapshot("g", s); again.Targets[0].String() != "1" || again.Limiters[0].Left == 77 {
		t.Error("a change of a snapshot reached the tracker")
	}
}

// A group of many trackers holds a State for each: what must be small.
func TestStateIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(tracker.State{}); size > 40 {
		t.Errorf("a State takes %d bytes", size)
	}
	d := define(t, `{}`)
	if s := begun(t, d, 0); s.Extra != nil {
		t.Error("a tracker without limiters and expiry has an Extra")
	}
}

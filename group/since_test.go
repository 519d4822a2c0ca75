package group_test

import (
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

// A group that moved through many versions is brought to a store in one change: of everything, or of the chunks that
// are known to have changed.
func TestSinceLeadsFromAnEarlierVersion(t *testing.T) {
	g := group.New("g", 7)
	kept := newShelf(t, g)
	g.BeginChange()
	add(t, g, 0, numberedDefs(t, 0, 300, `"targets":[1,5],"reset":"none"`)...)
	kept.commit(g.EndChange())
	base, places := g.Version(), 300
	track(t, g, `{"n":200}`, 0)
	track(t, g, `{"n":201}`, 0)
	some := g.DiffSince(base, places, []int{1})
	if got, want := parts(some), "1 (128) "; got != want || len(some.Definitions()) != 128 {
		t.Errorf("chunks %q with %d definitions, want %q with 128", got, len(some.Definitions()), want)
	}
	kept.commit(some)
	kept.same(g)
	base = g.Version()
	remove(t, g)
	add(t, g, 0, define(t, "last", `{}`)) // laid out anew: one place
	all := g.DiffSince(base, places, nil)
	if from, to := all.RemovedChunks(); from != 1 || to != 3 || parts(all) != "0 (1) " {
		t.Errorf("chunks %q, dropped %d to %d; want the first alone", parts(all), from, to)
	}
	kept.commit(all)
	kept.same(g)
}

// The trackers of a change can be read, but for those that were removed.
func TestSnapshotsOfAChange(t *testing.T) {
	g := group.New("g", 0)
	g.BeginChange()
	add(t, g, 0, numberedDefs(t, 0, 130, `"targets":[9]`)...)
	remove(t, g, "t1", "t129")
	track(t, g, `{"n":128}`, 0)
	chunks := 0
	c := g.EndChange()
	for _, part := range c.Chunks() {
		snaps := c.Snapshots(part)
		if len(snaps) != len(part.Layout) {
			t.Fatalf("chunk %d has %d snapshots of %d trackers", part.Index, len(snaps), len(part.Layout))
		}
		for n, snap := range snaps {
			switch place := part.Index*record.ChunkSize + n; place {
			case 1, 129:
				if snap != nil {
					t.Errorf("place %d: %v, want nothing of a removed tracker", place, snap)
				}
			case 128:
				if n, _ := snap.Progress.Int64(); snap.Name != "t128" || n != 1 || snap.Group != "g" {
					t.Errorf("place %d: %+v, want t128 of g at 1", place, snap)
				}
			}
		}
		chunks++
	}
	if chunks != 2 {
		t.Errorf("%d chunks, want 2", chunks)
	}
}

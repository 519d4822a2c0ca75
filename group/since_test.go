package group_test

import (
	"testing"

	"github.com/dictrack/dictrack/group"
)

// A group that moved through many versions is brought to a store in one change: of everything, or of the chunks that
// are known to have changed.
func TestSinceLeadsFromAnEarlierVersion(t *testing.T) {
	g := group.New("g", 7)
	kept := newShelf(t, g)
	g.BeginChange()
	add(t, g, 0, numberedDefs(t, 0, 300, `"targets":[1,5],"reset":"none"`)...)
	kept.commit(g.EndChange())
	base, indexes := g.Version(), 300
	track(t, g, `{"n":200}`, 0)
	track(t, g, `{"n":201}`, 0)
	some := g.DiffSince(base, indexes, []int{1})
	if got, want := parts(some), "1 (128) "; got != want || len(some.Encode().Definitions) != 128 {
		t.Errorf("chunks %q with %d definitions, want %q with 128", got, len(some.Encode().Definitions), want)
	}
	kept.commit(some)
	kept.same(g)
	base = g.Version()
	remove(t, g)
	add(t, g, 0, define(t, "last", `{}`)) // laid out anew: one place
	all := g.DiffSince(base, indexes, nil)
	if from, to := all.RemovedChunks(); from != 1 || to != 3 || parts(all) != "0 (1) " {
		t.Errorf("chunks %q, dropped %d to %d; want the first alone", parts(all), from, to)
	}
	kept.commit(all)
	kept.same(g)
}

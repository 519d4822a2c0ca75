package group_test

import (
	"fmt"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

// A thousand trackers: data moves those it matches, in their order, and a store writes their chunks only.
func TestThousandTrackers(t *testing.T) {
	g := group.New("g", 0)
	kept := newShelf(t, g)
	var touched string
	changeOf := func(do func()) *group.Pending {
		g.BeginChange()
		do()
		c := g.EndChange()
		touched = parts(c)
		kept.commit(c)
		kept.same(g)
		return c
	}
	for from := 0; from < 1000; from += 250 { // added in parts, as callers do
		changeOf(func() { add(t, g, 0, numberedDefs(t, from, from+250, `"targets":[1,2],"keep":true`)...) })
	}
	changeOf(func() { track(t, g, `{}`, 0) }) // the first data
	for n := 0; n < 1000; n += 111 {
		changeOf(func() {
			e := track(t, g, fmt.Sprintf(`{"n":%d}`, n), 0)
			equal(t, "moves", moved(&e), fmt.Sprintf("t%d changed", n))
		})
		equal(t, "chunks", touched, fmt.Sprint(n/record.ChunkSize, " "))
	}
	equal(t, "two of them", look(t, g, "t999", "t998"), "t999 2/1 1, t998 1/1 0")
	c := changeOf(func() { remove(t, g) })
	if len(c.Encode().Chunks) != 8 || len(c.Encode().Definitions) != 0 || g.Len() != 0 {
		t.Errorf("removing all touches %q with %d definitions", parts(c), len(c.Encode().Definitions))
	}
	c = changeOf(func() { add(t, g, 0, define(t, "last", `{}`)) })
	if from, to := c.RemovedChunks(); from != 1 || to != 8 || parts(c) != "0 (1) " {
		t.Errorf("the indexes are dropped: chunks %q, %d to %d dropped", parts(c), from, to)
	}
}

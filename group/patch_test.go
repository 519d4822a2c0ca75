package group_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/group"
)

// What few trackers of a large group did is a patch; what many did, or what comes with another layout, is not.
func TestPatch(t *testing.T) {
	g := group.New("g", 0)
	kept := newShelf(t, g)
	g.Record()
	add(t, g, 0, numberedDefs(t, 0, 300, `"targets":[3],"reset":"none"`)...)
	kept.commit(g.Take())
	for n, want := range []string{"[7]", "[7 299]", "[7 130 299]", "[7 130 299]"} {
		g.Record()
		track(t, g, fmt.Sprintf(`{"n":%d}`, []int{7, 299, 130, 7}[n]), 0)
		kept.commit(g.Take())
		equal(t, "places", fmt.Sprint(kept.places), want)
		kept.same(g)
	}
	g.Record()
	remove(t, g, "t8")
	kept.commit(g.Take())
	kept.same(g)
	g.Record()
	add(t, g, 0, define(t, "more", `{}`))
	kept.commit(g.Take())
	equal(t, "places after an addition", fmt.Sprint(kept.places), "[]")
	kept.same(g)
	again := restored(t, g, kept.patched())
	kept.same(again)
}

// A patch that is none, or not of the group, is an error.
func TestPatchOfRubbish(t *testing.T) {
	g := group.New("g", 0)
	kept := newShelf(t, g)
	g.Record()
	add(t, g, 0, numberedDefs(t, 0, 200, `"targets":[3]`)...)
	kept.commit(g.Take())
	g.Record()
	track(t, g, `{"n":7}`, 0)
	track(t, g, `{"n":9}`, 0)
	kept.commit(g.Take())
	good := string(kept.patch)
	for _, bad := range []string{
		good[:1], good[:len(good)-1], good + "\x05", good + good, strings.Repeat("\xff", 11), "\xc8\x01\x00\x02", "\x07\xff",
	} {
		r := kept.record()
		r.Patch = []byte(bad)
		if _, err := group.Restore(r, g.Definitions()); err == nil {
			t.Errorf("patch %q is read", bad)
		}
		if places, err := group.Patched([]byte(bad)); err == nil && bad != "\xc8\x01\x00\x02" {
			t.Errorf("patch %q has places %v", bad, places)
		}
	}
}

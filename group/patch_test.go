package group_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
)

// What few trackers of a large group did is a patch; what many did, or what comes with another layout, is not.
func TestPatch(t *testing.T) {
	g := group.New("g", 0)
	kept := newShelf(t, g)
	g.BeginChange()
	add(t, g, 0, numberedDefs(t, 0, 300, `"targets":[3],"reset":"none"`)...)
	kept.commit(g.EndChange())
	for n, want := range []string{"[7]", "[7 299]", "[7 130 299]", "[7 130 299]"} {
		g.BeginChange()
		track(t, g, fmt.Sprintf(`{"n":%d}`, []int{7, 299, 130, 7}[n]), 0)
		kept.commit(g.EndChange())
		equal(t, "indexes", fmt.Sprint(kept.indexes), want)
		kept.same(g)
	}
	g.BeginChange()
	remove(t, g, "t8")
	kept.commit(g.EndChange())
	kept.same(g)
	g.BeginChange()
	add(t, g, 0, define(t, "more", `{}`))
	kept.commit(g.EndChange())
	equal(t, "indexes after an addition", fmt.Sprint(kept.indexes), "[]")
	kept.same(g)
	again := restored(t, g, kept.patched())
	kept.same(again)
}

// A patch that is none, or not of the group, is an error.
func TestPatchOfRubbish(t *testing.T) {
	g := group.New("g", 0)
	kept := newShelf(t, g)
	g.BeginChange()
	add(t, g, 0, numberedDefs(t, 0, 200, `"targets":[3]`)...)
	kept.commit(g.EndChange())
	g.BeginChange()
	track(t, g, `{"n":7}`, 0)
	track(t, g, `{"n":9}`, 0)
	kept.commit(g.EndChange())
	good := string(kept.patch)
	for _, bad := range []string{
		good[:1], good[:len(good)-1], good + "\x05", good + good, strings.Repeat("\xff", 11), "\xc8\x01\x00\x02", "\x07\xff",
	} {
		r := kept.record()
		r.Patch = []byte(bad)
		if _, err := group.Restore(r, g.Definitions()); err == nil {
			t.Errorf("patch %q is read", bad)
		}
		if indexes, err := group.PatchIndexes([]byte(bad)); err == nil && bad != "\xc8\x01\x00\x02" {
			t.Errorf("patch %q has indexes %v", bad, indexes)
		}
	}
}

// Whatever is done to a group, its last chunks and the patch are the group.
func TestRandomPatches(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 3))
		g := group.New("g", 0)
		kept := newShelf(t, g)
		next := 0
		grow := func(n int) {
			g.BeginChange()
			add(t, g, 0, numberedDefs(t, next, next+n, `"targets":[1000],"reset":"none"`)...)
			next += n
			kept.commit(g.EndChange())
			kept.same(g)
		}
		grow(140)
		patches, edits := 0, 0
		for range 120 {
			g.BeginChange()
			switch r.IntN(12) {
			case 0:
				g.EndChange()
				grow(1 + r.IntN(30))
				continue
			case 1, 2:
				var names []string
				for i := range next {
					if r.IntN(4) == 0 {
						names = append(names, fmt.Sprint("t", i))
					}
				}
				for _, n := range names {
					_, _ = g.Remove([]string{n}, 0)
				}
			case 3:
				n := fmt.Sprint("t", r.IntN(next))
				d := define(t, n, fmt.Sprintf(`{"where":[{"op":"eq","key":"n","value":%s}],"targets":[%d],"reset":"none"}`, n[1:], 2000+r.IntN(9)))
				if _, err := g.Edit(n, 0, func(_ *tracker.Definition, s tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error) {
					return d, s, nil, nil
				}); err == nil {
					edits++
				}
			case 4:
				for range 400 { // many touches of few indexes, then another
					track(t, g, fmt.Sprintf(`{"n":%d}`, r.IntN(3)), 0)
				}
				track(t, g, fmt.Sprintf(`{"n":%d}`, r.IntN(next)), 0)
			default:
				track(t, g, fmt.Sprintf(`{"n":%d}`, r.IntN(next)), 0)
			}
			if c := g.EndChange(); c != nil {
				kept.commit(c)
				kept.same(g)
				if len(kept.patch) > 0 {
					patches++
				}
				g = restored(t, g, kept.patched())
			}
		}
		if patches == 0 || edits == 0 {
			t.Errorf("seed %d: %d patches, %d edits; want some of both", seed, patches, edits)
		}
	}
}

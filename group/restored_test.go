package group_test

import (
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

// A group that somebody else moved on is as if it were read from nothing, whoever reads it anew from an old copy. The
// copy stays as it was, and neither changes the other from then on.
func TestRestoredFromAnOldCopy(t *testing.T) {
	g, kept := recorded(t)
	old := kept.load()
	track(t, old, `{"n":1}`, 0) // compiles, and leads astray: nobody keeps it
	astray := look(t, old)
	track(t, g, `{"n":129}`, 0)
	kept.commit(g.EndChange())
	g.BeginChange()
	remove(t, g, "t3")
	kept.commit(g.EndChange())

	fresh := restored(t, old, kept.record())
	if fresh == nil {
		t.Fatal("nothing, want the group")
	}
	kept.same(fresh)
	equal(t, "the old copy", look(t, old), astray)
	track(t, fresh, `{"n":130}`, 0)
	add(t, fresh, 0, define(t, "more", `{}`))
	equal(t, "the old copy", look(t, old), astray)
	track(t, g, `{"n":130}`, 0)
	add(t, g, 0, define(t, "more", `{}`))
	equal(t, "the group, further on", look(t, fresh), look(t, g))
}

// A record need not say what the trackers are, and the copy need not have been used.
func TestRestoredWithoutLayout(t *testing.T) {
	g, kept := recorded(t)
	old := kept.load()
	track(t, g, `{"n":129}`, 0)
	kept.commit(g.EndChange())
	r := kept.record()
	r.Layout, r.SameLayout = nil, true
	for range 2 {
		kept.same(restored(t, old, r))
		track(t, old, `{"n":1}`, 0)
	}
}

// Whatever states the copy and the record have, what comes of them is what reading the record anew would give.
func TestRestoredFromAnyState(t *testing.T) {
	g := group.New("g", 0)
	kept := newShelf(t, g)
	g.BeginChange()
	add(t, g, 0,
		define(t, "counts", `{"targets":[3,5000]}`),
		define(t, "sums", `{"kind":"sum","key":"n","targets":[1000]}`),
		define(t, "repeats", `{"targets":[2],"loop":true}`),
		define(t, "limited", `{"targets":[100],"limiters":[{"kind":"time","end":3}]}`),
		define(t, "passing", `{"targets":[100],"expire":"1h"}`),
		define(t, "goes", `{"targets":[100]}`),
	)
	kept.commit(g.EndChange())
	olds := []*group.Group{kept.load()}
	for i, data := range []string{`{"n":1}`, `{"n":0.25}`, `{"n":-7.5}`, `{"n":300}`, `{"n":1e30}`, `{"n":-4}`, `{"n":5}`} {
		g.BeginChange()
		track(t, g, data, int64(i)*1000)
		if i == 4 {
			remove(t, g, "goes")
		}
		if c := g.EndChange(); c != nil {
			kept.commit(c)
		}
		for _, old := range olds {
			kept.same(restored(t, old, kept.record()))
		}
		olds = append(olds, kept.load())
	}
}

// A record with other trackers cannot be read that way.
func TestRestoredNeedsTheSameTrackers(t *testing.T) {
	g, kept := recorded(t)
	old := kept.load()
	add(t, g, 0, define(t, "more", `{}`))
	kept.commit(g.EndChange())
	if restored(t, old, kept.record()) != nil {
		t.Error("a group with a tracker more, want none")
	}
	r := kept.record()
	r.Layout = append(r.Layout[:2:2], r.Layout[3:]...) // as many as the copy has
	if restored(t, old, r) != nil {
		t.Error("a group with another tracker, want none")
	}
}

func TestRestoredRefuses(t *testing.T) {
	g, kept := recorded(t)
	track(t, g, `{"n":1}`, 0)
	for what, change := range map[string]func(r *record.Group){
		"too little": func(r *record.Group) { r.States = r.States[:len(r.States)-1] },
		"too much":   func(r *record.Group) { r.States = append(r.States, 0) },
		"rubbish":    func(r *record.Group) { r.States[0] = 0xff },
	} {
		r := kept.record()
		change(r)
		if fresh, err := g.RestoreLike(r); fresh != nil || err == nil {
			t.Errorf("%s: %v, %v; want an error", what, fresh, err)
		}
	}
}

// recorded is a group of two chunks, kept and recording.
func recorded(t *testing.T) (*group.Group, *shelf) {
	g := group.New("g", 0)
	kept := newShelf(t, g)
	g.BeginChange()
	add(t, g, 0, numberedDefs(t, 0, 140, `"targets":[1,5]`)...)
	kept.commit(g.EndChange())
	g.BeginChange()
	return g, kept
}

func restored(t *testing.T, old *group.Group, r *record.Group) *group.Group {
	t.Helper()
	g, err := old.RestoreLike(r)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

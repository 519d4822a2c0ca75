package group_test

import (
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
)

// What is tried on a clone leaves the group as it was, and the other way round.
func TestCloneGoesOnApart(t *testing.T) {
	g := group.New("g", 3)
	before := newShelf(t, g)
	g.BeginChange()
	add(t, g, 0, numberedDefs(t, 0, 3, `"targets":[9]`)...)
	before.commit(g.EndChange())
	g.BeginChange()
	c := g.Clone()
	track(t, c, `{"n":1}`, 0)
	remove(t, c, "t0")
	add(t, c, 0, define(t, "other", `{}`))
	if c.Version() != g.Version()+3 || c.Len() != 3 || g.Len() != 3 {
		t.Errorf("versions %d and %d, %d and %d trackers", c.Version(), g.Version(), c.Len(), g.Len())
	}
	if change := g.EndChange(); change != nil {
		t.Errorf("the group has change %+v", change)
	}
	g.BeginChange()
	add(t, g, 0, define(t, "mine", `{}`))
	before.commit(g.EndChange())
	before.same(g)
	if _, err := c.Snapshots("mine"); err == nil {
		t.Error("the clone has what the group got later")
	}
	if snaps, err := c.Snapshots("t1", "other"); err != nil || snaps[0].Progress.String() != "1" {
		t.Errorf("the clone has %+v, %v", snaps, err)
	}
}

// An encoded change does not depend on what becomes of its group.
func TestEncodedChangeIsIndependent(t *testing.T) {
	g := group.New("g", 0)
	kept := newShelf(t, g)
	g.BeginChange()
	add(t, g, 0, numberedDefs(t, 0, 130, `"targets":[9]`)...)
	track(t, g, `{"n":129}`, 0)
	then := g.Clone()
	c := g.EndChange()
	c.Encode()
	track(t, g, `{"n":129}`, 0)
	edit(t, g, "t0", func(s *tracker.Spec) { s.Keep = true })
	remove(t, g)
	add(t, g, 0, define(t, "last", `{}`)) // laid out anew: one place
	kept.commit(c)
	kept.same(then)
}

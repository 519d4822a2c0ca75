package cachetest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

func (s *suite) names(t *testing.T) {
	s.through(t, "a Backing knows them", func(t *testing.T) {
		r := s.kept(t)
		r.update(r.add("g", 1))
		r.expectNames()
	})
	if s.features.Keeps {
		t.Run("groups that are there", func(t *testing.T) { groupsThere(s.alone(t)) })
		t.Run("unknown groups leave nothing", func(t *testing.T) { unknownGroups(s.alone(t)) })
		t.Run("ids are forgotten", func(t *testing.T) { forgotten(s.alone(t)) })
	}
}

func (r *rig) expectNames(want ...string) {
	r.Helper()
	got := r.groups(7)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		r.Errorf("%d names, want %d: %.100q, want %.100q", len(got), len(want), fmt.Sprint(got), fmt.Sprint(want))
	}
}

// groups are the names that the cache tells, page by page.
func (r *rig) groups(page int) (all []string) {
	r.Helper()
	for after := ""; ; {
		names, err := r.cache.Groups(context.Background(), after, page)
		if err != nil {
			r.Fatalf("Groups: %v", err)
		}
		if all = append(all, names...); len(names) < page {
			return all
		}
		after = names[len(names)-1]
	}
}

func groupsThere(r *rig) {
	r.expectNames()
	var want []string
	for i := range 300 {
		want = append(want, fmt.Sprint("g", i))
		r.update(r.add(want[i], 1))
	}
	r.expectNames(want...)
	r.update(r.look("g0", func(g *group.Group) {
		if _, err := g.Remove(nil, 0); err != nil {
			r.Errorf("remove: %v", err)
		}
	}))
	r.expectNames(want...) // a group stays known when its trackers are gone
	r.wipe()
	r.expectNames()
	r.update(r.add("g1", 1))
	r.expectNames("g1")
}

func unknownGroups(r *rig) {
	for i := range 50 {
		r.update(r.look(fmt.Sprint("u", i), func(*group.Group) {}))
	}
	r.expectNames()
	r.update(r.add("g", 1), r.look("v", func(*group.Group) {}))
	r.expectNames("g")
}

// forgotten gives ids different ends, one of them a later one after it was remembered already.
func forgotten(r *rig) {
	ends := map[string]int64{"a": 10, "b": 20, "c": 30}
	for _, id := range []string{"a", "b", "c"} {
		r.remember(id, ends[id])
	}
	ends["a"] = 100
	r.remember("a", ends["a"])
	for _, now := range []int64{9, 20, 99, 100} {
		if err := r.cache.DeleteExpiredIDs(context.Background(), now); err != nil {
			r.Fatalf("Forget: %v", err)
		}
		for id, end := range ends {
			c := r.look("g", func(*group.Group) {})
			c.id = id
			r.update(c)
			if known := c.seen != nil; known != (end > now) {
				r.Errorf("at %d, id %q with its end at %d: known = %v", now, id, end, known)
			}
		}
	}
}

// remember has an id of group g remembered until end.
func (r *rig) remember(id string, end int64) {
	r.Helper()
	c := r.once("g", id, 1)
	c.renew = &record.MessageID{ID: id, Expires: end}
	r.update(c)
}

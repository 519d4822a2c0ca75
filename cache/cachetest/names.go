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
	s.runUnlessWriteBehind(t, "listed by the store", func(t *testing.T) {
		e := s.withStore(t)
		e.update(e.add("g", 1))
		e.expectNames()
	})
	if s.features.MemoryOnly {
		t.Run("existing groups", func(t *testing.T) { groupsAreListed(s.withoutStore(t)) })
		t.Run("unknown groups leave nothing", func(t *testing.T) { unknownGroupsAreNotListed(s.withoutStore(t)) })
		t.Run("expired ids are deleted", func(t *testing.T) { idsAreForgotten(s.withoutStore(t)) })
	}
}

func (e *env) expectNames(want ...string) {
	e.Helper()
	got := e.groups(7)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		e.Errorf("%d names, want %d: %.100q, want %.100q", len(got), len(want), fmt.Sprint(got), fmt.Sprint(want))
	}
}

// groups are the names that the cache tells, page by page.
func (e *env) groups(page int) (all []string) {
	e.Helper()
	for after := ""; ; {
		names, err := e.cache.Groups(context.Background(), after, page)
		if err != nil {
			e.Fatalf("Groups: %v", err)
		}
		if all = append(all, names...); len(names) < page {
			return all
		}
		after = names[len(names)-1]
	}
}

func groupsAreListed(e *env) {
	e.expectNames()
	var want []string
	for i := range 300 {
		want = append(want, fmt.Sprint("g", i))
		e.update(e.add(want[i], 1))
	}
	e.expectNames(want...)
	e.update(e.read("g0", func(g *group.Group) {
		if _, err := g.Remove(nil, 0); err != nil {
			e.Errorf("remove: %v", err)
		}
	}))
	e.expectNames(want...) // a group stays known when its trackers are gone
	e.flush()
	e.expectNames()
	e.update(e.add("g1", 1))
	e.expectNames("g1")
}

func unknownGroupsAreNotListed(e *env) {
	for i := range 50 {
		e.update(e.read(fmt.Sprint("u", i), func(*group.Group) {}))
	}
	e.expectNames()
	e.update(e.add("g", 1), e.read("v", func(*group.Group) {}))
	e.expectNames("g")
}

// idsAreForgotten gives ids different ends, one of them a later one after it was remembered already.
func idsAreForgotten(e *env) {
	ends := map[string]int64{"a": 10, "b": 20, "c": 30}
	for _, id := range []string{"a", "b", "c"} {
		e.remember(id, ends[id])
	}
	ends["a"] = 100
	e.remember("a", ends["a"])
	for _, now := range []int64{9, 20, 99, 100} {
		if err := e.cache.DeleteExpiredIDs(context.Background(), now); err != nil {
			e.Fatalf("Forget: %v", err)
		}
		for id, end := range ends {
			c := e.read("g", func(*group.Group) {})
			c.id = id
			e.update(c)
			if known := c.seen != nil; known != (end > now) {
				e.Errorf("at %d, id %q with its end at %d: known = %v", now, id, end, known)
			}
		}
	}
}

// remember has an id of group g remembered until end.
func (e *env) remember(id string, end int64) {
	e.Helper()
	c := e.addWithID("g", id, 1)
	c.remember = &record.MessageID{ID: id, Expires: end}
	e.update(c)
}

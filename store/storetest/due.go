package storetest

import (
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
)

// expectDue checks which groups are due until a time.
func (s *session) expectDue(until int64, limit int, want ...record.Due) {
	s.Helper()
	got := s.due(until, limit)
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if !reflect.DeepEqual(got, want) {
		s.Fatalf("Due(%d, %d):\n%v, want\n%v", until, limit, got, want)
	}
}

// newExpiringGroup commits a new group of one tracker, which expires after d.
func (s *session) newExpiringGroup(name string, d time.Duration) *group.Group {
	s.Helper()
	g := s.load(name)
	s.commit(s.addTrackers(g, newExpiringDefinition("expiring", d)))
	return g
}

func testDue(s *session) {
	s.newGroup("never", 3)
	var want []record.Due
	for i := range 20 {
		d := time.Duration(20-i) * time.Second
		name := fmt.Sprintf("group %d", i)
		s.newExpiringGroup(name, d)
		want = append([]record.Due{{Group: name, At: now + d.Milliseconds()}}, want...)
	}
	s.expectDue(now+999, 100)
	s.expectDue(now+1000, 100, want[0])
	s.expectDue(now+5000, 100, want[:5]...)
	s.expectDue(now+5000, 3, want[:3]...)
	s.expectDue(now+5000, 0)
	s.expectDue(limiter.Never-1, 100, want...)
}

// testDueTimeChanges checks that a group is listed once, with the due time of its last change.
func testDueTimeChanges(s *session) {
	g := s.newExpiringGroup("g", 10*time.Second)
	at := func(seconds int64) record.Due { return record.Due{Group: "g", At: now + seconds*1000} }
	s.expectDue(math.MaxInt64-1, 10, at(10))
	s.commit(s.addTrackers(g, newExpiringDefinition("sooner", 3*time.Second)))
	s.expectDue(math.MaxInt64-1, 10, at(3))
	s.commit(s.trackEach(g, noCounter)) // moves both trackers, but no due time
	s.expectDue(math.MaxInt64-1, 10, at(3))
	s.commit(s.runTimers(g, now+3000))
	s.expectDue(math.MaxInt64-1, 10, at(10))

	g = s.load("g") // the base of the next change, with its due time, comes from the store
	s.commit(s.runTimers(g, now+10_000))
	s.expectDue(math.MaxInt64-1, 10)
	s.expectStored(g)
	s.commit(s.addTrackers(g, newExpiringDefinition("later", time.Hour)))
	s.expectDue(math.MaxInt64-1, 10, at(3600))
}

// runTimers returns the change that the clock makes at a time.
func (s *session) runTimers(g *group.Group, at int64) *record.Change {
	s.Helper()
	return s.must(recordChange(g, func() error {
		g.ApplyTimers(at)
		return nil
	}))
}

// testDueTimeRange checks that times before 1970 and far in the future are ordered too.
func testDueTimeRange(s *session) {
	var want []record.Due
	for i, at := range []int64{math.MinInt64, -1, 0, 1, 1 << 40, math.MaxInt64 - 1} {
		g := s.load(fmt.Sprintf("group %d", i))
		c := s.addTrackers(g, counters(1)...)
		c.Due = at
		s.commit(c)
		want = append(want, record.Due{Group: g.Name(), At: at})
	}
	s.expectDue(math.MaxInt64-1, 10, want...)
	s.expectDue(math.MaxInt64, 10, want...)
	s.expectDue(math.MinInt64, 10, want[0])
	s.expectDue(-1, 10, want[:2]...)
	s.expectDue(0, 10, want[:3]...)
}

package storetest

import (
	"fmt"
	"strings"

	"github.com/dictrack/dictrack/record"
)

// expectID checks what is remembered of a message id.
func (s *session) expectID(name string, want record.MessageID) {
	s.Helper()
	got, ok := s.findID(name, want.ID)
	if !ok || got != want {
		s.Fatalf("FindMessageID(%q, %q): %+v, %v, want %+v", name, want.ID, got, ok, want)
	}
}

// expectNoID checks that message ids are not remembered.
func (s *session) expectNoID(name string, ids ...string) {
	s.Helper()
	for _, id := range ids {
		if got, ok := s.findID(name, id); ok {
			s.Fatalf("FindMessageID(%q, %q): %+v, want none", name, id, got)
		}
	}
}

func testFindID(s *session) {
	g, other := s.newGroup("g", 2), s.newGroup("other", 2)
	var all []record.MessageID
	for i, id := range []string{"a", "A", "ab", "a/b", "\xff\xfe", "a\x00b", "ü", "✓", strings.Repeat("x", 255)} {
		seen := record.MessageID{ID: id, Hash: [16]byte{byte(i), 15: 0xff}, Expires: now + int64(i)}
		s.commit(s.trackWithID(g, i%2, seen))
		seen.Version = g.Version()
		all = append(all, seen)
	}
	for _, seen := range all {
		s.expectID("g", seen)
		s.expectNoID("other", seen.ID)
	}
	s.expectNoID("g", "b", "x", "a\x00", "aa")
	s.expectStored(g, other)

	s.commit(s.trackWithID(s.newGroup("gh", 1), 0, record.MessageID{ID: "i", Expires: now}))
	s.expectNoID("g", "hi") // group and id, joined, are the same bytes
}

// testIDWithoutStateChange remembers the ids of calls that moved no tracker: their changes have no chunks.
func testIDWithoutStateChange(s *session) {
	for _, n := range []int{1, 300} {
		g := s.newGroup(fmt.Sprintf("of %d", n), n)
		s.commit(s.trackEach(g, 0))
		s.commit(s.trackWithID(g, noCounter, record.MessageID{ID: "first", Expires: now}))
		s.expectStored(g)
		s.commit(s.trackWithID(g, noCounter, record.MessageID{ID: "again", Expires: now}))
		s.expectStored(g)
		s.expectID(g.Name(), record.MessageID{ID: "again", Version: g.Version(), Expires: now})
	}
	g := s.load("never seen before")
	s.commit(s.trackWithID(g, noCounter, record.MessageID{ID: "id", Expires: now}))
	s.expectStored(g)
}

// deleteExpiredIDs deletes the message ids that expire at a time or before it.
func (s *session) deleteExpiredIDs(at int64) {
	s.Helper()
	if err := s.store.DeleteExpiredIDs(s.Context(), at); err != nil {
		s.Fatalf("DeleteExpiredIDs(%d): %v", at, err)
	}
}

func testDeleteExpiredIDs(s *session) {
	a, b := s.newGroup("a", 1), s.newGroup("b", 1)
	s.commit(s.trackWithID(a, 0, record.MessageID{ID: "1", Expires: now - 1}))
	s.commit(s.trackWithID(a, 0, record.MessageID{ID: "2", Expires: now}), s.trackWithID(b, 0, record.MessageID{ID: "2", Expires: now + 1}))
	s.commit(s.trackWithID(b, 0, record.MessageID{ID: "0", Expires: -5}))
	s.deleteExpiredIDs(now)
	s.expectNoID("a", "1", "2")
	s.expectNoID("b", "0")
	s.expectID("b", record.MessageID{ID: "2", Version: 2, Expires: now + 1})
	s.expectStored(a, b)
	s.deleteExpiredIDs(now + 1)
	s.deleteExpiredIDs(now + 1)
	s.expectNoID("b", "2")
	s.expectStored(a, b)
}

// testReuseExpiredID checks that an id that is used again after its expiry is remembered until its new expiry.
func testReuseExpiredID(s *session) {
	g := s.newGroup("g", 1)
	s.commit(s.trackWithID(g, 0, record.MessageID{ID: "id", Expires: now}))
	s.commit(s.trackWithID(g, 0, record.MessageID{ID: "id", Hash: [16]byte{1}, Expires: now + 10}))
	want := record.MessageID{ID: "id", Hash: [16]byte{1}, Version: g.Version(), Expires: now + 10}
	s.expectID("g", want)
	s.deleteExpiredIDs(now + 5)
	s.expectID("g", want)
	s.deleteExpiredIDs(now + 10)
	s.expectNoID("g", "id")
}

func testDeleteManyExpiredIDs(s *session) {
	g := s.newGroup("g", 1)
	const n = 3000
	c := s.must(recordChange(g, func() error {
		for i := range n {
			if err := trackOne(g, 0, true); err != nil {
				return err
			}
			g.Pending().AddMessageID(record.MessageID{ID: fmt.Sprint(i), Version: g.Version(), Expires: now + int64(i)})
		}
		return nil
	}))
	s.commit(c)
	s.deleteExpiredIDs(now + n/2)
	for _, i := range []int{0, 1, 511, 512, 1024, n / 2} {
		s.expectNoID("g", fmt.Sprint(i))
	}
	for _, i := range []int{n/2 + 1, n - 1} {
		s.expectID("g", record.MessageID{ID: fmt.Sprint(i), Version: uint64(i + 2), Expires: now + int64(i)})
	}
	s.expectStored(g)
}

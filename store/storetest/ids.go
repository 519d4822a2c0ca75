package storetest

import (
	"fmt"
	"strings"

	"github.com/dictrack/dictrack/record"
)

// expectSeen checks what is remembered of an id.
func (s *session) expectSeen(name string, want record.MessageID) {
	s.Helper()
	got, ok := s.seen(name, want.ID)
	if !ok || got != want {
		s.Fatalf("Seen(%q, %q): %+v, %v, want %+v", name, want.ID, got, ok, want)
	}
}

// expectUnseen checks that ids are not remembered.
func (s *session) expectUnseen(name string, ids ...string) {
	s.Helper()
	for _, id := range ids {
		if got, ok := s.seen(name, id); ok {
			s.Fatalf("Seen(%q, %q): %+v, want nothing", name, id, got)
		}
	}
}

func testSeen(s *session) {
	g, other := s.made("g", 2), s.made("other", 2)
	var all []record.MessageID
	for i, id := range []string{"a", "A", "ab", "a/b", "\xff\xfe", "a\x00b", "ü", "✓", strings.Repeat("x", 255)} {
		seen := record.MessageID{ID: id, Hash: [16]byte{byte(i), 15: 0xff}, Expires: now + int64(i)}
		s.commit(s.call(g, i%2, seen))
		seen.Version = g.Version()
		all = append(all, seen)
	}
	for _, seen := range all {
		s.expectSeen("g", seen)
		s.expectUnseen("other", seen.ID)
	}
	s.expectUnseen("g", "b", "x", "a\x00", "aa")
	s.same(g, other)

	s.commit(s.call(s.made("gh", 1), 0, record.MessageID{ID: "i", Expires: now}))
	s.expectUnseen("g", "hi") // the same letters
}

// testSeenAlone remembers ids of calls that moved nothing: no chunk comes with the change.
func testSeenAlone(s *session) {
	for _, n := range []int{1, 300} {
		g := s.made(fmt.Sprintf("of %d", n), n)
		s.commit(s.track(g, 0))
		s.commit(s.call(g, nowhere, record.MessageID{ID: "first", Expires: now}))
		s.same(g)
		s.commit(s.call(g, nowhere, record.MessageID{ID: "again", Expires: now}))
		s.same(g)
		s.expectSeen(g.Name(), record.MessageID{ID: "again", Version: g.Version(), Expires: now})
	}
	g := s.load("never seen before")
	s.commit(s.call(g, nowhere, record.MessageID{ID: "id", Expires: now}))
	s.same(g)
}

func (s *session) forget(at int64) {
	s.Helper()
	if err := s.store.DeleteExpiredIDs(s.Context(), at); err != nil {
		s.Fatalf("Forget(%d): %v", at, err)
	}
}

func testForget(s *session) {
	a, b := s.made("a", 1), s.made("b", 1)
	s.commit(s.call(a, 0, record.MessageID{ID: "1", Expires: now - 1}))
	s.commit(s.call(a, 0, record.MessageID{ID: "2", Expires: now}), s.call(b, 0, record.MessageID{ID: "2", Expires: now + 1}))
	s.commit(s.call(b, 0, record.MessageID{ID: "0", Expires: -5}))
	s.forget(now)
	s.expectUnseen("a", "1", "2")
	s.expectUnseen("b", "0")
	s.expectSeen("b", record.MessageID{ID: "2", Version: 2, Expires: now + 1})
	s.same(a, b)
	s.forget(now + 1)
	s.forget(now + 1)
	s.expectUnseen("b", "2")
	s.same(a, b)
}

// testSeenAgain: an id that came again after its expiry is remembered until the new one.
func testSeenAgain(s *session) {
	g := s.made("g", 1)
	s.commit(s.call(g, 0, record.MessageID{ID: "id", Expires: now}))
	s.commit(s.call(g, 0, record.MessageID{ID: "id", Hash: [16]byte{1}, Expires: now + 10}))
	want := record.MessageID{ID: "id", Hash: [16]byte{1}, Version: g.Version(), Expires: now + 10}
	s.expectSeen("g", want)
	s.forget(now + 5)
	s.expectSeen("g", want)
	s.forget(now + 10)
	s.expectUnseen("g", "id")
}

func testForgetMany(s *session) {
	g := s.made("g", 1)
	const n = 3000
	c := s.must(change(g, func() error {
		for i := range n {
			if err := one(g, 0, true); err != nil {
				return err
			}
			g.Pending().AddMessageID(record.MessageID{ID: fmt.Sprint(i), Version: g.Version(), Expires: now + int64(i)})
		}
		return nil
	}))
	s.commit(c)
	s.forget(now + n/2)
	for _, i := range []int{0, 1, 511, 512, 1024, n / 2} {
		s.expectUnseen("g", fmt.Sprint(i))
	}
	for _, i := range []int{n/2 + 1, n - 1} {
		s.expectSeen("g", record.MessageID{ID: fmt.Sprint(i), Version: uint64(i + 2), Expires: now + int64(i)})
	}
	s.same(g)
}

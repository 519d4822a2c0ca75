package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

func testGroups(s *session) {
	s.expectGroups()
	var want []string
	for i := range 25 {
		name := fmt.Sprintf("group %02d", i*7%25)
		s.made(name, 1+i%2*200)
		want = append(want, name)
	}
	slices.Sort(want)
	s.expectGroups(want...)
	if got := s.groups("", 0); len(got) != 0 {
		s.Fatalf("Groups with limit 0: %q", got)
	}
	if got := s.groups("group 030", 2); !slices.Equal(got, want[4:6]) {
		s.Fatalf("Groups after one that does not exist: %q, want %q", got, want[4:6])
	}
	if got := s.groups("z", 10); len(got) != 0 {
		s.Fatalf("Groups after the last: %q", got)
	}
	s.made("group 025", 1)
	s.expectGroups(slices.Insert(want, 3, "group 025")...)
}

// expectGroups checks the names in pages of several sizes.
func (s *session) expectGroups(want ...string) {
	s.Helper()
	for _, page := range []int{1, 3, 1000} {
		var got []string
		for {
			after := ""
			if len(got) > 0 {
				after = got[len(got)-1]
			}
			names := s.groups(after, page)
			if got = append(got, names...); len(names) < page {
				break
			}
		}
		if !slices.Equal(got, want) {
			s.Fatalf("Groups in pages of %d:\n%q, want\n%q", page, got, want)
		}
	}
}

// testEmptyGroup: a group whose trackers are all gone, or that never had any, is known.
func testEmptyGroup(s *session) {
	g := s.made("all gone", 2)
	s.commit(s.must(change(g, func() error {
		_, err := g.Remove(nil, now)
		return err
	})))
	s.same(g)
	never := s.load("never any")
	s.commit(s.call(never, 0, record.MessageID{ID: "id", Expires: now}))
	s.same(never)
	if !s.load("never any").Initialized() {
		s.Fatal("a group that had data is not fed")
	}
	s.expectGroups("all gone", "never any")
}

// strange are names that an encoding could get wrong.
var strange = []string{
	" ", "!", "%", "%2F", "*", "+", ".", "..", "...", "/", "//", "/a", ":", "a", "A", "a ", "a/", "a/b", "a/b/c", "a:b",
	"a\x01", "a\n", "ab", "a\xff", "b", "{a}", "{}", "$", "$set", "a.b", "_id", "'", `"`, "`", "\\", "\t", "\r\n",
	"\x01", "\x7f", "\x80", "\xff", "\xff\xff", "\xc3\x28", "ä", "a\u0308", "é", "e\u0301", "日本語", "🙂", "\u2028", "\ufeff",
	"NULL", "null", "0", "-1", "1e3", "g", "g1", "g10", "g2",
	strings.Repeat("long ", 400), strings.Repeat("long ", 400) + "!", strings.Repeat("\xff", 500),
}

func testNames(s *session) {
	var groups []*group.Group
	for i, name := range strange {
		g := s.load(name)
		s.commit(s.add(g, expiring("passing", time.Millisecond), counters(1)[0]))
		s.commit(s.call(g, 0, record.MessageID{ID: "id", Hash: [16]byte{byte(i)}, Expires: now}))
		groups = append(groups, g)
	}
	s.same(groups...)
	for i, name := range strange {
		s.expectSeen(name, record.MessageID{ID: "id", Hash: [16]byte{byte(i)}, Version: 2, Expires: now})
	}
	sorted := slices.Clone(strange)
	slices.Sort(sorted)
	s.expectGroups(sorted...)
	if due := s.due(now+1, len(strange)+1); len(due) != len(strange) {
		s.Fatalf("%d groups are due, want all %d", len(due), len(strange))
	}
	s.forget(now)
	for _, name := range strange {
		s.expectUnseen(name, "id")
	}
	s.same(groups...)
}

// testNeighbours changes a group with many chunks whose name is the beginning of others' names.
func testNeighbours(s *session) {
	names := []string{"a", "a\x01", "a/", "a/1", "a1", "ab", "\xff", "\xff\xff"}
	var groups []*group.Group
	for i, name := range names {
		groups = append(groups, s.made(name, 100+i*60))
	}
	s.compacted("a0", 600, 2)
	for i, g := range groups {
		s.commit(s.track(g, 0, 99, 99+i*60))
	}
	s.same(groups...)
}

// testRefused: no group is called so; nothing is stored.
func testRefused(s *session) {
	for _, name := range []string{"", "\x00", "a\x00b"} {
		c := s.add(group.New(name, 0), counters(1)...)
		if err := s.store.Commit(s.Context(), []*record.Change{c}); err == nil {
			s.Errorf("Commit of a group called %q went well", name)
		}
		if _, err := s.store.Load(s.Context(), name); err == nil {
			s.Errorf("Load of a group called %q went well", name)
		}
		if _, _, err := s.store.FindMessageID(s.Context(), name, "id"); err == nil {
			s.Errorf("Seen of a group called %q went well", name)
		}
	}
	s.expectGroups()
}

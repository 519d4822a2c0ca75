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
		s.newGroup(name, 1+i%2*200)
		want = append(want, name)
	}
	slices.Sort(want)
	s.expectGroups(want...)
	if got := s.groups("", 0); len(got) != 0 {
		s.Fatalf("Groups with limit 0: %q, want none", got)
	}
	if got := s.groups("group 030", 2); !slices.Equal(got, want[4:6]) {
		s.Fatalf("Groups after a name that does not exist: %q, want %q", got, want[4:6])
	}
	if got := s.groups("z", 10); len(got) != 0 {
		s.Fatalf("Groups after the last name: %q, want none", got)
	}
	s.newGroup("group 025", 1)
	s.expectGroups(slices.Insert(want, 3, "group 025")...)
}

// expectGroups checks the names of all groups, read in pages of several sizes.
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

// testEmptyGroup checks that a group whose trackers were all removed, or that never had any, exists.
func testEmptyGroup(s *session) {
	g := s.newGroup("all removed", 2)
	s.commit(s.must(recordChange(g, func() error {
		_, err := g.Remove(nil, now)
		return err
	})))
	s.expectStored(g)
	empty := s.load("never any")
	s.commit(s.trackWithID(empty, 0, record.MessageID{ID: "id", Expires: now}))
	s.expectStored(empty)
	if !s.load("never any").Initialized() {
		s.Fatal("a group that tracked a message is not initialized")
	}
	s.expectGroups("all removed", "never any")
}

// unusualNames are group names that a store could encode wrongly.
var unusualNames = []string{
	" ", "!", "%", "%2F", "*", "+", ".", "..", "...", "/", "//", "/a", ":", "a", "A", "a ", "a/", "a/b", "a/b/c", "a:b",
	"a\x01", "a\n", "ab", "a\xff", "b", "{a}", "{}", "$", "$set", "a.b", "_id", "'", `"`, "`", "\\", "\t", "\r\n",
	"\x01", "\x7f", "\x80", "\xff", "\xff\xff", "\xc3\x28", "ä", "a\u0308", "é", "e\u0301", "日本語", "🙂", "\u2028", "\ufeff",
	"NULL", "null", "0", "-1", "1e3", "g", "g1", "g10", "g2",
	strings.Repeat("long ", 400), strings.Repeat("long ", 400) + "!", strings.Repeat("\xff", 500),
}

func testUnusualNames(s *session) {
	var groups []*group.Group
	for i, name := range unusualNames {
		g := s.load(name)
		s.commit(s.addTrackers(g, newExpiringDefinition("expiring", time.Millisecond), counters(1)[0]))
		s.commit(s.trackWithID(g, 0, record.MessageID{ID: "id", Hash: [16]byte{byte(i)}, Expires: now}))
		groups = append(groups, g)
	}
	s.expectStored(groups...)
	for i, name := range unusualNames {
		s.expectID(name, record.MessageID{ID: "id", Hash: [16]byte{byte(i)}, Version: 2, Expires: now})
	}
	sorted := slices.Clone(unusualNames)
	slices.Sort(sorted)
	s.expectGroups(sorted...)
	if due := s.due(now+1, len(unusualNames)+1); len(due) != len(unusualNames) {
		s.Fatalf("%d groups are due, want %d", len(due), len(unusualNames))
	}
	s.deleteExpiredIDs(now)
	for _, name := range unusualNames {
		s.expectNoID(name, "id")
	}
	s.expectStored(groups...)
}

// testNamePrefixes changes groups of many chunks whose names are prefixes of each other.
func testNamePrefixes(s *session) {
	names := []string{"a", "a\x01", "a/", "a/1", "a1", "ab", "\xff", "\xff\xff"}
	var groups []*group.Group
	for i, name := range names {
		groups = append(groups, s.newGroup(name, 100+i*60))
	}
	s.compactGroup("a0", 600, 2)
	for i, g := range groups {
		s.commit(s.trackEach(g, 0, 99, 99+i*60))
	}
	s.expectStored(groups...)
}

// testInvalidNames checks that calls with an invalid group name fail and store nothing.
func testInvalidNames(s *session) {
	for _, name := range []string{"", "\x00", "a\x00b"} {
		c := s.addTrackers(group.New(name, 0), counters(1)...)
		if err := s.store.Commit(s.Context(), []*record.Change{c}); err == nil {
			s.Errorf("Commit to a group named %q succeeded", name)
		}
		if _, err := s.store.Load(s.Context(), name); err == nil {
			s.Errorf("Load of a group named %q succeeded", name)
		}
		if _, _, err := s.store.FindMessageID(s.Context(), name, "id"); err == nil {
			s.Errorf("FindMessageID in a group named %q succeeded", name)
		}
	}
	s.expectGroups()
}

package storetest

import (
	"bytes"
	"crypto/sha256"
	"errors"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

func testLoadUnknownGroup(s *session) {
	s.newGroup("known", 1)
	r, err := s.store.Load(s.Context(), "unknown")
	if err != nil {
		s.Fatalf("Load: %v", err)
	}
	if r.Name != "unknown" || r.Version != 0 || r.Initialized || len(r.Layout) != 0 || len(r.States) != 0 {
		s.Fatalf("Load of an unknown group: %+v, want an empty one", r)
	}
	if names := s.groups("", 10); len(names) != 1 {
		s.Fatalf("groups %q after a load of an unknown one, want one", names)
	}
	if seen, ok := s.findID("unknown", "id"); ok {
		s.Fatalf("id in an unknown group: %+v, want none", seen)
	}
}

// testCallerOwnsMemory overwrites the memory of what was committed and of what was loaded: the store must have
// copied both.
func testCallerOwnsMemory(s *session) {
	g := s.load("g")
	added := s.addTrackers(g, counters(3)...)
	s.commit(added)
	overwrite(added)
	s.expectStored(g)
	tracked := s.trackEach(g, 1, 1, 2)
	s.commit(tracked)
	overwrite(tracked)
	s.expectStored(g)
	s.commit(s.trackWithID(g, noCounter, record.MessageID{ID: "no state", Version: g.Version(), Expires: now + 1}))
	s.expectStored(g)

	r, err := s.store.Load(s.Context(), "g")
	if err != nil {
		s.Fatalf("Load: %v", err)
	}
	texts, err := s.store.Definitions(s.Context(), r.Layout)
	if err != nil {
		s.Fatalf("Definitions: %v", err)
	}
	clear(r.Layout)
	clear(r.States)
	for _, text := range texts {
		clear(text)
	}
	s.expectStored(g)

	before := s.load("g")
	s.trackEach(g, 1) // not committed; but the change that was shares memory with this group
	s.expectStored(before)
}

// overwrite zeroes the chunks of a change.
func overwrite(c *record.Change) {
	for _, part := range c.Chunks {
		clear(part.Layout)
		clear(part.States)
	}
}

func testDefinitions(s *session) {
	s.newGroup("g", 5)
	defs := counters(5)
	ids := []tracker.ID{defs[4].ID(), defs[0].ID(), defs[4].ID()}
	texts, err := s.store.Definitions(s.Context(), ids)
	if err != nil {
		s.Fatalf("Definitions: %v", err)
	}
	for i, want := range []*tracker.Definition{defs[4], defs[0], defs[4]} {
		if !bytes.Equal(texts[i], want.JSON()) {
			s.Errorf("definition %d is %s, want %s", i, texts[i], want.JSON())
		}
	}
	none, err := s.store.Definitions(s.Context(), nil)
	if err != nil || len(none) != 0 {
		s.Errorf("Definitions of no IDs: %q, %v, want none", none, err)
	}
	unknown := tracker.ID(sha256.New().Sum(nil))
	_, err = s.store.Definitions(s.Context(), []tracker.ID{defs[0].ID(), unknown})
	if _, ok := errors.AsType[*record.CorruptError](err); !ok {
		s.Errorf("Definitions with an ID that was never committed: %v, want a CorruptError", err)
	}
}

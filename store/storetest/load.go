package storetest

import (
	"bytes"
	"crypto/sha256"
	"errors"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

func testUnknown(s *session) {
	s.made("known", 1)
	r, err := s.store.Load(s.Context(), "unknown")
	if err != nil {
		s.Fatalf("Load: %v", err)
	}
	if r.Name != "unknown" || r.Version != 0 || r.Initialized || len(r.Layout) != 0 || len(r.States) != 0 {
		s.Fatalf("Load of an unknown group: %+v, want an empty one", r)
	}
	if names := s.groups("", 10); len(names) != 1 {
		s.Fatalf("groups %q after looking for an unknown one", names)
	}
	if seen, ok := s.seen("unknown", "id"); ok {
		s.Fatalf("an id of an unknown group: %+v", seen)
	}
}

// testCopies spoils all that a store gave or was given.
func testCopies(s *session) {
	g := s.load("g")
	added := s.add(g, counters(3)...)
	s.commit(added)
	spoil(added)
	s.same(g)
	moved := s.track(g, 1, 1, 2)
	s.commit(moved)
	spoil(moved)
	s.same(g)
	s.commit(s.call(g, nowhere, record.MessageID{ID: "no state", Version: g.Version(), Expires: now + 1}))
	s.same(g)

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
	s.same(g)

	before := s.load("g")
	s.track(g, 1) // not committed, but in the group that the first change looked into
	s.same(before)
}

func spoil(c *record.Change) {
	for _, part := range c.Chunks {
		clear(part.Layout)
		clear(part.States)
	}
}

func testDefinitions(s *session) {
	s.made("g", 5)
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
		s.Errorf("Definitions of nothing: %q, %v", none, err)
	}
	strange := tracker.ID(sha256.New().Sum(nil))
	_, err = s.store.Definitions(s.Context(), []tracker.ID{defs[0].ID(), strange})
	if _, ok := errors.AsType[*record.CorruptError](err); !ok {
		s.Errorf("Definitions with one that was never committed: %v, want a CorruptError", err)
	}
}

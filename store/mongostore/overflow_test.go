package mongostore_test

import (
	"fmt"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store/mongostore"
)

// TestChunksInParts has the chunks of a group in parts, as those of very large groups are: they are read as they were
// written, through another store too, and what is replaced goes.
func TestChunksInParts(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := mustOpen(t, server.URL(), mongostore.Options{Database: db, DisableTrackerDocs: true})
	other := mustOpen(t, server.URL(), mongostore.Options{Database: db, DisableTrackerDocs: true}) // has chunks in the document
	s.KeepApart()
	g := mustLoad(t, s, "g")
	all := counters(300)
	names := func(from, to int) (names []string) {
		for _, d := range all[from:to] {
			names = append(names, d.Name())
		}
		return names
	}
	for i, step := range []func() *record.Change{
		func() *record.Change { return addTrackers(g, all[:127]...) },
		func() *record.Change { return addTrackers(g, all[127:129]...) }, // where a chunk ends
		func() *record.Change { return track(g, "a", 0, 128) },
		func() *record.Change { return addTrackers(g, all[129:]...) },
		func() *record.Change { return track(g, "b", 200) },
		func() *record.Change { return track(g, "c", 0, 299) },
		func() *record.Change { return removeTrackers(g, names(2, 299)...) },
		func() *record.Change { return addTrackers(g, newDefinition(1000, nil)) }, // laid out anew, with fewer chunks
		func() *record.Change { return addTrackers(g, all[2:299]...) },            // and more again
		func() *record.Change { return track(g, "d", 0, 150, 299) },
		func() *record.Change { return removeTrackers(g) },
	} {
		c := step()
		if i%4 == 3 {
			mustCommit(t, other, c)
		} else {
			mustCommit(t, s, c)
		}
		for _, st := range []*mongostore.Store{s, other} {
			got := mustLoad(t, st, "g")
			if got.Version() != g.Version() || got.Len() != g.Len() {
				t.Fatalf("step %d: version %d, %d trackers, want %d and %d", i, got.Version(), got.Len(), g.Version(), g.Len())
			}
			for _, n := range []int{0, 1, 128, 200, 299, 1000} {
				if a, b := progress(got, n), progress(g, n); a != b {
					t.Fatalf("step %d, tracker %d stands at %s, want %s", i, n, a, b)
				}
			}
		}
	}
	eventually(t, func() string {
		var doc struct {
			C map[string]struct{ L, S bson.RawValue }
		}
		if err := raw.Database(db).Collection("dictrack_groups").FindOne(t.Context(), bson.M{"_id": "g"}).Decode(&doc); err != nil {
			t.Fatal(err)
		}
		named := int64(0)
		for _, c := range doc.C {
			for _, v := range []bson.RawValue{c.L, c.S} {
				if v.Type == bson.TypeObjectID {
					named++
				}
			}
		}
		n, err := raw.Database(db).Collection("dictrack_overflow").CountDocuments(t.Context(), bson.M{})
		if err != nil || n != named {
			return fmt.Sprintf("there are %d parts, %v, of which the group names %d", n, err, named)
		}
		return ""
	})
	for _, id := range []string{"a", "b", "c", "d"} {
		if _, ok, err := other.FindMessageID(t.Context(), "g", id); err != nil || !ok {
			t.Errorf("id %q: %v, %v, want that it is remembered", id, ok, err)
		}
	}
	mustClose(t, s)
	mustClose(t, other)
}

// TestManyIDs: a commit with more ids than the group's document should hold has them all, at once and later.
func TestManyIDs(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, server.URL(), mongostore.Options{Database: newDatabase(t), DisableTrackerDocs: true})
	defer mustClose(t, s)
	g := mustLoad(t, s, "g")
	mustCommit(t, s, addTrackers(g, counters(1)...))
	for round := range 8 { // each fills the tail
		c := track(g, "", 0)
		for i := range 100 {
			c.AddMessageID(record.MessageID{ID: fmt.Sprintf("%d/%d", round, i), Version: c.Version, Expires: now + int64(round)})
		}
		mustCommit(t, s, c)
	}
	c := track(g, "", 0)
	for i := range 2000 {
		c.AddMessageID(record.MessageID{ID: fmt.Sprintf("large/%d", i), Version: c.Version, Expires: now + 100})
	}
	mustCommit(t, s, c)
	for range 2 {
		for _, id := range []string{"3/0", "7/99", "large/0", "large/1999"} {
			if seen, ok, err := s.FindMessageID(t.Context(), "g", id); err != nil || !ok || seen.ID != id {
				t.Fatalf("id %q: %+v, %v, %v, want that it is remembered", id, seen, ok, err)
			}
		}
		if err := s.DeleteExpiredIDs(t.Context(), now+2); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok, err := s.FindMessageID(t.Context(), "g", "2/50"); err != nil || ok {
		t.Fatalf("id 2/50: %v, %v, want that it is forgotten", ok, err)
	}
}

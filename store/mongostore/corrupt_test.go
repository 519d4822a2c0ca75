package mongostore_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store/mongostore"
)

// TestForeignDocuments: a group whose document somebody changed is a typed error, which names it, for whoever
// wants that group; all others go on, and nothing is removed.
func TestForeignDocuments(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := mustOpen(t, server.URL(), mongostore.Options{Database: db})
	defer mustClose(t, s)
	groups := raw.Database(db).Collection("dictrack_groups")
	for what, update := range map[string]bson.M{
		"a text for a version":   {"$set": bson.M{"v": "x"}},
		"no version":             {"$unset": bson.M{"v": ""}},
		"no format":              {"$unset": bson.M{"f": ""}},
		"a chunk too many":       {"$set": bson.M{"c.1": bson.M{}}},
		"no chunks":              {"$unset": bson.M{"c": ""}},
		"a chunk of no number":   {"$set": bson.M{"c.x": bson.M{}}},
		"chunks in an array":     {"$set": bson.M{"c": bson.A{}}},
		"states of another kind": {"$set": bson.M{"c.0.s": 5}},
		"states cut short":       {"$set": bson.M{"c.0.s": bson.Binary{Data: []byte{1}}}},
		"states of nobody":       {"$set": bson.M{"c.0.s": bson.Binary{Data: []byte("12345678")}}},
		"a part of nobody":       {"$set": bson.M{"c.0.l": bson.NewObjectID()}},
		"a layout of nobody":     {"$set": bson.M{"c.0.l": bson.Binary{}}},
		"a count of its own":     {"$set": bson.M{"n": -1}},
		"a due time in words":    {"$set": bson.M{"due": "tomorrow"}},
		"a tail of nobody":       {"$set": bson.M{"ids": bson.M{"x": bson.Binary{}}}},
		"writers of nobody":      {"$set": bson.M{"w": bson.M{"x": 1}}},
	} {
		name := "group of " + what
		g := mustLoad(t, s, name)
		mustCommit(t, s, addTrackers(g, counters(2)...))
		if res, err := groups.UpdateOne(t.Context(), bson.M{"_id": name}, update); err != nil || res.ModifiedCount != 1 {
			t.Fatalf("%s: %+v, %v", what, res, err)
		}
		_, err := load(t.Context(), s, name)
		if corrupt, ok := errors.AsType[*record.CorruptError](err); !ok || corrupt.Record != "group "+name {
			t.Errorf("Load with %s: %v, want a CorruptError that names the group", what, err)
		}
		if n, err := groups.CountDocuments(t.Context(), bson.M{"_id": name}); err != nil || n != 1 {
			t.Errorf("%s: %d documents, %v, want the one", what, n, err)
		}
	}
	if _, err := groups.InsertMany(t.Context(), []any{
		bson.M{"_id": "日本", "due": int64(1), "updated": 1},
		bson.M{"_id": 5, "due": int64(2), "updated": 1},
		bson.M{"_id": bson.NewObjectID()},
		bson.M{"_id": "0", "due": 7.5},
	}); err != nil {
		t.Fatal(err)
	}
	c := addTrackers(mustLoad(t, s, "sound"), counters(1)...)
	c.Due = now
	mustCommit(t, s, c)
	due, err := s.Due(t.Context(), limiter.Never-1, 1)
	if err != nil || len(due) != 1 || due[0].Group != "sound" {
		t.Errorf("Due between foreign documents: %v, %v, want the sound group", due, err)
	}
	names, err := s.Groups(t.Context(), "group of writers", 2)
	if err != nil || len(names) != 2 || names[1] != "sound" {
		t.Errorf("Groups between foreign documents: %q, %v, want the sound group second", names, err)
	}
	if err := s.DeleteExpiredIDs(t.Context(), now); err != nil {
		t.Errorf("Forget between foreign documents: %v", err)
	}
}

// TestFormats: what another version wrote is a FormatError.
func TestFormats(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := mustOpen(t, server.URL(), mongostore.Options{Database: db})
	g := mustLoad(t, s, "g")
	mustCommit(t, s, addTrackers(g, counters(1)...))
	newer := func(collection, id, field string) {
		t.Helper()
		res, err := raw.Database(db).Collection(collection).UpdateOne(t.Context(), bson.M{"_id": id}, bson.M{"$set": bson.M{field: 2}})
		if err != nil || res.ModifiedCount != 1 {
			t.Fatal(res, err)
		}
	}
	expect := func(what string, err error) {
		t.Helper()
		if e, ok := errors.AsType[*record.FormatError](err); !ok || e.Found != 2 || e.Known != 1 {
			t.Errorf("%s: %v, want a FormatError of 2 and 1", what, err)
		}
	}
	newer("dictrack_groups", "g", "f")
	_, err := s.Load(t.Context(), "g")
	expect("Load", err)
	_, _, err = s.FindMessageID(t.Context(), "g", "id")
	expect("Seen", err)
	expect("Commit", s.Commit(t.Context(), []*record.Change{track(g, "", 0)}))
	mustLoad(t, s, "other")
	newer("dictrack_meta", "store", "format")
	expect("Flush", s.Flush(t.Context()))
	mustClose(t, s)
	_, err = mongostore.Open(t.Context(), server.URL(), mongostore.Options{Database: db})
	expect("Open", err)
}

// TestForeignIDs: what is remembered of an id is a typed error when somebody changed it.
func TestForeignIDs(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := mustOpen(t, server.URL(), mongostore.Options{Database: db})
	defer mustClose(t, s)
	g := mustLoad(t, s, "g")
	mustCommit(t, s, addTrackers(g, counters(1)...))
	c := track(g, "", 0)
	for _, id := range []string{"a", "b"} {
		c.AddMessageID(record.MessageID{ID: id, Version: 2, Expires: now + 1})
	}
	mustCommit(t, s, c)
	if err := s.DeleteExpiredIDs(t.Context(), now+1-1); err != nil {
		t.Fatal(err)
	}
	// Forget with something to forget moves the others.
	c = track(g, "", 0)
	c.AddMessageID(record.MessageID{ID: "over", Version: 3, Expires: now - 1})
	mustCommit(t, s, c)
	if err := s.DeleteExpiredIDs(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	res, err := raw.Database(db).Collection("dictrack_message_ids").UpdateOne(t.Context(), bson.M{"_id": "g\x00a"}, bson.M{"$set": bson.M{"hash": "x"}})
	if err != nil || res.ModifiedCount != 1 {
		t.Fatal(res, err)
	}
	_, _, err = s.FindMessageID(t.Context(), "g", "a")
	if corrupt, ok := errors.AsType[*record.CorruptError](err); !ok || !strings.Contains(corrupt.Record, `"a"`) {
		t.Errorf("Seen: %v, want a CorruptError that names the id", err)
	}
	if _, ok, err := s.FindMessageID(t.Context(), "g", "b"); err != nil || !ok {
		t.Errorf("Seen of another id: %v, %v, want that it is remembered", ok, err)
	}
	if _, ok, err := s.FindMessageID(t.Context(), "g", "over"); err != nil || ok {
		t.Errorf("Seen of an id that is over: %v, %v, want that it is not", ok, err)
	}
}

// TestForeignDefinitions: a definition that is gone or changed is a typed error.
func TestForeignDefinitions(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := mustOpen(t, server.URL(), mongostore.Options{Database: db})
	mustCommit(t, s, addTrackers(mustLoad(t, s, "g"), counters(2)...))
	mustClose(t, s)
	definitions := raw.Database(db).Collection("dictrack_definitions")
	if _, err := definitions.UpdateOne(t.Context(), bson.M{"_id": counters(1)[0].ID().String()}, bson.M{"$set": bson.M{"json": "{}"}}); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, server.URL(), mongostore.Options{Database: db})
	defer mustClose(t, s)
	_, err := load(t.Context(), s, "g")
	if corrupt, ok := errors.AsType[*record.CorruptError](err); !ok || !strings.Contains(corrupt.Record, counters(1)[0].ID().String()) {
		t.Errorf("Load with a definition that was changed: %v, want a CorruptError that names it", err)
	}
}

// TestTooHigh: a version past what the database can hold is refused by nobody, and applies to nothing.
func TestTooHigh(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, server.URL(), mongostore.Options{Database: newDatabase(t)})
	defer mustClose(t, s)
	err := s.Commit(t.Context(), []*record.Change{{Group: "g", Base: math.MaxUint64, Version: math.MaxUint64, Due: limiter.Never}})
	if !isConflict(err) {
		t.Errorf("Commit from the highest version: %v, want a conflict", err)
	}
}

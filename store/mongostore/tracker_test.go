package mongostore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/testserver/mongodb"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store/mongostore"
	"github.com/dictrack/dictrack/tracker"
)

// findTrackers are the documents of trackers that a query finds, by name.
func findTrackers(tb testing.TB, database string, query bson.M) map[string]bson.M {
	tb.Helper()
	cursor, err := raw.Database(database).Collection("dictrack_trackers").Find(context.Background(), query)
	if err != nil {
		tb.Fatal(err)
	}
	var docs []bson.M
	if err := cursor.All(context.Background(), &docs); err != nil {
		tb.Fatal(err)
	}
	byName := map[string]bson.M{}
	for _, doc := range docs {
		byName[doc["name"].(string)] = doc
	}
	if len(byName) != len(docs) {
		tb.Fatalf("query %v found several documents of one name: %v", query, docs)
	}
	return byName
}

// eventually waits until a check has nothing to say.
func eventually(tb testing.TB, check func() string) {
	tb.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		wrong := check()
		if wrong == "" {
			return
		}
		if time.Now().After(end) {
			tb.Fatal(wrong)
		}
	}
}

// expectFound waits until a query finds the trackers of these names and no others.
func expectFound(tb testing.TB, database string, query bson.M, names ...string) {
	tb.Helper()
	slices.Sort(names)
	eventually(tb, func() string {
		var got []string
		for name := range findTrackers(tb, database, query) {
			got = append(got, name)
		}
		slices.Sort(got)
		if !slices.Equal(got, names) {
			return fmt.Sprintf("query %v finds %q, want %q", query, got, names)
		}
		return ""
	})
}

// TestTrackers asks what people would ask, in the queries that they would write.
func TestTrackers(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := mustOpen(t, server.URL(), mongostore.Options{Database: db})
	defer mustClose(t, s)
	begun := time.Now().Add(-time.Second)
	g := mustLoad(t, s, "Robot001")
	mustCommit(t, s, addTrackers(g,
		newDefinition(0, nil),
		newDefinition(1, func(s *tracker.Spec) { s.Targets, s.Keep = []decimal.Decimal{decimal.FromInt(2)}, true }),
		newDefinition(2, func(s *tracker.Spec) { s.Initial, _ = decimal.Parse("0.1"); s.Expire = time.Hour }),
	))
	other := mustLoad(t, s, "日本語 \xff")
	japanese := mustLoad(t, s, "日本語")
	mustCommit(t, s, addTrackers(other, newDefinition(0, nil)), addTrackers(japanese, newDefinition(0, nil)))
	mustCommit(t, s, track(g, "", 0, 0, 0, 1, 1, 2))

	expectFound(t, db, bson.M{"group": "Robot001", "progress": bson.M{"$gte": 3}}, "tracker 0")
	expectFound(t, db, bson.M{"group": "Robot001"}, "tracker 0", "tracker 1", "tracker 2")
	expectFound(t, db, bson.M{"completed": true}, "tracker 1")
	expectFound(t, db, bson.M{"group": "日本語"}, "tracker 0")
	expectFound(t, db, bson.M{"group": "Robot001", "updated": bson.M{"$gte": begun}}, "tracker 0", "tracker 1", "tracker 2")
	expectFound(t, db, bson.M{"updated": bson.M{"$lt": begun}})
	expectFound(t, db, bson.M{"name": "tracker 2", "progress": bson.M{"$gt": 1, "$lt": 2}}, "tracker 2")

	doc := findTrackers(t, db, bson.M{"group": "Robot001"})["tracker 2"]
	for field, want := range map[string]any{
		"_id": "Robot001/2", "kind": "count", "exact": "1.1", "progress": 1.1, "target": int64(1_000_000), "stage": int32(1),
		"stages": int32(1), "cycle": int64(1), "completed": false, "limited": false, "index": int32(2),
		"definition": g.Definitions()[2].ID().String(), "expires": bson.DateTime(now + 3_600_000), "v": int64(g.Version()),
	} {
		if doc[field] != want {
			t.Errorf("field %s is %v (%T), want %v", field, doc[field], doc[field], want)
		}
	}
	if t.Failed() {
		t.Log(doc)
	}

	mustCommit(t, s, removeTrackers(g, "tracker 0"))
	expectFound(t, db, bson.M{"group": "Robot001"}, "tracker 1", "tracker 2")
	mustCommit(t, s, addTrackers(g, newDefinition(0, nil)))
	expectFound(t, db, bson.M{"group": "Robot001", "progress": 0}, "tracker 0")
	mustCommit(t, s, removeTrackers(g))
	expectFound(t, db, bson.M{"group": "Robot001"})

	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	expectFound(t, db, bson.M{})
}

// TestTrackersAreIndexed: what people ask for is found by an index.
func TestTrackersAreIndexed(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	mustClose(t, mustOpen(t, server.URL(), mongostore.Options{Database: db}))
	specs, err := raw.Database(db).Collection("dictrack_trackers").Indexes().ListSpecifications(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first := map[string]bool{}
	for _, spec := range specs {
		if spec.ExpireAfterSeconds != nil {
			t.Errorf("index %s lets documents expire", spec.Name)
		}
		e, err := spec.KeysDocument.IndexErr(0)
		if err != nil {
			t.Fatal(err)
		}
		first[e.Key()] = true
	}
	for _, field := range []string{"group", "name", "completed", "updated"} {
		if !first[field] {
			t.Errorf("no index begins with %s", field)
		}
	}
}

// TestNoTrackers: the documents for people can be left out, and come when they are wanted later.
func TestNoTrackers(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := mustOpen(t, server.URL(), mongostore.Options{Database: db, DisableTrackerDocs: true})
	g := mustLoad(t, s, "g")
	mustCommit(t, s, addTrackers(g, counters(3)...))
	mustClose(t, s)
	expectFound(t, db, bson.M{})

	s = mustOpen(t, server.URL(), mongostore.Options{Database: db})
	g = mustLoad(t, s, "g")
	mustCommit(t, s, track(g, "", 1))
	mustClose(t, s) // which brings them up to date
	expectFound(t, db, bson.M{"group": "g"}, "tracker 0", "tracker 1", "tracker 2")
}

// TestTrackerDocsAfterCrash: documents that a process did not come to write are written by the next one.
func TestTrackerDocsAfterCrash(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	dead := mustOpen(t, server.URL(), mongostore.Options{Database: db, TrackerDocDelay: time.Hour})
	living := mustOpen(t, server.URL(), mongostore.Options{Database: db})
	g := mustLoad(t, dead, "g")
	mustCommit(t, dead, addTrackers(g, counters(2)...))
	h := mustLoad(t, dead, "h")
	mustCommit(t, dead, addTrackers(h, counters(1)...))
	expectFound(t, db, bson.M{})
	mustLoad(t, living, "g")
	expectFound(t, db, bson.M{}, "tracker 0", "tracker 1") // by the one who loads it
	next := mustOpen(t, server.URL(), mongostore.Options{Database: db})
	expectFound(t, db, bson.M{"group": "h"}, "tracker 0") // by the one who opens the store
	mustClose(t, next)
	mustClose(t, living)
	mustClose(t, dead)
}

// TestTrackerDocsEqualGroups works on groups at random, through two stores in turns, and checks at the end that the
// documents say what the groups are.
func TestTrackerDocsEqualGroups(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	open := func() *mongostore.Store { return mustOpen(t, server.URL(), mongostore.Options{Database: db}) }
	stores := []*mongostore.Store{open(), open()}
	r := rand.New(rand.NewPCG(1, 2))
	groups := []*group.Group{group.New("a", 0), group.New("a/0", 0), group.New("\xff", 0), group.New("ÿ", 0)}
	for range 80 {
		at := r.IntN(len(groups))
		which := r.IntN(2)
		mustCommit(t, stores[which], randomChange(r, groups[at]))
		if r.IntN(20) == 0 {
			mustClose(t, stores[which])
			stores[which] = open()
		}
	}
	for _, s := range stores {
		mustClose(t, s)
	}
	last := open() // finds what those left when they closed, if anything
	for _, g := range groups {
		eventually(t, func() string { return differences(t, db, g) })
	}
	mustClose(t, last)
}

// randomChange does something to a group that changes it.
func randomChange(r *rand.Rand, g *group.Group) *record.Change {
	names := map[string]bool{}
	for _, d := range g.Definitions() {
		names[d.Name()] = true
	}
	switch n := r.IntN(40); {
	case g.Len() == 0 || r.IntN(5) == 0 && !names[fmt.Sprintf("tracker %d", n)]:
		var defs []*tracker.Definition
		for i := range 1 + r.IntN(10) {
			if !names[fmt.Sprintf("tracker %d", n+i)] {
				defs = append(defs, newDefinition(n+i, nil))
			}
		}
		if len(defs) > 0 {
			return addTrackers(g, defs...)
		}
		return track(g, "", 0)
	case r.IntN(6) == 0:
		var some []string
		for name := range names {
			if r.IntN(2) == 0 {
				some = append(some, name)
			}
		}
		if len(some) > 0 {
			return removeTrackers(g, some...)
		}
		return track(g, "", 1)
	default:
		return track(g, "", n, n+1)
	}
}

// differences says what the documents of a group should say instead.
func differences(tb testing.TB, database string, g *group.Group) string {
	tb.Helper()
	snaps, err := g.Snapshots()
	if err != nil {
		tb.Fatal(err)
	}
	cursor, err := raw.Database(database).Collection("dictrack_trackers").Find(context.Background(), bson.M{"group": g.Name()},
		options.Find().SetSort(bson.M{"index": 1}))
	if g.Name() == "\xff" || g.Name() == "ÿ" { // which read alike
		cursor, err = raw.Database(database).Collection("dictrack_trackers").Find(context.Background(),
			bson.M{"_id": bson.M{"$regex": map[string]string{"\xff": "^ÿ/", "ÿ": "^Ã¿/"}[g.Name()]}}, options.Find().SetSort(bson.M{"index": 1}))
	}
	if err != nil {
		tb.Fatal(err)
	}
	var docs []bson.M
	if err := cursor.All(context.Background(), &docs); err != nil {
		tb.Fatal(err)
	}
	if len(docs) != len(snaps) {
		return fmt.Sprintf("group %q has %d documents for %d trackers: %v", g.Name(), len(docs), len(snaps), docs)
	}
	for i, doc := range docs {
		if doc["name"] != snaps[i].Name || doc["exact"] != snaps[i].Progress.String() || doc["completed"] != snaps[i].Completed {
			return fmt.Sprintf("group %q: document %v, want %+v", g.Name(), doc, snaps[i])
		}
	}
	return ""
}

// TestRemovedDocument: a document that somebody removed by hand comes back when its tracker moves.
func TestRemovedDocument(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := mustOpen(t, server.URL(), mongostore.Options{Database: db})
	defer mustClose(t, s)
	g := mustLoad(t, s, "g")
	mustCommit(t, s, addTrackers(g, counters(2)...))
	expectFound(t, db, bson.M{}, "tracker 0", "tracker 1")
	if _, err := raw.Database(db).Collection("dictrack_trackers").DeleteMany(t.Context(), bson.M{"name": "tracker 0"}); err != nil {
		t.Fatal(err)
	}
	mustCommit(t, s, track(g, "", 0))
	expectFound(t, db, bson.M{"progress": 1}, "tracker 0")
}

// TestNewerDocument: a document that says more than this store knows stays, as it does when another process
// was faster.
func TestNewerDocument(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := mustOpen(t, server.URL(), mongostore.Options{Database: db})
	defer mustClose(t, s)
	g := mustLoad(t, s, "g")
	mustCommit(t, s, addTrackers(g, counters(3)...))
	expectFound(t, db, bson.M{}, "tracker 0", "tracker 1", "tracker 2")
	trackers := raw.Database(db).Collection("dictrack_trackers")
	for _, index := range []int{0, 1} {
		if _, err := trackers.UpdateOne(t.Context(), bson.M{"_id": fmt.Sprintf("g/%d", index)}, bson.M{"$set": bson.M{"v": int64(100), "progress": 77}}); err != nil {
			t.Fatal(err)
		}
	}
	mustCommit(t, s, track(g, "", 0, 2))
	mustCommit(t, s, removeTrackers(g, "tracker 1"))
	expectFound(t, db, bson.M{"progress": 1}, "tracker 2")
	expectFound(t, db, bson.M{"progress": 77}, "tracker 0", "tracker 1")
}

// TestConcurrentTrackerDocUpdates has another process bring documents up to date in between, and leave one of a tracker that is
// gone: the group is looked at once more.
func TestConcurrentTrackerDocUpdates(t *testing.T) {
	t.Parallel()
	server := startServer(t)
	past := client(server.Direct())
	defer past.Disconnect(context.Background())
	db := past.Database("beaten")
	once := true
	server.Proxy.Watch(func(m mongodb.Message) mongodb.Fault {
		if once && m.Database == "beaten" && m.Command == "insert" && m.Collection == "dictrack_trackers" {
			once = false
			_, err := db.Collection("dictrack_trackers").InsertOne(context.Background(), bson.M{"_id": "g/9", "group": "g", "index": int32(9), "v": int64(0)})
			_, err2 := db.Collection("dictrack_groups").UpdateOne(context.Background(), bson.M{"_id": "g"}, bson.M{"$set": bson.M{"projected": int64(1)}})
			if err = errors.Join(err, err2); err != nil {
				t.Error(err)
			}
		}
		return mongodb.Pass
	})
	shy := mustOpen(t, server.URL(), mongostore.Options{Database: "beaten", DisableTrackerDocs: true})
	g := mustLoad(t, shy, "g")
	mustCommit(t, shy, addTrackers(g, counters(3)...)) // version 1, which the other has seen
	mustClose(t, shy)
	s := mustOpen(t, server.URL(), mongostore.Options{Database: "beaten"})
	mustCommit(t, s, track(g, "", 0), addTrackers(mustLoad(t, s, "h"), counters(1)...))
	mustCommit(t, s, track(mustLoad(t, s, "h"), "", 0))
	eventually(t, func() string {
		n, err := db.Collection("dictrack_trackers").CountDocuments(t.Context(), bson.M{"group": "g"})
		if err != nil || n != 3 {
			return fmt.Sprintf("there are %d documents, %v, want 3", n, err)
		}
		return ""
	})
	mustClose(t, s)
	if once {
		t.Error("nobody came in between, so that this tests nothing")
	}
}

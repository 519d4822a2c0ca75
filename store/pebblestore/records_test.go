package pebblestore

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

// countRecordKinds counts the records of each kind.
func countRecordKinds(t *testing.T, s *Store) string {
	t.Helper()
	count := map[byte]int{}
	err := scan(s.db, []byte{0}, []byte{0xff}, "", func(i *pebble.Iterator) (bool, error) {
		count[i.Key()[0]]++
		return true, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, kind := range "FDgclixt" {
		if n := count[byte(kind)]; n > 0 {
			text += fmt.Sprintf("%c%d ", kind, n)
		}
	}
	return text
}

// TestChangeWritesAndDeletesRecords: a change writes the records it needs, and takes away those that nothing needs any more.
func TestChangeWritesAndDeletesRecords(t *testing.T) {
	s := mustOpen(t, "data", smallOptions(vfs.NewMem()))
	defer mustClose(t, s)
	commit := func(c *record.Change, err error) {
		t.Helper()
		if err == nil {
			err = s.Commit(t.Context(), []*record.Change{c})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want string) {
		t.Helper()
		if got := countRecordKinds(t, s); got != want {
			t.Fatalf("records are %s, want %s", got, want)
		}
	}
	g, c := newGroup(t, "g", 400)
	commit(c, nil)
	expect("D400 g1 c4 l4 ")
	small, c := newGroup(t, "small", 100) // of definitions that are there
	commit(c, nil)
	expect("D400 g2 c4 l5 ")
	commit(track(small, 7, record.MessageID{ID: "id", Expires: now}))
	expect("D400 g2 c4 l5 i1 x1 ")

	commit(shrink(g, 50))
	expect("D401 g2 l2 i1 x1 ")
	if err := s.DeleteExpiredIDs(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	expect("D401 g2 l2 ")
	_, c = newGroup(t, "due", 1)
	c.Due = now
	commit(c, nil)
	expect("D401 g3 l3 t1 ")
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect("F1 D401 ")
}

// shrink leaves the first n trackers of a group and lays it out anew, with one more.
func shrink(g *group.Group, n int) (*record.Change, error) {
	var names []string
	for _, d := range g.Definitions()[n:] {
		names = append(names, d.Name())
	}
	g.BeginChange()
	if _, err := g.Remove(names, now); err != nil {
		return nil, err
	}
	_, err := g.Add(newExpectedGroup("player 0", 500).defs()[499:], now)
	return g.EndChange().Encode(), err
}

// TestSmallCommitIsOneRecord: the usual commit of a small group is one record and no more.
func TestSmallCommitIsOneRecord(t *testing.T) {
	for _, n := range []int{1, record.ChunkSize} {
		g, c := newGroup(t, "g", n)
		var first, step write
		first.encode(c)
		c, err := track(g, 0)
		if err != nil {
			t.Fatal(err)
		}
		step.encode(c)
		if len(step.records) > 0 || len(step.definitions) > 0 || !step.group.inline || !step.firstChanged {
			t.Errorf("a step of %d trackers writes %d records besides the head", n, len(step.records))
		}
		if size := len(step.group.firstChunk); size > 2*n {
			t.Errorf("a step of %d trackers writes %d bytes of states", n, size)
		}
	}
}

// TestRecentIsBounded: of many groups only some are kept in mind, never without those under way.
func TestRecentIsBounded(t *testing.T) {
	r := commitCache{groups: map[string]*lastCommit{}}
	durable, pending := &writeBatch{durable: make(chan struct{})}, &writeBatch{durable: make(chan struct{})}
	close(durable.durable)
	for i := range 100 {
		r.put(fmt.Sprintf("flying %d", i), nil, lastCommit{batch: pending})
	}
	for i := range 5 * maxCachedCommits {
		r.put(fmt.Sprint(i), nil, lastCommit{batch: durable})
	}
	if n := len(r.groups); n > maxCachedCommits+200 {
		t.Errorf("%d groups are kept in mind, want about %d", n, maxCachedCommits)
	}
	for i := range 100 {
		if r.find(fmt.Sprintf("flying %d", i)) == nil {
			t.Fatal("a group that is not on disk yet was dropped")
		}
	}
}

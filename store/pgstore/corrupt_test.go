package pgstore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store/pgstore"
	"github.com/dictrack/dictrack/tracker"
)

// corruptions are what can happen to a sealed value, as SQL over it.
var corruptions = map[string]string{
	"empty":        `''`,
	"short":        `substring(%[1]s FROM 1 FOR length(%[1]s) - 1)`,
	"long":         `%[1]s || '\x00'`,
	"first bit":    `set_byte(%[1]s, 0, get_byte(%[1]s, 0) # 1)`,
	"last bit":     `set_byte(%[1]s, length(%[1]s) - 1, get_byte(%[1]s, length(%[1]s) - 1) # 128)`,
	"middle bit":   `set_byte(%[1]s, length(%[1]s) / 2, get_byte(%[1]s, length(%[1]s) / 2) # 4)`,
	"another's":    `'\x01c632949c'`,
	"newer format": `'\x02' || substring(%[1]s FROM 2)`,
}

// damagedStore is a store with a large group, of which a test breaks something, and a neighbour.
type damagedStore struct {
	*testing.T
	*pgstore.Store
	o     pgstore.Options
	large *expectedGroup
	small *expectedGroup
}

func newDamagedStore(t *testing.T) *damagedStore {
	t.Helper()
	b := &damagedStore{T: t, o: pgstore.Options{Schema: newSchema()}, large: newExpectedGroup("large", 300), small: newExpectedGroup("small", 1)}
	b.Store = mustOpen(t, server.URL(), b.o)
	t.Cleanup(func() { mustClose(t, b.Store) })
	for range 3 {
		b.large.mustCommit(t, b)
		b.small.mustCommit(t, b)
	}
	return b
}

// reads are the calls that must notice.
func (b *damagedStore) reads() map[string]func() error {
	ctx := b.Context()
	return map[string]func() error{
		"load": func() error { _, err := b.Load(ctx, "large"); return err },
		"seen": func() error { _, _, err := b.FindMessageID(ctx, "large", "call 2"); return err },
		"new":  func() error { _, err := b.Load(ctx, "a new group"); return err },
		"definitions": func() error {
			_, err := b.Definitions(ctx, []tracker.ID{definitions(1)[0].ID()})
			return err
		},
		"flush": func() error { return b.Flush(context.Background()) },
	}
}

// expectCorrupt wants a call to name the record, and the neighbour to be served.
func (b *damagedStore) expectCorrupt(what, call, name string) {
	b.Helper()
	err := b.reads()[call]()
	corrupt, ok := errors.AsType[*record.CorruptError](err)
	if !ok || corrupt.Record != name {
		b.Errorf("%s: %s says %v, want a CorruptError of %q", what, call, err, name)
	}
	r, err := b.Load(b.Context(), "small")
	if err != nil || r.Version != b.small.acked {
		b.Errorf("%s: a neighbour is not served: %+v, %v", what, r, err)
	}
}

// TestDamagedRecords checks that a read of a damaged record returns an error that names it, and that others succeed.
func TestDamagedRecords(t *testing.T) {
	conn := mustConnect(t)
	definition := "definition " + definitions(1)[0].ID().String()
	for _, c := range []struct{ table, column, where, call, record string }{
		{"groups", "checksum", "name = 'large'", "load", "group large"},
		{"groups", "states", "name = 'large'", "load", "group large, part c0"},
		{"chunks", "states", "name = 'large' AND chunk = 1", "load", "group large, part c1"},
		{"chunks", "states", "name = 'large' AND chunk = 2", "load", "group large, part c2"},
		{"layouts", "definition_ids", "name = 'large' AND chunk = 0", "load", "group large, part l0"},
		{"layouts", "definition_ids", "name = 'large' AND chunk = 2", "load", "group large, part l2"},
		{"message_ids", "hash", "name = 'large' AND id = 'call 2'", "seen", `id "call 2" of group large`},
		{"first_version", "checksum", "sole", "new", "of the first version"},
		{"first_version", "checksum", "sole", "flush", "of the first version"},
		{"definitions", "json", "id = '\\x" + definitions(1)[0].ID().String() + "'", "definitions", definition},
	} {
		b := newDamagedStore(t)
		for name, damage := range corruptions {
			if c.table == "first_version" && name == "another's" {
				continue // it is its own
			}
			what := fmt.Sprintf("%s.%s, %s", c.table, c.column, name)
			var before []byte
			row := conn.QueryRow(t.Context(), fmt.Sprintf("SELECT %s FROM %s WHERE %s", c.column, table(b.o, c.table), c.where))
			if err := row.Scan(&before); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			set := fmt.Sprintf("UPDATE %s SET %s = %%s WHERE %s", table(b.o, c.table), c.column, c.where)
			if strings.Contains(damage, "%[1]s") {
				damage = fmt.Sprintf(damage, c.column)
			}
			mustExec(t, conn, fmt.Sprintf(set, damage))
			b.expectCorrupt(what, c.call, c.record)
			mustExec(t, conn, fmt.Sprintf(set, "$1"), before)
		}
		b.large.mustBeAt(t, b, 3)
	}
}

// TestChangedColumns: what stands beside a sealed value is covered by its checksum.
func TestChangedColumns(t *testing.T) {
	conn := mustConnect(t)
	for _, c := range []struct{ table, set, call, record string }{
		{"groups", "version = version + 1", "load", "group large"},
		{"groups", "initialized = NOT initialized", "load", "group large"},
		{"groups", "due = due + 1", "load", "group large"},
		{"groups", "due = NULL", "load", "group large"},
		{"groups", "tracker_count = tracker_count - 1", "load", "group large"},
		{"groups", "tracker_count = tracker_count + 128", "load", "group large"},
		{"message_ids", "version = version + 1", "seen", `id "call 2" of group large`},
		{"message_ids", "expires = expires - 1", "seen", `id "call 2" of group large`},
		{"layouts", "chunk = chunk + 1", "load", "group large"},
		{"chunks", "chunk = chunk + 1", "load", "group large"},
	} {
		b := newDamagedStore(t)
		mustExec(t, conn, "ALTER TABLE "+table(b.o, "layouts")+" DROP CONSTRAINT layouts_pkey; ALTER TABLE "+table(b.o, "chunks")+" DROP CONSTRAINT chunks_pkey")
		mustExec(t, conn, fmt.Sprintf("UPDATE %s SET %s WHERE name = 'large'", table(b.o, c.table), c.set))
		b.expectCorrupt(c.table+" SET "+c.set, c.call, c.record)
	}
	b := newDamagedStore(t)
	mustExec(t, conn, "UPDATE "+table(b.o, "first_version")+" SET version = 5")
	b.expectCorrupt("first_version", "new", "of the first version")
}

// TestMissingRows: a part that is gone is no empty part.
func TestMissingRows(t *testing.T) {
	conn := mustConnect(t)
	for _, c := range []struct{ from, call, record string }{
		{"chunks WHERE name = 'large' AND chunk = 2", "load", "group large"},
		{"layouts WHERE name = 'large' AND chunk = 0", "load", "group large"},
		{"layouts WHERE name = 'large' AND chunk = 2", "load", "group large"},
		{"definitions", "definitions", "definition " + definitions(1)[0].ID().String()},
	} {
		b := newDamagedStore(t)
		name, rest, _ := strings.Cut(c.from, " ")
		mustExec(t, conn, fmt.Sprintf("DELETE FROM %s %s", table(b.o, name), rest))
		b.expectCorrupt("without "+c.from, c.call, c.record)
	}
	b := newDamagedStore(t)
	mustExec(t, conn, "DELETE FROM "+table(b.o, "first_version"))
	for _, call := range []string{"new", "load", "flush"} {
		err := b.reads()[call]()
		if corrupt, ok := errors.AsType[*record.CorruptError](err); !ok || corrupt.Record != "of the first version" {
			t.Errorf("%s without the first version: %v, want a CorruptError", call, err)
		}
	}
}

// TestLimits: what PostgreSQL cannot index is refused before anything is sent, and what it can is kept.
func TestLimits(t *testing.T) {
	s := mustOpen(t, server.URL(), pgstore.Options{Schema: newSchema()})
	defer mustClose(t, s)
	noise := func(n int) string { // that does not compress
		b := make([]byte, n)
		for i, x := 0, uint32(1); i < n; i++ {
			x = x*1664525 + 1013904223
			b[i] = byte(x>>24) | 1
		}
		return string(b)
	}
	p := newExpectedGroup(noise(2048), 300)
	p.mustCommit(t, s)
	c := p.next()
	c.MessageIDs = []record.MessageID{{ID: noise(512), Version: 2, Expires: now}}
	if err := s.Commit(t.Context(), []*record.Change{c}); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := s.FindMessageID(t.Context(), p.group.Name(), noise(512)); err != nil || !ok {
		t.Errorf("the longest id: %v, %v", ok, err)
	}

	err := s.Commit(t.Context(), []*record.Change{newExpectedGroup(noise(2049), 1).next()})
	if err == nil || !strings.Contains(err.Error(), "2049 bytes, want at most 2048") || len(err.Error()) > 400 {
		t.Errorf("a name that is too long: %v", err)
	}
	if _, err := s.Load(t.Context(), noise(2049)); err == nil {
		t.Error("Load of a name that is too long went well")
	}
	c = p.next()
	c.MessageIDs = []record.MessageID{{ID: noise(513)}}
	if err := s.Commit(t.Context(), []*record.Change{c}); err == nil || !strings.Contains(err.Error(), "513 bytes, want at most 512") {
		t.Errorf("an id that is too long: %v", err)
	}
	c.MessageIDs, c.Version = nil, 1<<63
	if err := s.Commit(t.Context(), []*record.Change{c}); err == nil || !strings.Contains(err.Error(), "version 9223372036854775808") {
		t.Errorf("a version that is too large: %v", err)
	}
}

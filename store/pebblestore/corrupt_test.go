package pebblestore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack/record"
)

// corruptions are what can happen to a value.
var corruptions = map[string]func(value []byte) []byte{
	"empty":      func([]byte) []byte { return nil },
	"short":      func(v []byte) []byte { return v[:len(v)-1] },
	"long":       func(v []byte) []byte { return append(v, 0) },
	"first bit":  func(v []byte) []byte { v[0] ^= 1; return v },
	"last bit":   func(v []byte) []byte { v[len(v)-1] ^= 0x80; return v },
	"middle bit": func(v []byte) []byte { v[len(v)/2] ^= 4; return v },
	"zeros":      func(v []byte) []byte { return make([]byte, len(v)) },
}

// TestDamagedRecords checks that a read of a damaged record returns an error that names it, and that others succeed.
func TestDamagedRecords(t *testing.T) {
	ctx := context.Background()
	const name = "player 0 of 129"
	load := func(s *Store) error {
		_, err := s.Load(ctx, name)
		return err
	}
	commit := func(s *Store) error { return s.Commit(ctx, []*record.Change{secondChange(t)}) }
	id := newExpectedGroup("player 0", 129).defs()[0].ID()
	for _, c := range []struct {
		key  []byte
		what string
		read func(s *Store) error
	}{
		{groupKey(name), "group " + name, load},
		{groupKey(name), "group " + name, commit},
		{groupKey(name), "group " + name, func(s *Store) error { return s.Flush(ctx) }},
		{chunkKey(kindChunk, name, 0), "group " + name + ", part c0", load},
		{chunkKey(kindChunk, name, 1), "group " + name + ", part c1", load},
		{chunkKey(kindLayout, name, 0), "group " + name + ", part l0", load},
		{definitionKey(id), "definition " + id.String(), func(s *Store) error {
			r, err := s.Load(ctx, name)
			if err == nil {
				_, err = s.Definitions(ctx, r.Layout)
			}
			return err
		}},
		{messageIDKey(name, messageID(2).ID), fmt.Sprintf("id %q of group %s", messageID(2).ID, name), func(s *Store) error {
			_, _, err := s.FindMessageID(ctx, name, messageID(2).ID)
			return err
		}},
		{messageIDKey(name, messageID(2).ID), fmt.Sprintf("id %q of group %s", messageID(2).ID, name), func(s *Store) error {
			return s.DeleteExpiredIDs(ctx, now+100)
		}},
		{dueKey(now+2, name), "of due times", func(s *Store) error {
			_, err := s.Due(ctx, now+100, 10)
			return err
		}},
		{firstVersionKey(), "of the first version", func(s *Store) error {
			_, err := s.Load(ctx, "a new group")
			return err
		}},
	} {
		for damage, f := range corruptions {
			s := damaged129(t)
			value, closer, err := s.db.Get(c.key)
			if err != nil {
				t.Fatalf("%q: %v", c.key, err)
			}
			value = f(append([]byte(nil), value...))
			mustClose(t, closer)
			if err := s.db.Set(c.key, value, pebble.Sync); err != nil {
				t.Fatal(err)
			}
			err = c.read(s)
			corrupt, ok := errors.AsType[*record.CorruptError](err)
			if !ok || corrupt.Record != c.what {
				t.Errorf("%s, %s: %v, want a CorruptError of it", c.what, damage, err)
			}
			if _, err := s.Load(ctx, "neighbour"); err != nil && c.what != "of the first version" {
				t.Errorf("%s, %s: a neighbour is not served: %v", c.what, damage, err)
			}
			mustClose(t, s)
		}
	}
}

// damaged129 is a store with a group of two chunks, of which nothing is in memory.
func damaged129(t *testing.T) *Store {
	t.Helper()
	mem := vfs.NewMem()
	s := mustOpen(t, "data", smallOptions(mem))
	if err := s.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := newExpectedGroup("player 0", 129)
	for range 2 {
		if err := p.commit(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	mustClose(t, s)
	return mustOpen(t, "data", smallOptions(mem))
}

// secondChange leads from version 2 to 3.
func secondChange(t *testing.T) *record.Change {
	t.Helper()
	p := newExpectedGroup("player 0", 129)
	for {
		c, err := p.next()
		if err != nil {
			t.Fatal(err)
		}
		if c.Version == 3 {
			return c
		}
	}
}

// TestMissingRecords: a part that is gone, or belongs to another group, is no empty part.
func TestMissingRecords(t *testing.T) {
	const name = "player 0 of 129"
	for _, key := range [][]byte{
		chunkKey(kindChunk, name, 0), chunkKey(kindChunk, name, 1), chunkKey(kindLayout, name, 0), chunkKey(kindLayout, name, 1),
	} {
		s := damaged129(t)
		if err := s.db.Delete(key, pebble.Sync); err != nil {
			t.Fatal(err)
		}
		_, err := s.Load(t.Context(), name)
		if corrupt, ok := errors.AsType[*record.CorruptError](err); !ok || !strings.HasPrefix(corrupt.Record, "group "+name) {
			t.Errorf("Load without %q: %v, want a CorruptError", key, err)
		}
		mustClose(t, s)
	}
	s := damaged129(t)
	defer mustClose(t, s)
	value, closer, err := s.db.Get(chunkKey(kindLayout, name, 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.db.Set(chunkKey(kindLayout, name, 1), value, pebble.Sync), closer.Close()); err != nil {
		t.Fatal(err)
	}
	_, err = s.Load(t.Context(), name)
	if _, ok := errors.AsType[*record.CorruptError](err); !ok {
		t.Errorf("Load with a chunk of another group: %v, want a CorruptError", err)
	}
}

// TestDamagedFile: bits that change in a table on disk are a CorruptError too, and end nothing.
func TestDamagedFile(t *testing.T) {
	mem := vfs.NewMem()
	s := mustOpen(t, "data", smallOptions(mem))
	p := newExpectedGroup("player 0", 300)
	if err := p.commit(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Flush(); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)
	names, err := mem.List("data")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".sst") {
			flipBits(t, mem, mem.PathJoin("data", name))
		}
	}
	s, err = Open(t.Context(), "data", smallOptions(mem))
	if err == nil {
		_, err = p.committedRange().check(s)
		mustClose(t, s)
	}
	if _, ok := errors.AsType[*record.CorruptError](err); !ok {
		t.Errorf("Open and read from a damaged table: %v, want a CorruptError", err)
	}
}

// flipBits turns a bit in each part of a file's beginning.
func flipBits(t *testing.T, fs vfs.FS, name string) {
	t.Helper()
	f, err := fs.OpenReadWrite(name, vfs.WriteCategoryUnspecified)
	if err != nil {
		t.Fatal(err)
	}
	for at := int64(0); at < 1000; at += 50 {
		b := make([]byte, 1)
		if _, err := f.ReadAt(b, at); err != nil {
			t.Fatal(err)
		}
		b[0] ^= 0x10
		if _, err := f.WriteAt(b, at); err != nil {
			t.Fatal(err)
		}
	}
	mustClose(t, f)
}

package memorystore_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
	"github.com/dictrack/dictrack/store/storetest"
)

// TestFileStore runs the conformance suite on a store that is saved and read again where the suite asks for it.
func TestFileStore(t *testing.T) {
	storetest.Run(t, storetest.Features{}, func(tb testing.TB) (store.Store, func() store.Store) {
		path := filepath.Join(tb.TempDir(), "state")
		open := func() store.Store {
			s, err := memorystore.OpenFile(path)
			if err != nil {
				tb.Fatal(err)
			}
			return s
		}
		return open(), open
	})
}

// save commits one change to a file, and returns its path.
func save(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state")
	s := openFile(t, path)
	commit(t, s, 0)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func openFile(t *testing.T, path string) *memorystore.Store {
	t.Helper()
	s, err := memorystore.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func commit(t *testing.T, s store.Store, base uint64) {
	t.Helper()
	change := &record.Change{Group: "g", Base: base, Version: base + 1, Due: 5, Initialized: true}
	if err := s.Commit(t.Context(), []*record.Change{change}); err != nil {
		t.Fatal(err)
	}
}

// TestFileDamaged refuses a file in which any byte is damaged, or the end is missing, and leaves it as it is.
func TestFileDamaged(t *testing.T) {
	path := save(t)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := memorystore.OpenFile(path)
		if corrupt := (*record.CorruptError)(nil); !errors.As(err, &corrupt) || !strings.Contains(err.Error(), path) {
			t.Fatalf("a damaged file: %v, want a CorruptError that names it", err)
		}
	}
	for i := range good {
		bad := append([]byte{}, good...)
		bad[i] ^= 1
		check(bad)
		check(good[:i])
	}
}

// TestFileOfTwoProcesses keeps what the other process saved, and says that this one's changes are not.
func TestFileOfTwoProcesses(t *testing.T) {
	path := save(t)
	first, second := openFile(t, path), openFile(t, path)
	commit(t, first, 1)
	commit(t, first, 2)
	commit(t, second, 1)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("Close of the second: %v, want an error about another process", err)
	}
	s := openFile(t, path)
	defer s.Close()
	if g, err := s.Load(t.Context(), "g"); err != nil || g.Version != 3 {
		t.Errorf("version %d, %v; want 3", g.Version, err)
	}
}

// TestFileUnchanged does not write a file that nothing changed, nor create one.
func TestFileUnchanged(t *testing.T) {
	path := save(t)
	before, _ := os.Stat(path)
	if err := openFile(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.Stat(path); !after.ModTime().Equal(before.ModTime()) {
		t.Error("the file was written again")
	}
	none := filepath.Join(t.TempDir(), "none")
	if err := openFile(t, none).Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(none); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file without content: %v", err)
	}
}

package pebblestore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
)

// TestFilesAreOwnerOnly: the directory and all that work leaves in it are open to the owner only.
func TestFilesAreOwnerOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "deep")
	for range 2 {
		s := mustOpen(t, dir, Options{MemTableBytes: minMemTableBytes})
		p := newExpectedGroup("player 0", 129)
		if r, err := s.Load(t.Context(), p.group.Name()); err != nil || r.Version == 0 {
			for range 80 {
				if err := p.commit(t.Context(), s); err != nil {
					t.Fatal(err)
				}
			}
		}
		kinds := checkModes(t, dir)
		mustClose(t, s)
		for _, kind := range []string{".log", ".sst", "MANIFEST", "OPTIONS", "LOCK", markerName} {
			if !strings.Contains(kinds, kind) {
				t.Errorf("no file %s among %s, so that this tests too little", kind, kinds)
			}
		}
	}
}

// checkModes checks a directory and what is in it, and returns the names.
func checkModes(t *testing.T, dir string) (names string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, os.ErrNotExist) {
			return nil // was compacted away
		}
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
		}
		names += d.Name() + " "
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestOpenDirectoryIsClosedToOthers: one that was there, and open.
func TestOpenDirectoryIsClosedToOthers(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	mustClose(t, mustOpen(t, dir, Options{}))
	checkModes(t, dir)
}

// TestOpenRefusesDirectoryInUse: one Store at a time, by whatever name of the directory and from whichever process.
func TestOpenRefusesDirectoryInUse(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "data")
	s := mustOpen(t, dir, Options{})
	link := filepath.Join(root, "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	for _, name := range []string{dir, "data", "./data/", "link", filepath.Join(dir, "..", "data")} {
		if _, err := Open(t.Context(), name, Options{}); !errors.Is(err, store.ErrInUse) {
			t.Errorf("second Open of %s: %v, want ErrInUse", name, err)
		}
	}
	child := exec.Command(os.Args[0], "-test.run=^TestChildOpens$") // #nosec G204 -- this test itself
	child.Env = append(os.Environ(), "PEBBLESTORE_CHILD="+dir)
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("Open from another process: %v\n%s", err, out)
	}
	p := newExpectedGroup("player 0", 3)
	if err := p.commit(t.Context(), s); err != nil {
		t.Errorf("Commit afterwards: %v", err)
	}
	mustClose(t, s)
	s = mustOpen(t, link, Options{})
	if _, err := p.committedRange().check(s); err != nil {
		t.Error(err)
	}
	mustClose(t, s)
}

// TestChildOpens is the other process of TestInUse.
func TestChildOpens(t *testing.T) {
	dir := os.Getenv("PEBBLESTORE_CHILD")
	if dir == "" {
		return
	}
	if _, err := Open(t.Context(), dir, Options{}); !errors.Is(err, store.ErrInUse) {
		t.Fatalf("Open: %v, want ErrInUse", err)
	}
}

// TestOpenRefusesOtherDirectories: a directory that is not ours is left as it is.
func TestOpenRefusesOtherDirectories(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), dir, Options{})
	if err == nil || !strings.Contains(err.Error(), "thesis.txt") {
		t.Errorf("Open of a directory with a file: %v, want an error that names it", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("afterwards it has %v, %v", left, err)
	}

	other := filepath.Join(t.TempDir(), "pebble")
	db, err := pebble.Open(other, &pebble.Options{Logger: logger{newBreaker(Options{}.withDefaults().Logger, nil)}})
	if err != nil {
		t.Fatal(err)
	}
	mustClose(t, db)
	if _, err := Open(t.Context(), other, Options{}); err == nil {
		t.Error("Open of somebody's Pebble went well")
	}
	file := filepath.Join(dir, "thesis.txt")
	if _, err := Open(t.Context(), file, Options{}); err == nil {
		t.Error("Open of a file went well")
	}
}

// TestFormatMark: the mark tells a store of another format, and one that is damaged; a start that ended
// before there was a mark is made good.
func TestFormatMark(t *testing.T) {
	write := func(fs vfs.FS, name, content string) {
		f, err := fs.Create(fs.PathJoin("data", name), vfs.WriteCategoryUnspecified)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
		mustClose(t, f)
	}
	mem := vfs.NewMem()
	mustClose(t, mustOpen(t, "data", smallOptions(mem)))

	write(mem, markerName, "dictrack store, format 2\n")
	_, err := Open(t.Context(), "data", smallOptions(mem))
	if f, ok := errors.AsType[*record.FormatError](err); !ok || f.Found != 2 || f.Known != format {
		t.Errorf("Open of a newer format: %v, want a FormatError of 2 and %d", err, format)
	}
	for _, content := range []string{"", "dictrack", "\x00\x00\x00", "dictrack store, format x\n", strings.Repeat("a", 5000)} {
		write(mem, markerName, content)
		_, err := Open(t.Context(), "data", smallOptions(mem))
		if _, ok := errors.AsType[*record.CorruptError](err); !ok {
			t.Errorf("Open with mark %.20q: %v, want a CorruptError", content, err)
		}
	}

	mem = vfs.NewMem()
	if err := mem.MkdirAll("data", 0o700); err != nil {
		t.Fatal(err)
	}
	write(mem, markerDraft, "dictr")
	mustClose(t, mustOpen(t, "data", smallOptions(mem)))
	mustClose(t, mustOpen(t, "data", smallOptions(mem)))
}

func TestOptionsAreChecked(t *testing.T) {
	for name, o := range map[string]Options{
		"CacheBytes":    {CacheBytes: -1},
		"MemTableBytes": {MemTableBytes: 1},
	} {
		dir := filepath.Join(t.TempDir(), "data")
		_, err := Open(t.Context(), dir, o)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("Open with a wrong %s: %v, want an error that names it", name, err)
		}
		mustNotExist(t, dir)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := Open(ctx, dir, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open with a cancelled context: %v, want context.Canceled", err)
	}
	mustNotExist(t, dir)
}

func mustNotExist(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s was made all the same: %v", path, err)
	}
}

package ingest

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/input"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
)

func TestInterruptedRunTracksWhatItRead(t *testing.T) {
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	r := newTestPipeline(t, "", nil, seen)
	r.Sources = []*input.Source{input.Stream("stdin", out)}
	ctx, cancel := context.WithCancel(t.Context())
	r.Progress = func(bytes int64) {
		if bytes > 0 {
			cancel()
		}
	}
	if _, err := io.WriteString(in, "{\"g\":1}\n{\"g\":1}\n"); err != nil {
		t.Fatal(err)
	}
	s, err := r.Run(ctx)
	if !errors.Is(err, context.Canceled) || s.Read != 2 || r.progress(t, "1") != 2 {
		t.Errorf("summary %+v, error %v", s, err)
	}
}

// failingStore is a store whose second commit fails.
type failingStore struct {
	store.Store
	commits int
}

var errDisk = errors.New("the disk is gone")

func (f *failingStore) Commit(ctx context.Context, changes []*record.Change) error {
	if f.commits++; f.commits > 1 {
		return errDisk
	}
	return f.Store.Commit(ctx, changes)
}

func TestStoreFailureEndsTheRun(t *testing.T) {
	r := newTestPipeline(t, "{\"g\":1}\n{\"g\":1,\"x\":1,\"x\":2}\n{\"g\":2}\n", &failingStore{Store: memorystore.New()}, seen)
	r.Strict = true // the second line is a batch by itself
	s, err := r.Run(t.Context())
	if !errors.Is(err, errDisk) || !errors.Is(err, dictrack.ErrUnknown) || !strings.Contains(err.Error(), "data:2: ") || s.Rejected != 0 {
		t.Errorf("summary %+v, error %v", s, err)
	}
}

func TestFlushFailureEndsTheRun(t *testing.T) {
	full := errors.New("no space left")
	each := dictrack.Count("each", dictrack.Targets(1), dictrack.Loop())
	r := newTestPipeline(t, randomLines(50_000), nil, each)
	r.Flush = func() error { return full }
	if s, err := r.Run(t.Context()); !errors.Is(err, full) || s.Read == 0 || s.Read == 50_000 {
		t.Errorf("summary %+v, error %v", s, err)
	}
}

func TestSourceFailureNamesTheSource(t *testing.T) {
	r := newTestPipeline(t, "{\"g\":1}\n", nil, seen)
	name := filepath.Join(t.TempDir(), "cut.gz")
	if err := os.WriteFile(name, []byte("\x1f\x8b"), 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := input.File(name)
	if err != nil {
		t.Fatal(err)
	}
	r.Sources = append(r.Sources, source)
	s, err := r.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "cut.gz: read: decompress: ") || s.Read != 1 || r.progress(t, "1") != 1 {
		t.Errorf("summary %+v, error %v", s, err)
	}
}

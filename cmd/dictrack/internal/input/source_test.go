package input

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func zipped(texts ...string) []byte {
	var out bytes.Buffer
	for _, text := range texts {
		w := gzip.NewWriter(&out)
		_, _ = io.WriteString(w, text)
		_ = w.Close()
	}
	return out.Bytes()
}

// readFile is what a file of that name and content gives.
func readFile(t *testing.T, name string, content []byte) (records []string, read int64, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := File(path)
	if err != nil {
		t.Fatal(err)
	}
	if s.Size != int64(len(content)) {
		t.Errorf("size %d, want %d", s.Size, len(content))
	}
	r, err := s.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	var b Batch
	for err == nil {
		err = r.Fill(&b)
		for _, record := range b.Records {
			records = append(records, show(record))
		}
	}
	return records, r.Bytes(), err
}

func TestFiles(t *testing.T) {
	want := []string{"1: 1", "2: 2"}
	for name, content := range map[string][]byte{
		"plain.jsonl":   []byte("1\n2\n"),
		"named.gz":      zipped("1\n2\n"),
		"by-magic.json": zipped("[1,\n2]"),
		"members.gz":    zipped("1\n", "2\n"),
	} {
		got, read, err := readFile(t, name, content)
		if diff := cmp.Diff(want, got); diff != "" || !errors.Is(err, io.EOF) || read != int64(len(content)) {
			t.Errorf("%s: error %v, %d bytes read, records differ (-want +got):\n%s", name, err, read, diff)
		}
	}
}

func TestBrokenGzip(t *testing.T) {
	whole := zipped(strings.Repeat("1\n", 1000))
	changed := bytes.Clone(whole)
	changed[len(changed)-5] ^= 1
	for name, content := range map[string][]byte{
		"cut.gz": whole[:len(whole)-9], "changed.gz": changed, "empty.gz": {}, "not.gz": []byte("1\n2\n"), "garbage.gz": append(whole, "xx"...),
	} {
		_, _, err := readFile(t, name, content)
		if errors.Is(err, io.EOF) || err == nil || !strings.HasPrefix(err.Error(), "decompress: ") {
			t.Errorf("%s: error %v, want one that says that it cannot be decompressed", name, err)
		}
	}
}

func TestNoFile(t *testing.T) {
	if _, err := File(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := File(t.TempDir()); err == nil {
		t.Error("a directory is taken for a file")
	}
}

func TestStreamThatPauses(t *testing.T) {
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	s := Stream("stdin", out)
	r, err := s.Open(ctx)
	if err != nil || s.Size != -1 {
		t.Fatalf("size %d, error %v", s.Size, err)
	}
	defer func() { _ = r.Close() }()
	var b Batch
	for _, text := range []string{"1\n2\n{", "}\n"} {
		if _, err := io.WriteString(in, text); err != nil {
			t.Fatal(err)
		}
		if err := r.Fill(&b); err != nil {
			t.Fatal(err)
		}
	}
	if len(b.Records) != 1 || show(b.Records[0]) != "3: {}" {
		t.Errorf("after the pause: %v", b.Records)
	}
	time.AfterFunc(10*time.Millisecond, cancel)
	if err := r.Fill(&b); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
}

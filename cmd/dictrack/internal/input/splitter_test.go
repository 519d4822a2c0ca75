package input

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// splitAll returns the records that a Splitter finds with buffers of a size, and the error of the reader.
func splitAll(r io.Reader, size, maxText int) (records []string, err error) {
	c := newSplitter(r, size, maxText)
	var b Batch
	for {
		err := c.Fill(&b)
		for _, record := range b.Records {
			records = append(records, show(record))
		}
		if err != nil {
			return records, err
		}
		if len(b.Records) == 0 {
			return records, errors.New("a batch without records")
		}
	}
}

func show(r Record) string {
	if r.Err != nil {
		return fmt.Sprintf("%d: (%v)", r.Line, r.Err)
	}
	return fmt.Sprintf("%d: %s", r.Line, r.Text)
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		name, data string
		want       []string
	}{
		{"nothing", "", nil},
		{"only blanks", " \n\r\n\t\n", nil},
		{"lines", "{\"a\":1}\n{\"b\":2}\n", []string{`1: {"a":1}`, `2: {"b":2}`}},
		{"no newline at the end", "1\n2", []string{"1: 1", "2: 2"}},
		{"blank lines and CRLF count", "\r\n 1 \r\n\r\n\t2\r\n", []string{"2: 1", "4: 2"}},
		{"byte order mark", "\ufeff1\n2", []string{"1: 1", "2: 2"}},
		{"half a byte order mark", "\xef\xbb", []string{"1: \xef\xbb"}},
		{"a bracket within lines starts no array", "1\n[2\n3]", []string{"1: 1", "2: [2", "3: 3]"}},
		{"array on a line", `[1,"a",{"b":[2]}]`, []string{"1: 1", `1: "a"`, `1: {"b":[2]}`}},
		{"array over lines", "\n[\n {\n\"a\": 1},\n\n\n2\n]\n", []string{"3: {\n\"a\": 1}", "7: 2"}},
		{"empty array", "[ ]", nil},
		{"brackets, commas and quotes in strings", `["],[", "\"],", "\\"]`, []string{`1: "],["`, `1: "\"],"`, `1: "\\"`}},
		{"missing elements", "[,1,\n,]", []string{
			"1: (" + ErrMissingElement.Error() + ")", "1: 1", "2: (" + ErrMissingElement.Error() + ")", "2: (" + ErrMissingElement.Error() + ")",
		}},
		{"unclosed after an element", "[1,\n2\n", []string{"1: 1", "2: 2", "3: (" + ErrUnclosed.Error() + ")"}},
		{"unclosed after a comma", "[1,\n", []string{"1: 1", "2: (" + ErrUnclosed.Error() + ")"}},
		{"unclosed within a string", `["1, 2]`, []string{`1: "1, 2]`, "1: (" + ErrUnclosed.Error() + ")"}},
		{"arrays one after the other, then lines", "[1]\n[2] 3\n4", []string{"1: 1", "2: 2", "2: 3", "3: 4"}},
		{"broken elements stay elements", `[1 2, }{}, {"a":1}}]`, []string{"1: 1 2", "1: }{}", `1: {"a":1}}`}},
		{"a long line", "1\n" + strings.Repeat("x", 65) + "\n2", []string{"1: 1", "2: (" + ErrTooLong.Error() + ")", "3: 2"}},
		{"a line just short enough", strings.Repeat("x", 64) + "\n2", []string{"1: " + strings.Repeat("x", 64), "2: 2"}},
		{"a long last line", strings.Repeat("x", 1000), []string{"1: (" + ErrTooLong.Error() + ")"}},
		{"a long element", "[1,\"" + strings.Repeat(",\n", 50) + "\",\n2]", []string{
			"1: 1", "1: (" + ErrTooLong.Error() + ")", "52: 2",
		}},
		{"a long element without end", "[" + strings.Repeat("\n1", 100), []string{
			"2: (" + ErrTooLong.Error() + ")", "101: (" + ErrUnclosed.Error() + ")",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for size := 1; size < 140; size += 1 + size/8 {
				got, err := splitAll(strings.NewReader(c.data), size, 64)
				if diff := cmp.Diff(c.want, got); diff != "" || !errors.Is(err, io.EOF) {
					t.Fatalf("buffers of %d: error %v, records differ (-want +got):\n%s", size, err, diff)
				}
			}
		})
	}
}

func TestSplitReturnsRecordsBeforeAnError(t *testing.T) {
	broken := errors.New("the disk is gone")
	r := io.MultiReader(strings.NewReader("1\n2\n{\"half\":"), iotest.ErrReader(broken))
	got, err := splitAll(r, 4, 64)
	if diff := cmp.Diff([]string{"1: 1", "2: 2"}, got); diff != "" || !errors.Is(err, broken) {
		t.Errorf("error %v, records differ (-want +got):\n%s", err, diff)
	}
}

// pausingReader is idle after each byte.
type pausingReader struct {
	data string
	idle bool
}

func (p *pausingReader) Read(into []byte) (int, error) {
	if p.idle = !p.idle; p.idle {
		return 0, ErrIdle
	}
	if p.data == "" {
		return 0, io.EOF
	}
	n := copy(into[:1], p.data)
	p.data = p.data[n:]
	return n, nil
}

func TestSplitContinuesAfterAPause(t *testing.T) {
	c := newSplitter(&pausingReader{data: "\ufeff1\n22\n[3"}, 1<<10, 64)
	var b Batch
	for _, want := range []string{"1: 1", "2: 22", "3: [3"} {
		err := c.Fill(&b)
		if len(b.Records) != 1 || show(b.Records[0]) != want || err != nil && !errors.Is(err, io.EOF) {
			t.Fatalf("records %v, error %v, want %s alone", b.Records, err, want)
		}
	}
}

// FuzzSplit checks that the records do not depend on the sizes of buffers, and that their line numbers are right.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{
		"", "1\n\n2", "[1,\n2]\n3", "[[],{\"a\":\"]\\\"\"}", "\ufeff[\"\\", "[,]", "1\n[", "\xef\xbb\xbf\xef\xbb\xbf", "x\x00\r\ny",
	} {
		f.Add([]byte(seed), uint8(7))
	}
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		whole, err := splitAll(bytes.NewReader(data), len(data)+1, 32)
		if !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		parts, err := splitAll(iotest.OneByteReader(bytes.NewReader(data)), int(size)+1, 32)
		if diff := cmp.Diff(whole, parts); diff != "" || !errors.Is(err, io.EOF) {
			t.Fatalf("%q: error %v, small buffers differ (-whole +parts):\n%s", data, err, diff)
		}
		checkLines(t, data)
	})
}

// checkLines checks that the texts are in data, in their order and at their lines.
func checkLines(t *testing.T, data []byte) {
	t.Helper()
	var b Batch
	_ = newSplitter(bytes.NewReader(data), len(data)+1, len(data)+1).Fill(&b)
	at := 0
	for _, r := range b.Records {
		if r.Err != nil {
			continue
		}
		i := bytes.Index(data[at:], r.Text)
		if i < 0 || len(r.Text) == 0 {
			t.Fatalf("%q: record %s is not in the rest of it", data, show(r))
		}
		for bytes.Count(data[:at+i], []byte{'\n'})+1 < r.Line {
			next := bytes.Index(data[at+i+1:], r.Text)
			if next < 0 {
				t.Fatalf("%q: record %s is at no such line", data, show(r))
			}
			i += next + 1
		}
		if line := bytes.Count(data[:at+i], []byte{'\n'}) + 1; line != r.Line {
			t.Fatalf("%q: record %s is at line %d", data, show(r), line)
		}
		at += i + len(r.Text)
	}
}

// FuzzArrayAgreesWithLines checks that the same values give the same records, one a line or in an array.
func FuzzArrayAgreesWithLines(f *testing.F) {
	for _, seed := range []string{"1\n{\"a\":[1,\"],\"]}\n\"x\\\"\"", "{\"a\": 1}\nnull", "[1,2]\n[]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var values []string
		for line := range bytes.Lines(data) {
			var compact bytes.Buffer
			if json.Compact(&compact, line) == nil {
				values = append(values, compact.String())
			}
		}
		// A first line that starts an array is not what this is about.
		lines, err := splitAll(strings.NewReader("0\n"+strings.Join(values, "\n")), 16, 1<<20)
		if !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		array, err := splitAll(strings.NewReader("[0\n,"+strings.Join(values, "\n,")+"]"), 16, 1<<20)
		if len(values) == 0 {
			array, err = splitAll(strings.NewReader("[0]"), 16, 1<<20)
		}
		if diff := cmp.Diff(lines, array); diff != "" || !errors.Is(err, io.EOF) {
			t.Fatalf("error %v, the array differs (-lines +array):\n%s", err, diff)
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	line := []byte(`{"group_id":"10000123","bet":317,"game":"b"}`)
	for name, data := range map[string][]byte{
		"lines": bytes.Repeat(append(line, '\n'), 10_000),
		"array": append(append([]byte{'['}, bytes.Repeat(append(line, ','), 10_000)...), line...),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			var batch Batch
			for b.Loop() {
				c := NewSplitter(bytes.NewReader(data))
				for c.Fill(&batch) == nil {
				}
			}
		})
	}
}

package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// writeList returns a list in a format.
func writeList(t *testing.T, f Format, items ...any) string {
	t.Helper()
	var out bytes.Buffer
	w := New(&out, f, []Column{{Name: "A"}, {Name: "LONGER"}}, func(item any) [][]string { return [][]string{{Plain(item.(string)), "x"}} })
	for _, item := range items {
		if err := w.Add(item); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestJSON(t *testing.T) {
	for _, c := range []struct {
		items []any
		want  string
	}{
		{nil, "[]\n"},
		{[]any{json.RawMessage(`{"a":9007199254740993,"b":[1]}`), "<&>"}, `[
  {
    "a": 9007199254740993,
    "b": [
      1
    ]
  },
  "<&>"
]
`},
	} {
		if diff := cmp.Diff(c.want, writeList(t, JSON, c.items...)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.items, diff)
		}
	}
}

func TestYAML(t *testing.T) {
	if got := writeList(t, YAML); got != "[]\n" {
		t.Errorf("an empty list is %q", got)
	}
	got := writeList(t, YAML, json.RawMessage(`{"z":9007199254740993,"a":0.1,"e":1.5e+300,"list":[1,2],"deep":[{"k":"v"}],"none":[],"nil":null,"t":true}`), "x")
	want := `- z: 9007199254740993
  a: 0.1
  e: 1.5e+300
  list: [1, 2]
  deep:
    - k: v
  none: []
  nil: null
  t: true
- x
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// texts could be read as something else than text.
var texts = []string{
	"plain", "10000123", "1e3", "0x1f", "true", "yes", "null", "~", "", " ", "a: b", "- a", "#c", "a\nb", "\x1b[31m", "é", "2001-01-01",
	"2001-01-01T00:00:00Z", ".inf", "=", "<<", "*a", "&a", "!a", "|", ">", "%", "@", "`", "'", `"`, "{}", "[]", ",", "y", "No", "OFF", "\u2028", "\ufeff",
}

func TestYAMLPreservesText(t *testing.T) {
	for _, text := range texts {
		checkYAMLText(t, text)
	}
}

func checkYAMLText(t *testing.T, text string) {
	t.Helper()
	var back []map[string]any
	out := writeList(t, YAML, map[string]string{"text": text})
	err := yaml.Load([]byte(out), &back)
	want := []map[string]any{{"text": text}}
	if diff := cmp.Diff(want, back); diff != "" || err != nil {
		t.Errorf("%q became %q: %v\n%s", text, out, err, diff)
	}
}

// FuzzYAML checks that any text is read back unchanged.
func FuzzYAML(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkYAMLText(t, strings.ToValidUTF8(text, "?")) })
}

func TestTable(t *testing.T) {
	want := "A           LONGER\nplain       x\n\"a\\x1b[1m\"  x\n"
	if diff := cmp.Diff(want, writeList(t, Table, "plain", "a\x1b[1m")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTableColumns(t *testing.T) {
	var out bytes.Buffer
	columns := []Column{{Name: "NAME"}, {Name: "N", AlignRight: true}, {Name: "EMPTY", Optional: true}, {Name: "LAST", Optional: true}}
	w := New(&out, Table, columns, func(item any) [][]string { return item.([][]string) })
	err := errors.Join(w.Add([][]string{{"a", "1", None, None}, {"\u00e9", "100", None, "x"}}), w.Close())
	want := "NAME    N  LAST\na       1  -\n\u00e9     100  x\n"
	if diff := cmp.Diff(want, out.String()); diff != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
}

// fullDisk is a writer that fails.
type fullDisk struct{}

var errFull = errors.New("no space left")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrorsAreReturned(t *testing.T) {
	for _, f := range []Format{Table, JSON, YAML} {
		w := New(fullDisk{}, f, []Column{{Name: "A"}}, func(any) [][]string { return [][]string{{"x"}} })
		if err := errors.Join(w.Add("x"), w.Close()); !errors.Is(err, errFull) {
			t.Errorf("%s: %v", f, err)
		}
	}
}

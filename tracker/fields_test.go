package tracker

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the table of fields in docs/formats.md")

// The table of fields in docs/formats.md is that of specFields.
func TestDocumentedFields(t *testing.T) {
	const file, begin, end = "../docs/formats.md", "| field | | |\n|---|---|---|\n", "\n\n"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := bytes.Cut(text, []byte(begin))
	table, after, closed := bytes.Cut(rest, []byte(end))
	if !ok || !closed {
		t.Fatalf("%s has no table of fields", file)
	}
	want := documentedFields()
	if string(table) == want {
		return
	}
	if !*update {
		t.Fatalf("the table of fields in %s is out of date; go test ./tracker -update writes it", file)
	}
	text = fmt.Appendf(nil, "%s%s%s%s%s", before, begin, want, end, after)
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// documentedFields returns the rows of the table.
func documentedFields() string {
	var rows []byte
	for i := range specFields {
		f := &specFields[i]
		rows = fmt.Appendf(rows, "| `%s` | %s | %s |\n", f.name, f.use, f.doc)
	}
	return string(bytes.TrimSpace(rows))
}

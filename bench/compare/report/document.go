package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// text is what the document says of the figures: where they were taken, the tables, the plots.
func (r *record) text() string {
	var text strings.Builder
	fmt.Fprintf(&text, "Measured on: %s. A figure is the median of its runs; JSON is validated wholly unless it says trusted.\n\n", r.Machine)
	for i := range catalogue {
		text.WriteString(catalogue[i].write(r.Benchmarks))
	}
	for i := range pictures {
		if p := &pictures[i]; p.drawable(r.Benchmarks) {
			fmt.Fprintf(&text, "![%s](plots/%s)\n\n", p.title, p.file)
		}
	}
	return text.String()
}

const begins, ends = "<!-- figures: make bench writes what stands between these lines -->\n", "<!-- end of figures -->\n"

// insert puts the text into the document, between the lines that mark its place.
func insert(file, text string) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, found := bytes.Cut(old, []byte(begins))
	_, after, closed := bytes.Cut(rest, []byte(ends))
	if !found || !closed {
		return fmt.Errorf("%s has no place for figures: it lacks the line %q or %q", file, begins, ends)
	}
	return os.WriteFile(file, fmt.Appendf(nil, "%s%s\n%s%s%s", before, begins, text, ends, after), 0o600) // #nosec G703 -- the user says where it is
}

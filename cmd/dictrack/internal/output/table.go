package output

import (
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
)

// tableWriter writes rows in columns.
type tableWriter struct {
	w    *tabwriter.Writer
	rows Rows
	err  error // of the header
}

func newTable(w io.Writer, header []string, rows Rows) *tableWriter {
	t := &tableWriter{w: tabwriter.NewWriter(w, 0, 0, 2, ' ', 0), rows: rows}
	if header != nil {
		t.err = t.row(header)
	}
	return t
}

func (t *tableWriter) Add(item any) error {
	for _, row := range t.rows(item) {
		if err := t.row(row); err != nil {
			return err
		}
	}
	return t.err
}

func (t *tableWriter) row(cells []string) error {
	_, err := io.WriteString(t.w, strings.Join(cells, "\t")+"\n")
	return err
}

func (t *tableWriter) Close() error {
	if t.err != nil {
		return t.err
	}
	return t.w.Flush()
}

// Plain is a text that may be printed: as it is, or quoted when it holds what a terminal does not print.
func Plain(s string) string {
	if s == "" || strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) || c == unicode.ReplacementChar }) {
		return strconv.Quote(s)
	}
	return s
}

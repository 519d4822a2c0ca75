package output

import (
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Column is a column of a table.
type Column struct {
	Name string
	// AlignRight aligns the cells to the right, as numbers are.
	AlignRight bool
	// Optional leaves the column out when every cell is None.
	Optional bool
}

// None is the cell of an item that has nothing to show in a column.
const None = "-"

// columnGap is the space between two columns.
const columnGap = "  "

// tableWriter writes rows in columns. It holds all rows until Close, because their widths depend on each other.
type tableWriter struct {
	w       io.Writer
	columns []Column
	rowsOf  Rows
	rows    [][]string
}

func newTable(w io.Writer, columns []Column, rows Rows) Writer {
	if columns == nil {
		return &plainWriter{w, rows}
	}
	return &tableWriter{w: w, columns: columns, rowsOf: rows}
}

func (t *tableWriter) Add(item any) error {
	t.rows = append(t.rows, t.rowsOf(item)...)
	return nil
}

func (t *tableWriter) Close() error {
	header := make([]string, len(t.columns))
	for i, c := range t.columns {
		header[i] = c.Name
	}
	widths := t.widths(header)
	for _, row := range append([][]string{header}, t.rows...) {
		if _, err := io.WriteString(t.w, t.line(row, widths)); err != nil {
			return err
		}
	}
	return nil
}

// widths returns the width of each column in characters; 0 for a column that is left out.
func (t *tableWriter) widths(header []string) []int {
	widths := make([]int, len(t.columns))
	for i, c := range t.columns {
		empty := c.Optional
		widths[i] = utf8.RuneCountInString(header[i])
		for _, row := range t.rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
			empty = empty && row[i] == None
		}
		if empty {
			widths[i] = 0
		}
	}
	return widths
}

func (t *tableWriter) line(row []string, widths []int) string {
	var line strings.Builder
	for i, cell := range row {
		if widths[i] == 0 {
			continue
		}
		padding := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
		if t.columns[i].AlignRight {
			cell, padding = padding+cell, ""
		}
		line.WriteString(cell + padding + columnGap)
	}
	return strings.TrimRight(line.String(), " ") + "\n"
}

// plainWriter writes the first cell of each row, as they come.
type plainWriter struct {
	w      io.Writer
	rowsOf Rows
}

func (p *plainWriter) Add(item any) error {
	for _, row := range p.rowsOf(item) {
		if _, err := io.WriteString(p.w, row[0]+"\n"); err != nil {
			return err
		}
	}
	return nil
}

func (p *plainWriter) Close() error { return nil }

// Plain returns a text as it is, or quoted when it is empty or has characters that a terminal does not print.
func Plain(s string) string {
	if s == "" || strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) || c == unicode.ReplacementChar }) {
		return strconv.Quote(s)
	}
	return s
}

package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// table is figures that stand together in the document.
type table struct {
	title string
	rows  []row
}

// row is one figure: the median of a unit of a benchmark, perhaps over that of another one.
type row struct {
	label string
	name  string // "dir benchmark"
	unit  string
	over  string  // the benchmark to compare with: how many times its value this one's is
	most  float64 // the bound, 0 for none
	least float64 // the bound from below, 0 for none
}

// tables writes all tables as Markdown; a figure that was not measured is left out.
func tables(m measured) string {
	var text strings.Builder
	for _, t := range catalogue {
		lines := t.lines(m)
		if len(lines) == 0 {
			continue
		}
		fmt.Fprintf(&text, "**%s**\n\n| what | median | bound | beside it |\n|---|---|---|---|\n%s\n", t.title, strings.Join(lines, ""))
	}
	return text.String()
}

func (t *table) lines(m measured) (lines []string) {
	for _, r := range t.rows {
		value, ok := m.median(r.name, r.unit)
		if !ok {
			continue
		}
		lines = append(lines, fmt.Sprintf("| %s | %s %s | %s | %s |\n", r.label, number(value), r.unit, r.bound(value), r.beside(m, value)))
	}
	return lines
}

func (r *row) bound(value float64) string {
	switch {
	case r.most != 0:
		return fmt.Sprintf("at most %s: %s", number(r.most), verdict(value <= r.most))
	case r.least != 0:
		return fmt.Sprintf("at least %s: %s", number(r.least), verdict(value >= r.least))
	}
	return ""
}

func verdict(held bool) string {
	if held {
		return "held"
	}
	return "**missed**"
}

func (r *row) beside(m measured, value float64) string {
	other, ok := m.median(r.over, r.unit)
	if !ok || other == 0 {
		return ""
	}
	_, name, _ := strings.Cut(r.over, " ")
	return fmt.Sprintf("%.2f times %s", value/other, name)
}

// number writes a number with three digits that count, and commas between thousands.
func number(v float64) string {
	if v < 100 {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	digits := strconv.FormatFloat(v, 'f', 0, 64)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

const begins, ends = "<!-- figures: make bench writes what stands between these lines -->\n", "<!-- end of figures -->\n"

// insert puts the tables into the document, between the lines that mark their place.
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
	return os.WriteFile(file, fmt.Appendf(nil, "%s%s\n%s%s%s", before, begins, text, ends, after), 0o600)
}

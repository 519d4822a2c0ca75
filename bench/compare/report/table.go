package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// table is figures that stand together in the document.
type table struct {
	title string
	about string // what a reader must know
	rows  []row
}

// row is one figure: the median of a unit of a benchmark, or of how many times that of another one it is.
type row struct {
	label  string
	name   string // "dir benchmark"
	unit   string
	over   string  // the benchmark to divide by, run by run
	beside string  // one to mention
	most   float64 // the bound, 0 for none
	least  float64 // the bound from below, 0 for none
}

// values are what the runs gave.
func (r *row) values(m measured) []float64 {
	values := slices.Clone(m[r.name][r.unit])
	if r.over == "" {
		return values
	}
	others := m[r.over][r.unit]
	values = values[:min(len(values), len(others))]
	for i := range values {
		values[i] /= others[i]
	}
	return values
}

const heading = "| what | median | lowest to highest | runs | bound | command |\n|---|---|---|---|---|---|\n"

// write writes a table as Markdown; a figure that was not measured says so. It is nothing if none was.
func (t *table) write(m measured) string {
	var text strings.Builder
	measuredAny := false
	for i := range t.rows {
		r := &t.rows[i]
		values := r.values(m)
		measuredAny = measuredAny || len(values) > 0
		fmt.Fprintf(&text, "| %s | %s | `%s` |\n", r.label, r.cells(m, values), r.command())
	}
	if !measuredAny {
		return ""
	}
	return fmt.Sprintf("### %s\n\n%s\n\n%s%s\n", t.title, t.about, heading, text.String())
}

// cells are the median, the range, the number of runs and the verdict.
func (r *row) cells(m measured, values []float64) string {
	if len(values) == 0 {
		return "not measured | | | " + r.bound()
	}
	middle := median(values)
	return fmt.Sprintf("%s %s%s | %s to %s | %d | %s", number(middle), r.shown(), r.mention(m, middle),
		number(slices.Min(values)), number(slices.Max(values)), len(values), r.verdict(middle))
}

// shown is the unit as a reader knows it.
func (r *row) shown() string {
	if r.over != "" {
		return "times"
	}
	return strings.TrimSuffix(r.unit, "/op")
}

func (r *row) bound() string {
	switch {
	case r.most != 0:
		return "at most " + number(r.most)
	case r.least != 0:
		return "at least " + number(r.least)
	}
	return ""
}

// verdict is the bound and whether it is met.
func (r *row) verdict(value float64) string {
	switch {
	case r.most == 0 && r.least == 0:
		return ""
	case r.most != 0 && value > r.most:
		return fmt.Sprintf("%s: **missed**, %s times as much", r.bound(), number(value/r.most))
	case r.least != 0 && value < r.least:
		return fmt.Sprintf("%s: **missed**, %s of it", r.bound(), number(value/r.least))
	}
	return r.bound() + ": met"
}

// mention is the figure beside another one.
func (r *row) mention(m measured, value float64) string {
	others := m[r.beside][r.unit]
	if len(others) == 0 || median(others) == 0 {
		return ""
	}
	_, name, _ := strings.Cut(r.beside, " ")
	return fmt.Sprintf(", %s times %s", number(value/median(others)), name)
}

// command is how to measure the row again: what it is divided by is measured in the same run.
func (r *row) command() string {
	_, path, _ := strings.Cut(r.name, " ")
	if r.over != "" {
		_, other, _ := strings.Cut(r.over, " ")
		path = shared(path, other)
	}
	return suiteOf(r.name).command(path)
}

// shared is where the paths of two benchmarks part.
func shared(a, b string) string {
	parts, others := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < min(len(parts), len(others)) && parts[n] == others[n] {
		n++
	}
	return strings.Join(parts[:n], "/")
}

// number writes a number with three digits that count, and commas between thousands.
func number(v float64) string {
	if math.Abs(v) < 100 {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	digits := strconv.FormatFloat(v, 'f', 0, 64)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

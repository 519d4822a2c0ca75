package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// A report is what was measured. Lines are counted as wc -l does, without
// tests; functions include their signature.
type report struct {
	// BannedIdentifiers counts the different identifiers and file names, by
	// folder, that contain a banned word; BannedUses all their uses, and
	// BannedProse the uses of banned words in comments, strings and documents.
	BannedIdentifiers, BannedUses, BannedProse int
	// Product are the packages that reach users, Support all others.
	Product, Support []packageReport
	// FunctionLines and FileLines are about product packages.
	FunctionLines, FileLines spread
	// Exported counts the exported names of the product, Documented those with a comment.
	Exported, Documented int
	// Seconds of the README's first command and of the tests, if they were timed.
	FirstSeconds float64 `json:",omitempty"`
	TestSeconds  float64 `json:",omitempty"`
}

// A packageReport is what was measured of one package.
type packageReport struct {
	Package       string
	Files, Lines  int
	LargestCircle int
}

// A spread summarizes numbers.
type spread struct{ Median, P90, Max int }

func spreadOf(numbers []int) spread {
	if len(numbers) == 0 {
		return spread{}
	}
	slices.Sort(numbers)
	last := len(numbers) - 1
	return spread{Median: numbers[last/2], P90: numbers[last*9/10], Max: numbers[last]}
}

func (s spread) String() string { return fmt.Sprintf("%d / %d / %d", s.Median, s.P90, s.Max) }

// lines adds up the lines of packages.
func lines(packages []packageReport) (sum int) {
	for _, p := range packages {
		sum += p.Lines
	}
	return sum
}

// print writes the report as a table.
func (r *report) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer w.Flush() //nolint:errcheck // standard output
	line := func(format string, values ...any) { _, _ = fmt.Fprintf(w, format+"\n", values...) }
	row := func(what string, value any) { line("%s\t%v", what, value) }
	row("identifiers with a banned word", r.BannedIdentifiers)
	row("  their uses", r.BannedUses)
	row("banned words in prose", r.BannedProse)
	row("function lines, median / p90 / max", r.FunctionLines)
	row("file lines, median / p90 / max", r.FileLines)
	row("documented exported names", fmt.Sprintf("%d of %d, %.1f %%", r.Documented, r.Exported, 100*float64(r.Documented)/float64(max(1, r.Exported))))
	if r.FirstSeconds > 0 {
		row("first command, empty caches", fmt.Sprintf("%.0f s", r.FirstSeconds))
	}
	if r.TestSeconds > 0 {
		row("make test", fmt.Sprintf("%.0f s", r.TestSeconds))
	}
	for _, part := range []struct {
		name     string
		packages []packageReport
	}{{"product", r.Product}, {"support", r.Support}} {
		line("\n%s\tlines\tfiles\tlargest circle", part.name)
		for _, p := range part.packages {
			line("%s\t%d\t%d\t%d", p.Package, p.Lines, p.Files, p.LargestCircle)
		}
		line("sum\t%d", lines(part.packages))
	}
}

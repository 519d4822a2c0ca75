package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Each suite names benchmarks that its package has, and each row and curve a benchmark of some suite. Whether the
// parts of a benchmark are there is seen when they run: make bench-once asks.
func TestCatalogueNamesBenchmarks(t *testing.T) {
	there := map[string][]string{}
	for _, s := range suites {
		if there[s.dir] == nil {
			there[s.dir] = benchmarks(t, s.dir)
		}
		for name := range strings.SplitSeq(s.names, "|") {
			if !slices.Contains(there[s.dir], "Benchmark"+name) {
				t.Errorf("%s has no Benchmark%s", s.dir, name)
			}
		}
	}
	for _, name := range quoted() {
		if suiteOf(name) == nil {
			t.Errorf("no suite runs %s", name)
		}
	}
}

var declared = regexp.MustCompile(`(?m)^func (Benchmark\w+)\(b \*testing\.B\)`)

// benchmarks are those that a package's sources declare: to build its tests would take minutes.
func benchmarks(t *testing.T, dir string) (names []string) {
	files, err := filepath.Glob(filepath.Join("../../..", dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range declared.FindAllSubmatch(text, -1) {
			names = append(names, string(found[1]))
		}
	}
	return names
}

// quoted are the names that rows and curves have.
func quoted() (names []string) {
	for _, table := range catalogue {
		for _, r := range table.rows {
			names = append(names, r.name)
			for _, other := range []string{r.over, r.beside} {
				if other != "" {
					names = append(names, other)
				}
			}
		}
	}
	for _, p := range pictures {
		for _, c := range p.lines {
			names = append(names, c.names)
		}
	}
	return names
}

func TestCurvesHaveOneNumber(t *testing.T) {
	for _, p := range pictures {
		for _, c := range p.lines {
			if n := regexp.MustCompile(c.names).NumSubexp(); n != 1 {
				t.Errorf("%s: %s has %d groups, want 1", p.file, c.names, n)
			}
		}
	}
}

// A benchmark is of one suite, or it would run twice.
func TestSuitesDoNotOverlap(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range suites {
		for name := range strings.SplitSeq(s.names, "|") {
			if name = s.dir + " " + name; seen[name] {
				t.Errorf("two suites run %s", name)
			} else {
				seen[name] = true
			}
		}
	}
}

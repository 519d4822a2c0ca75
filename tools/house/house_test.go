package main

import (
	"strings"
	"testing"
)

// TestMeasure measures this checkout: every package is there, and its sums are plausible.
func TestMeasure(t *testing.T) {
	r, err := measure("../..")
	if err != nil {
		t.Fatal(err)
	}
	if n := lines(r.Product); n < 10_000 || len(r.Product) < 10 || len(r.Support) < 3 {
		t.Errorf("%d lines of product in %d packages, %d packages of support", n, len(r.Product), len(r.Support))
	}
	if r.Exported == 0 || r.Documented > r.Exported || r.FunctionLines.Median < 1 || r.FileLines.Max < r.FileLines.P90 {
		t.Errorf("implausible: %+v", r)
	}
	var out strings.Builder
	r.print(&out)
	for _, want := range []string{"identifiers with a banned word", "documented exported names", "tools/house"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table does not have %q:\n%s", want, out.String())
		}
	}
}

func TestSpread(t *testing.T) {
	if got, want := spreadOf([]int{3, 1, 2, 10, 4}), (spread{Median: 3, P90: 4, Max: 10}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := spreadOf(nil); got != (spread{}) {
		t.Errorf("got %v of nothing", got)
	}
}

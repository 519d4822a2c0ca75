package main

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/plot/plotter"
)

// suites are all benchmarks that the documentation quotes.
var suites = []suite{
	{dir: "dotpath", bench: "Scan", time: "0.3s"},
	{dir: "bench", bench: "Memory", time: "0.5s"},
	{dir: "bench", bench: "Durable", time: "2s"},
	{dir: "cmd/dictrack/internal/tracking", bench: "Track", time: "1s"},
	{dir: "bench/compare", bench: "Compare", time: "0.2s"},
}

// catalogue is what the tables say.
var catalogue = []table{
	{title: "Beside what else might be picked: JSON into one group", rows: compared()},
}

// compared holds each way against the plain loop.
func compared() (rows []row) {
	for _, n := range []int{10, 100, 1000} {
		for _, load := range []string{"W", "S"} {
			for _, way := range []string{"loop", "expr", "cel", "dictrack"} {
				name := fmt.Sprintf("bench/compare Compare/%s%d/", load, n)
				rows = append(rows, row{label: fmt.Sprintf("%s(%d), %s", load, n, way), name: name + way, unit: "ns/op", over: name + "loop"})
			}
		}
	}
	return rows
}

// pictures are the plots.
var pictures = []picture{
	{
		file: "ways.svg", title: "JSON into one group, one tracker matches", x: "trackers", unit: "ns/op",
		lines: []curve{
			{"CEL", `bench/compare Compare/S(\d+)/cel`},
			{"expr", `bench/compare Compare/S(\d+)/expr`},
			{"a loop of Go functions", `bench/compare Compare/S(\d+)/loop`},
			{"dictrack", `bench/compare Compare/S(\d+)/dictrack`},
		},
	},
}

func sorted(points plotter.XYs) plotter.XYs {
	slices.SortFunc(points, func(a, b plotter.XY) int { return cmp.Compare(a.X, b.X) })
	return points
}

package main

import "fmt"

// catalogue is what the tables say.
var catalogue = []table{
	{
		title: "Matching and memory",
		about: "The bounds are for two idle cores and, where JSON is read, for the trusted mode.",
		rows:  join(matching(), tracking(), held(), kept()),
	},
	{
		title: "Redis and PostgreSQL",
		about: "Servers of the same machine, which share its cores. \"Times\" compares with another benchmark of the same run.",
		rows:  join(onRedis(), fleet(), costs()),
	},
	{
		title: "Alternatives: JSON into one group",
		about: "\"Loop\" is Go functions over a decoded map; expr and CEL are a program for each tracker. They count in a slice, store nothing and take no locks.",
		rows:  compared(),
	},
	{
		title: "Alternative on Redis: counters by hand",
		about: "Go functions over a decoded map, then an INCR or INCRBYFLOAT for each tracker that matched, in one pipeline; 64 goroutines, W(100), Redis without persistence. It is neither atomic nor idempotent.",
		rows:  byHand(),
	},
}

func join(parts ...[]row) (all []row) {
	for _, rows := range parts {
		all = append(all, rows...)
	}
	return all
}

// modes are a figure of raw JSON: trusted, which the bound is for, and beside it validated whole. The name has a place
// for the mode.
func modes(label, name, unit string, most float64) []row {
	return []row{
		{label: label + ", trusted", name: fmt.Sprintf(name, "trusted"), unit: unit, most: most},
		{label: label + ", validated", name: fmt.Sprintf(name, "validated"), unit: unit},
	}
}

// none is the bound of what must not be there at all: a bound of 0 is no bound.
const none = 0.5

// compared holds each way against the plain loop.
func compared() (rows []row) {
	for _, n := range []int{10, 100, 1000} {
		for _, load := range []string{"W", "S"} {
			for _, way := range []string{"loop", "expr", "cel", "dictrack"} {
				name := fmt.Sprintf("bench/compare Compare/%s%d/", load, n)
				r := row{label: fmt.Sprintf("%s(%d), %s", load, n, way), name: name + way, unit: "ns/op"}
				if way != "loop" {
					r.beside = name + "loop"
				}
				rows = append(rows, r)
			}
		}
	}
	return rows
}

func byHand() []row {
	const name = "bench/compare CompareRedis/W100/"
	return []row{
		{label: "by hand", name: name + "homemade", unit: "messages/s"},
		{label: "dictrack", name: name + "dictrack", unit: "messages/s"},
		{label: "dictrack against by hand", name: name + "dictrack", unit: "messages/s", over: name + "homemade"},
	}
}

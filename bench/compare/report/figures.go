package main

import "fmt"

// matching are the figures of the matcher and the scanner alone.
func matching() []row {
	const match, size = "internal/match Match/", "internal/match MatchSize/"
	return join(
		modes("match and step, D44, S(100), hot", match+"S=100/%s/hot", "ns/op", 120),
		modes("... allocations", match+"S=100/%s/hot", "allocs/op", none),
		modes("match and step, D44, S(1,000,000), hot", match+"S=1000000/%s/hot", "ns/op", 130),
		modes("match and step, D44, S(1,000,000), cold", match+"S=1000000/%s/cold", "ns/op", 700),
		modes("match and step, D500, S(100)", size+"S=100/last/%s/bytes=500", "ns/op", 340),
		modes("match and step, D500, S(1,000,000)", size+"S=1000000/last/%s/bytes=500", "ns/op", 340),
		modes("match and step, D2k, S(100)", size+"S=100/last/%s/bytes=2000", "ns/op", 850),
		modes("match and step, D2k, S(1,000,000)", size+"S=1000000/last/%s/bytes=2000", "ns/op", 850),
		besideScan(),
		besideLoop(),
		modes("a further matching tracker, of 1,000, stepped (count)", "internal/match Further/M=1000/%s", "ns/match", 2),
		modes("a further matching tracker, of 10,000", "internal/match Further/M=10000/%s", "ns/match", 2),
		modes("P, 3,000,000 trackers, a message", "internal/match MatchMany/P=3000000/%s", "ns/op", 240_000),
	)
}

// besideScan is how much of a message's cost is reading it: the scan alone stands in the same run.
func besideScan() (rows []row) {
	for _, mode := range []string{"trusted", "validated"} {
		for _, d := range []struct{ name, bytes string }{{"D44", "44"}, {"D500", "500"}, {"D2k", "2000"}} {
			name := func(load string) string {
				return fmt.Sprintf("internal/match MatchSize/%s/last/%s/bytes=%s", load, mode, d.bytes)
			}
			rows = append(rows, row{label: fmt.Sprintf("S(100) on %s against the scan alone, %s", d.name, mode), name: name("S=100"), unit: "ns/op", over: name("scan")})
		}
	}
	return rows
}

// besideLoop is the loop that asks each tracker, on a map that is there already, against match and step from JSON.
func besideLoop() (rows []row) {
	for _, load := range []string{"S", "W", "M", "conjunctions"} {
		name := fmt.Sprintf("internal/match Match/%s=1000/", load)
		rows = append(rows, row{label: fmt.Sprintf("evaluating each of 1,000 trackers of %s against match and step", load), name: name + "loop", unit: "ns/op", over: name + "trusted/cold"})
	}
	return rows
}

// tracking are the figures of a Manager in memory.
func tracking() []row {
	const memory, lines = "bench Memory/W100/", "cmd/dictrack/internal/ingest Track/"
	const cores, apart, alone = "bench Parallel/cores=", "bench Parallel/apart=", "bench Cores/cores="
	return join(
		modes("Manager.Track, W(100), JSON", memory+"%s", "ns/op", 600),
		modes("... allocations", memory+"%s", "allocs/op", 2),
		[]row{
			{label: "Manager.Track, W(100), a map", name: memory + "map", unit: "ns/op", most: 800},
			{label: "... allocations", name: memory + "map", unit: "allocs/op"},
			{label: "W(100), package group alone, without a Manager", name: "group TrackGroups/own", unit: "ns/op"},
			{label: "... when they share a template", name: "group TrackGroups/template", unit: "ns/op"},
			{label: "W(100), one core", name: cores + "1", unit: "messages/s"},
			{label: "two cores against one", name: cores + "2", unit: "messages/s", over: cores + "1", least: 1.8},
			{label: "... when each core has groups of its own", name: apart + "2", unit: "messages/s", over: apart + "1"},
			{label: "... the same for plain arithmetic", name: alone + "2", unit: "sums/s", over: alone + "1"},
		},
		[]row{
			{label: "`dictrack track`, T(100), a file of a million lines, trusted", name: lines + "trusted", unit: "lines/s", least: 1_000_000},
			{label: "`dictrack track`, T(100), a file of a million lines, validated", name: lines + "validated", unit: "lines/s"},
		},
	)
}

// held are the figures of many groups and of large ones.
func held() []row {
	const q, own = "bench Held/groups=1000000/", "bench Own/groups=100000/"
	return join(
		[]row{
			{label: "Q: a million groups with one template of 100, resident GB", name: q + "trusted", unit: "resident-GB", most: 7},
			{label: "... reachable", name: q + "trusted", unit: "bytes/tracker"},
		},
		modes("Q: a message for a random group", q+"%s", "ns/op", 1500),
		[]row{
			{label: "100,000 groups with random sets of 100 of their own", name: own + "trusted", unit: "bytes/tracker", most: 100},
			{label: "... resident GB", name: own + "trusted", unit: "resident-GB"},
		},
		modes("... a message for a random group", own+"%s", "ns/op", 0),
		[]row{
			{label: "a group alone, 100 trackers of a template, in total", name: "group Memory/template=100000", unit: "bytes/tracker", most: 64},
			{label: "a group alone, 100 trackers of its own", name: "group Memory/own=10000", unit: "bytes/tracker"},
			{label: "add a tracker to a group of a million, and track", name: "bench Add/trackers=1000000/tracker", unit: "ns/op", most: 20_000},
			{label: "... without a Manager", name: "group Add/trackers=1000000", unit: "ns/op"},
		},
	)
}

// kept are the figures of the embedded store.
func kept() []row {
	const own, plain = "bench Durable/W100", "bench Durable/plain"
	return []row{
		{label: "pebblestore, each call synced, W(100), 128 goroutines", name: own, unit: "messages/s"},
		{label: "... against Pebble alone with the same bytes", name: own, unit: "messages/s", over: plain, least: 0.6},
		{label: "... write-behind", name: "bench Behind/W100", unit: "messages/s"},
	}
}

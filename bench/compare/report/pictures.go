package main

// pictures are the plots.
var pictures = []picture{
	{
		file: "trackers.svg", title: "Match and step, D44, trusted: one message", x: "trackers in the group", unit: "ns/op",
		lines: []curve{
			{"evaluating each, W", `internal/match Match/W=(\d+)/loop`},
			{"evaluating each, S", `internal/match Match/S=(\d+)/loop`},
			{"W: a sixth match", `internal/match Match/W=(\d+)/trusted/cold`},
			{"S: one matches, cold", `internal/match Match/S=(\d+)/trusted/cold`},
			{"S: one matches, hot", `internal/match Match/S=(\d+)/trusted/hot`},
			{"R: at most three match", `internal/match Match/R=(\d+)/trusted/cold`},
		},
	},
	{
		file: "ways.svg", title: "JSON into one group, one tracker matches", x: "trackers", unit: "ns/op",
		lines: []curve{
			{"CEL", `bench/compare Compare/S(\d+)/cel`},
			{"expr", `bench/compare Compare/S(\d+)/expr`},
			{"a loop of Go functions", `bench/compare Compare/S(\d+)/loop`},
			{"dictrack", `bench/compare Compare/S(\d+)/dictrack`},
		},
	},
	{
		file: "size.svg", title: "Match and step, S(100): the size of a message", x: "bytes", unit: "ns/op",
		lines: []curve{
			{"validated, fields in use last", `internal/match MatchSize/S=100/last/validated/bytes=(\d+)`},
			{"trusted, last", `internal/match MatchSize/S=100/last/trusted/bytes=(\d+)`},
			{"trusted, first", `internal/match MatchSize/S=100/first/trusted/bytes=(\d+)`},
			{"scan alone, validated, last", `internal/match MatchSize/scan/last/validated/bytes=(\d+)`},
			{"scan alone, trusted, last", `internal/match MatchSize/scan/last/trusted/bytes=(\d+)`},
		},
	},
	{
		file: "cores.svg", title: "W(100) in memory: cores", x: "cores", unit: "messages/s", linear: true,
		lines: []curve{{"W(100), 1,000 groups", `bench Parallel/cores=(\d+)`}},
	},
	{
		file: "memory.svg", title: "Memory that the process has, 100 trackers a group", x: "groups", unit: "resident-GB",
		lines: []curve{
			{"sets of their own", `bench Own/groups=(\d+)/trusted`},
			{"one template", `bench Held/groups=(\d+)/trusted`},
		},
	},
}

package main

// suites are all benchmarks that the documentation quotes. Those that set up for long do it once for all runs; what
// they measure of memory is then measured once.
var suites = []suite{
	{dir: "dotpath", names: "Scan|ScanTrusted", time: "0.3s"},
	{dir: "internal/match", names: "Match|MatchSize|Further", time: "0.2s", once: true},
	{dir: "internal/match", names: "MatchMany", time: "2s", once: true},
	{dir: "group", names: "TrackGroups|Memory", time: "0.5s"},
	{dir: "group", names: "Add", time: "0.5s", once: true},
	{dir: "bench", names: "Memory", time: "0.5s"},
	{dir: "bench", names: "Parallel|Cores", time: "2s"},
	{dir: "bench", names: "Add|Held|Own", time: "1s", once: true},
	{dir: "bench", names: "Durable|Behind", time: "2s"},
	{dir: "cmd/dictrack/internal/ingest", names: "Track", time: "3x"},
	{dir: "bench/compare", names: "Compare", time: "0.2s"},
	{dir: "bench/compare", names: "CompareRedis", time: "2s"},
	{dir: "bench", names: "Redis|RedisFour|RedisHot|RedisN|RedisTraffic", time: "2s"},
	{dir: "bench", names: "RedisMemory", time: "1x"},
	{dir: "bench", names: "RedisCold", time: "2000x", once: true},
}

// suiteOf is the suite of a benchmark, or nil.
func suiteOf(name string) *suite {
	for i := range suites {
		if suites[i].has(name) {
			return &suites[i]
		}
	}
	return nil
}

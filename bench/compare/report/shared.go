package main

// onRedis are the figures of one process on one Redis.
func onRedis() []row {
	const plain, synced = "bench Redis/W100/", "bench Redis/W100synced/"
	return []row{
		{label: "W(100), 64 goroutines, without persistence", name: plain + "one", unit: "messages/s", least: 20_000},
		{label: "... against a bare compare-and-set script of the same bytes", name: plain + "one", unit: "of-bare", least: 0.5},
		{label: "... in batches of 100", name: plain + "batch", unit: "messages/s", least: 60_000},
		{label: "... in batches, against the bare script", name: plain + "batch", unit: "of-bare"},
		{label: "W(100), append-only file synced before each answer", name: synced + "one", unit: "messages/s"},
		{label: "... against the bare script", name: synced + "one", unit: "of-bare"},
		{label: "... in batches of 100", name: synced + "batch", unit: "messages/s"},
	}
}

// fleet are the figures of several processes.
func fleet() []row {
	return []row{
		{label: "four processes on the same 1,000 groups, in total", name: "bench RedisFour/processes", unit: "messages/s", least: 10_000},
		{label: "... against one process", name: "bench RedisFour/processes", unit: "of-one", least: 0.5},
		{label: "four processes on one hot group, in total", name: "bench RedisHot/processes", unit: "messages/s", least: 20_000},
		{label: "... against one process", name: "bench RedisHot/processes", unit: "of-one"},
	}
}

// costs are what a message costs the servers. W(1000) may take 1.5 times W(100), so it has two thirds of the rate.
func costs() []row {
	const first = "bench RedisCold/first"
	return []row{
		{label: "W(1000), 16 matches, rate compared with W(100) and 16", name: "bench RedisN/W1000", unit: "of-W100", least: 0.667},
		{label: "round trips of a message, one goroutine", name: "bench RedisTraffic/goroutines=1", unit: "trips/message"},
		{label: "... bytes sent", name: "bench RedisTraffic/goroutines=1", unit: "sent-B/message"},
		{label: "... bytes received", name: "bench RedisTraffic/goroutines=1", unit: "received-B/message"},
		{label: "... 64 goroutines", name: "bench RedisTraffic/goroutines=64", unit: "trips/message"},
		{label: "Redis's memory for W(100)", name: "bench RedisMemory", unit: "B/tracker", most: 150},
		{label: "100,000 groups in PostgreSQL, Redis empty: the first message of a group", name: first, unit: "ns/op"},
		{label: "... round trips to the store", name: first, unit: "store-trips/group", most: 1},
		{label: "... groups read", name: first, unit: "loads/group"},
		{label: "... until the process has started", name: first, unit: "start-ms"},
	}
}

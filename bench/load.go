// Package bench holds the loads that the documentation's figures are measured with. `make bench` runs
// them; docs/performance.md says what each means.
package bench

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/tracker"
)

// never is a target that no load reaches.
const never = int64(1) << 60

// Set is n random trackers that never complete: half count, half sum bet; each asks for one of three
// games and a least bet, a multiple of 10 from 100 to 500. About one in six matches a data.
func Set(n int, random *rand.Rand) []tracker.Spec {
	specs := make([]tracker.Spec, n)
	for i := range specs {
		where := dictrack.Where(
			condition.Eq("game", game(random)),
			condition.Ge("bet", 100+10*random.IntN(41)),
		)
		name := "t" + strconv.Itoa(i)
		if i%2 == 0 {
			specs[i] = dictrack.Count(name, dictrack.Targets(never), where)
		} else {
			specs[i] = dictrack.Sum(name, "bet", dictrack.Targets(never), where)
		}
	}
	return specs
}

// Few is n trackers of which so many, anywhere among them, match every data, and the others none.
func Few(n, matching int, random *rand.Rand) []tracker.Spec {
	specs := make([]tracker.Spec, n)
	for place, i := range random.Perm(n) {
		where := condition.Ge("bet", 600+random.IntN(100))
		if i < matching {
			where = condition.Ge("bet", 1+random.IntN(100))
		}
		specs[place] = dictrack.Sum("t"+strconv.Itoa(place), "bet", dictrack.Targets(never), dictrack.Where(where))
	}
	return specs
}

func game(random *rand.Rand) string { return string(rune('a' + random.IntN(3))) }

// Data is one data of the loads, as a map and as JSON text.
type Data struct {
	Map  map[string]any
	JSON []byte
}

// Stream is n random data.
func Stream(n int, random *rand.Rand) []Data {
	stream := make([]Data, n)
	for i := range stream {
		bet, game := 100+random.IntN(401), game(random)
		stream[i] = Data{
			Map:  map[string]any{"group_id": "10000123", "bet": bet, "game": game},
			JSON: fmt.Appendf(nil, `{"group_id":"10000123","bet":%d,"game":"%s"}`, bet, game),
		}
	}
	return stream
}

// Groups are n group names.
func Groups(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(10_000_000 + i)
	}
	return names
}

// Seeded is the source of randomness of every load: figures compare only over the same trackers.
func Seeded() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) } // #nosec G404 -- a load, not a secret

// Package bench holds the loads that the documentation's figures are measured with. `make bench` runs
// them; docs/performance.md says what each means.
package bench

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/tracker"
)

// never is a target that no load reaches.
const never = int64(1) << 60

// Set is n random trackers that never complete: half count, half sum bet; each asks for one of three
// games and a lower bound of the bet, a multiple of 10 from 100 to 500. About one in six matches a message.
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

// Few is n trackers of which so many, anywhere among them, match every message, and the others none.
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

// Data is the data of one message of the loads, as a map and as JSON text.
type Data struct {
	Map  map[string]any
	JSON []byte
}

// Stream returns n random messages.
func Stream(n int, random *rand.Rand) []Data {
	stream := make([]Data, n)
	for i := range stream {
		bet, game := 100+random.IntN(401), game(random)
		stream[i] = data(bet, game)
	}
	return stream
}

func data(bet int, game string) Data {
	return Data{
		Map:  map[string]any{"group_id": "10000123", "bet": bet, "game": game},
		JSON: fmt.Appendf(nil, `{"group_id":"10000123","bet":%d,"game":"%s"}`, bet, game),
	}
}

// Pairs is the load S(n): n counts, each of which asks for a bet and a game that no other asks for together, so that a
// message of PairsStream matches one.
func Pairs(n int) []tracker.Spec {
	specs := make([]tracker.Spec, n)
	for i := range specs {
		specs[i] = dictrack.Count("t"+strconv.Itoa(i), dictrack.Targets(never), dictrack.Where(
			condition.Eq("bet", i/games), condition.Eq("game", string(rune('a'+i%games)))))
	}
	return specs
}

const games = 3

// PairsStream is messages for Pairs(n), each of which matches one tracker.
func PairsStream(n, trackers int, random *rand.Rand) []Data {
	stream := make([]Data, n)
	for i := range stream {
		t := random.IntN(trackers)
		stream[i] = data(t/games, string(rune('a'+t%games)))
	}
	return stream
}

// Bounds is the load R(n): n counts, each of which asks for a lower bound of the bet that no other asks for; of BoundsData each
// matches the one with the lowest.
func Bounds(n int) []tracker.Spec {
	specs := make([]tracker.Spec, n)
	for i := range specs {
		specs[i] = dictrack.Count("t"+strconv.Itoa(i), dictrack.Targets(never), dictrack.Where(condition.Ge("bet", lowest+i)))
	}
	return specs
}

const lowest = 100

// BoundsData matches one tracker of Bounds.
func BoundsData() Data { return data(lowest, "b") }

// Thirds is the load M: n counts, of which every message of a Stream matches a third.
func Thirds(n int) []tracker.Spec {
	specs := make([]tracker.Spec, n)
	for i := range specs {
		specs[i] = dictrack.Count("t"+strconv.Itoa(i), dictrack.Targets(never), dictrack.Where(condition.Eq("game", string(rune('a'+i%games)))))
	}
	return specs
}

// Padded is JSON data with fields that nobody uses, of about that many bytes, the used ones last or first.
func Padded(bytes int, last bool) []byte {
	const used = `"bet":317,"game":"b"`
	var unused []string
	for i, size := 0, len(used)+2; size < bytes; i++ {
		field := fmt.Sprintf(`"field_%02d":"value number %d"`, i, i)
		if i%3 == 1 {
			field = fmt.Sprintf(`"field_%02d":%d.25`, i, 1000*i)
		}
		unused = append(unused, field)
		size += len(field) + 1
	}
	fields := append([]string{used}, unused...)
	if last {
		fields = append(unused, used)
	}
	return []byte("{" + strings.Join(fields, ",") + "}")
}

// Groups are n group names.
func Groups(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = Group(i)
	}
	return names
}

// Group makes the name that Groups has at i.
func Group(i int) string { return strconv.Itoa(10_000_000 + i) }

// Seeded is the source of randomness of every load: figures compare only over the same trackers.
func Seeded() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) } // #nosec G404 -- a load, not a secret

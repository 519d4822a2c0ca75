package robustness

import (
	"flag"
	"os"
	"strconv"
	"testing"
	"time"
)

var seedFlag = flag.Uint64("seed", 0, "the one seed to play again")

// proving tells whether the whole programme is to run.
func proving() bool { return os.Getenv("DICTRACK_PROVE") != "" }

// freshSeed is a seed that nobody used before, or the one to play again.
func freshSeed(t *testing.T) uint64 {
	t.Helper()
	seed := *seedFlag
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d", seed)
	return seed
}

// seeds calls one with plain seeds, or more of them when all is to be proved, or only with the one to play again.
func seeds(t *testing.T, plain, proved int, one func(seed uint64) error) {
	t.Helper()
	from, n := uint64(1), plain/share
	if proving() {
		n = proved
	}
	if few, err := strconv.Atoi(os.Getenv("DICTRACK_SEEDS")); err == nil {
		n = few
	}
	if *seedFlag != 0 {
		from, n = *seedFlag, 1
	}
	for seed := from; seed < from+uint64(n); seed++ {
		if err := one(seed); err != nil {
			t.Fatalf("seed %d: %v\nplay it again: go test ./tests/robustness -run %s -seed %d", seed, err, t.Name(), seed)
		}
	}
	t.Logf("%d seeds", n)
}

// manySeeds tells whether there are enough seeds for everything to happen.
func manySeeds() bool { return share == 1 && *seedFlag == 0 && os.Getenv("DICTRACK_SEEDS") == "" }

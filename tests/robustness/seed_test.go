package robustness

import (
	"flag"
	"os"
	"strconv"
	"testing"
	"time"
)

var seedFlag = flag.Uint64("seed", 0, "the only seed to run")

// fullRun reports whether to run the full tests, as make prove does.
func fullRun() bool { return os.Getenv("DICTRACK_PROVE") != "" }

// newSeed returns a new seed, or the one given by -seed.
func newSeed(t *testing.T) uint64 {
	t.Helper()
	seed := *seedFlag
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d", seed)
	return seed
}

// forSeeds calls one with the seeds of a normal run, of a full run, or with the seed given by -seed.
func forSeeds(t *testing.T, plain, proved int, one func(seed uint64) error) {
	t.Helper()
	from, n := uint64(1), plain/reduction
	if fullRun() {
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
			t.Fatalf("seed %d: %v\nrun it again: go test ./tests/robustness -run %s -seed %d", seed, err, t.Name(), seed)
		}
	}
	t.Logf("%d forSeeds", n)
}

// enoughSeeds reports whether there are enough seeds for everything to happen.
func enoughSeeds() bool { return reduction == 1 && *seedFlag == 0 && os.Getenv("DICTRACK_SEEDS") == "" }

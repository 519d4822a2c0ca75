// Package fleet proves what several processes that share hot state promise. Its tests start workers, processes that
// track into the same few groups through one Redis in front of one store, let things break while data flows, and
// hold what is left against what was acknowledged.
package multiprocess

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// envWorker makes the test binary a worker.
const envWorker = "DICTRACK_PROVE_WORKER"

// lingering is where rueidis waits, for five seconds, before it closes connections to nodes that left a cluster.
var lingering = goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*clusterClient)._refresh.func2")

// TestMain is also the way into the workers: the test binary started again, told by its environment what to be.
func TestMain(m *testing.M) {
	if os.Getenv(envWorker) != "" {
		os.Exit(work(os.Stdin, os.Stdout))
	}
	status := m.Run()
	if err := stopShared(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	if err := goleak.Find(lingering); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// proving tells whether the whole programme is to run.
func proving() bool { return os.Getenv("DICTRACK_PROVE") != "" }

// rounds is how often something is done: plainly, or when all is to be proved.
func rounds(plain, proved int) int {
	if proving() {
		return proved
	}
	return plain
}

// Package multiprocess tests several processes that share state. Its tests start worker processes that track into the
// same few groups through one Redis in front of one store, inject faults, and compare the result with what was
// acknowledged.
package multiprocess

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/dictrack/dictrack/internal/testprocess"
)

// roleWorker is the role of a worker process.
const roleWorker = "worker"

// lingering is where rueidis waits, for five seconds, before it closes connections to nodes that left a cluster.
var lingering = goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*clusterClient)._refresh.func2")

// TestMain also runs the workers: the test binary in a role.
func TestMain(m *testing.M) {
	if testprocess.Role() == roleWorker {
		os.Exit(runWorker(os.Stdin, os.Stdout))
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

// fullRun reports whether to run the full tests, as make prove does.
func fullRun() bool { return os.Getenv("DICTRACK_PROVE") != "" }

// rounds chooses the number of rounds of a normal run or of a full one.
func rounds(plain, proved int) int {
	if fullRun() {
		return proved
	}
	return plain
}

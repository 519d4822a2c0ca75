package robustness

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/dictrack/dictrack/internal/testprocess"
)

// TestMain also runs the worker processes that the tests kill: the test binary, in a role.
func TestMain(m *testing.M) {
	switch testprocess.Role() {
	case "":
	case roleWriteBehind:
		os.Exit(runWriteBehindWorker(os.Stdin, os.Stdout))
	case roleCrash:
		os.Exit(runCrashWorker(os.Stdin, os.Stdout))
	}
	goleak.VerifyTestMain(m)
}

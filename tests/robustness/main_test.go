package robustness

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain also runs the worker processes that the tests kill: the test binary, with its role in the environment.
func TestMain(m *testing.M) {
	switch os.Getenv(envWorker) {
	case "":
	case roleWriteBehind:
		os.Exit(runWriteBehindWorker(os.Stdin, os.Stdout))
	default:
		os.Exit(runCrashWorker(os.Stdin, os.Stdout))
	}
	goleak.VerifyTestMain(m)
}

package robustness

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain is also the way into the processes that the tests kill: the test binary started again, told by its
// environment what to be.
func TestMain(m *testing.M) {
	switch os.Getenv(envVictim) {
	case "":
	case victimBehind:
		os.Exit(behindVictim(os.Stdin, os.Stdout))
	default:
		os.Exit(victim(os.Stdin, os.Stdout))
	}
	goleak.VerifyTestMain(m)
}

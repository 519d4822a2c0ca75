package prove

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain is also the way into the processes that the tests kill: the test binary started again, told by its
// environment what to be.
func TestMain(m *testing.M) {
	if os.Getenv(envVictim) != "" {
		os.Exit(victim(os.Stdin, os.Stdout))
	}
	goleak.VerifyTestMain(m)
}

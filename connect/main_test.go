package connect

import (
	"testing"

	"go.uber.org/goleak"
)

// rueidis waits for five seconds before it closes connections to nodes that left a cluster.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/redis/rueidis.(*clusterClient)._refresh.func2"))
}

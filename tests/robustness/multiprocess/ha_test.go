package multiprocess

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/dictrack/dictrack/internal/testserver/redis"
)

// A node of a cluster is killed, its replica takes over its slots, and it comes back as a replica. Nothing that was
// answered is lost, since an answer waits for the replica: replicas=1.
func TestClusterFailsOver(t *testing.T) {
	t.Parallel()
	cluster, err := redis.StartCluster(durable...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	url := cluster.URL() + "/?replicas=1"
	c := newWorkers(t, newDatabase(t), url, url)
	for range rounds(2, 8) {
		c.waitForOps(150)
		killPrimary(t, cluster.Nodes)
		c.waitForOps(150)
	}
	c.verify()
}

// killPrimary kills a server that takes writes, and starts it again when another does instead.
func killPrimary(t *testing.T, servers []*redis.Server) {
	t.Helper()
	ctx := context.Background()
	primaries := func() (all []*redis.Server) {
		for _, s := range servers {
			if s.Primary(ctx) {
				all = append(all, s)
			}
		}
		return all
	}
	before := primaries()
	if len(before) == 0 {
		t.Fatal("no server is a primary")
	}
	victim := before[rand.IntN(len(before))] // #nosec G404 -- chance, no secret
	victim.Kill()
	for end := time.Now().Add(timeout); len(primaries()) < len(before); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("no replica has taken over")
		}
	}
	if err := victim.Restart(); err != nil {
		t.Fatal(err)
	}
}

// The same under Sentinels.
func TestSentinelFailsOver(t *testing.T) {
	t.Parallel()
	set, err := redis.StartSentinels(durable...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	url := set.URL() + "?replicas=1"
	c := newWorkers(t, newDatabase(t), url, url)
	c.waitForOps(150)
	killPrimary(t, set.Servers)
	c.waitForOps(150)
	c.verify()
}

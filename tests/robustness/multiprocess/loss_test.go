package multiprocess

import (
	"testing"
	"time"
)

// What a Redis may lose that does not sync each write, killed: with appendfsync everysec, what it answered in its last
// second or so; without an append-only file, what the store does not have yet, which is brought there every second.
// Nothing older is ever lost, nothing is doubled, and what was lost counts when it is sent again with its id.
func TestRedisDataLoss(t *testing.T) {
	for name, options := range map[string][]string{
		"synced every second": {"--appendonly", "yes", "--appendfsync", "everysec"},
		"without a file":      {"--appendonly", "no"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis, store := startRedis(t, options...), newDatabase(t)
			url := redis.url() + "/?allow=no_persistence"
			c := newWorkers(t, store, url, url)
			for started := time.Now(); time.Since(started) < 2*maxLossAge; {
				c.waitForOps(100)
			}
			redis.Kill()
			killed := time.Now()
			for number := range c.processes {
				c.kill(number)
			}
			redis.resume(t)
			c.repeatAndCountLosses(killed)
		})
	}
}

// maxLossAge is the maximal age of a lost answer; generous, for busy machines.
const maxLossAge = 8 * time.Second

// repeatAndCountLosses repeats every operation and compares the counts with what was acknowledged before.
func (c *workers) repeatAndCountLosses(killed time.Time) {
	c.Helper()
	before := c.checker
	c.checker = newChecker()
	c.onLine = c.observe
	for number := range c.caches {
		until := before.resume(number)
		for client := range until {
			until[client]++
		}
		c.startWorker(number, &until)
	}
	c.stopAll()
	lost, oldest := 0, time.Duration(0)
	for g := range groups {
		for version := range c.firstAcks[g] {
			if at, acked := before.at[c.ops[g][version]]; acked {
				lost++
				oldest = max(oldest, killed.Sub(time.UnixMilli(at)))
			}
		}
	}
	if oldest > maxLossAge {
		c.Errorf("an operation is lost that was acknowledged %v before the end", oldest)
	}
	c.Logf("%d of %d acknowledged operations lost, the oldest from %v before the end", lost, before.count(), oldest)
	c.verify()
}

package multiprocess

import (
	"testing"
	"time"
)

// What a Redis may lose that does not sync each write, killed: with appendfsync everysec, what it answered in its last
// second or so; without an append-only file, what the store does not have yet, which is brought there every second.
// Nothing older is ever lost, nothing is doubled, and what was lost counts when it is sent again with its id.
func TestRedisThatMayLose(t *testing.T) {
	for name, options := range map[string][]string{
		"synced every second": {"--appendonly", "yes", "--appendfsync", "everysec"},
		"without a file":      {"--appendonly", "no"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis, store := startRedis(t, options...), newDatabase(t)
			url := redis.url() + "/?allow=no_persistence"
			c := newCrew(t, store, url, url)
			for begun := time.Now(); time.Since(begun) < 2*mayLose; {
				c.advance(100)
			}
			redis.Kill()
			killed := time.Now()
			for number := range c.members {
				c.kill(number)
			}
			redis.resume(t)
			c.recount(killed)
		})
	}
}

// mayLose is how long ago the oldest thing that is lost may have been answered; on a busy machine a second is long.
const mayLose = 8 * time.Second

// recount makes every deed again and holds what is counted then against what was acknowledged before.
func (c *crew) recount(killed time.Time) {
	c.Helper()
	before := c.ledger
	c.ledger = newLedger()
	c.hears = c.hear
	for number := range c.caches {
		until := before.resume(number)
		for client := range until {
			until[client]++
		}
		c.spawn(number, &until)
	}
	c.finish()
	lost, oldest := 0, time.Duration(0)
	for g := range groups {
		for version := range c.fresh[g] {
			if at, acked := before.at[c.deeds[g][version]]; acked {
				lost++
				oldest = max(oldest, killed.Sub(time.UnixMilli(at)))
			}
		}
	}
	if oldest > mayLose {
		c.Errorf("a deed is lost that was acknowledged %v before the end", oldest)
	}
	c.Logf("%d of %d acknowledged deeds lost, the oldest from %v before the end", lost, before.count(), oldest)
	c.verdict()
}

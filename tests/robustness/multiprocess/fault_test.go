package multiprocess

import (
	"math/rand/v2"
	"testing"
	"time"
)

// The workers of every test share one Redis that syncs each write, in front of one PostgreSQL.

// Killed at any moment, processes lose nothing and double nothing: the others, and those that come after, go on.
func TestProcessesKilled(t *testing.T) {
	t.Parallel()
	redis, store := startRedis(t), newDatabase(t)
	c := newWorkers(t, store, redis.url(), redis.url(), redis.url())
	c.waitForOps(100)
	for range rounds(8, 60) {
		c.waitForOps(50 + rand.IntN(100)) // #nosec G404 -- chance, no secret
		victim := rand.IntN(len(c.processes))
		c.kill(victim)
		c.startWorker(victim, nil)
	}
	c.waitForOps(100)
	c.verify()
}

// A Redis that is killed and comes back with what it had synced has all that was acknowledged.
func TestRedisRestarted(t *testing.T) {
	t.Parallel()
	redis, store := startRedis(t), newDatabase(t)
	c := newWorkers(t, store, redis.url(), redis.url())
	for range rounds(4, 30) {
		c.waitForOps(100 + rand.IntN(200))
		redis.Kill()
		time.Sleep(time.Duration(rand.IntN(500)) * time.Millisecond)
		redis.resume(t)
	}
	c.waitForOps(100)
	c.verify()
}

// A Redis that comes back with nothing at all is filled from the store; what was drained is not lost, and nothing that
// the store knows is counted again.
func TestStoreOutlivesRedis(t *testing.T) {
	t.Parallel()
	redis, store := startRedis(t), newDatabase(t)
	c := newWorkers(t, store, redis.url(), redis.url())
	c.waitForOps(300)
	c.stopAll() // drains
	redis.wipe(t)
	for number := range c.caches {
		c.startWorker(number, nil)
	}
	c.waitForOps(300)
	c.verify()
}

// While the store is away the calls go on, and what they did is there when it comes back.
func TestStoreUnavailable(t *testing.T) {
	t.Parallel()
	redis, store := startRedis(t), startStore(t)
	c := newWorkers(t, store.URL(), redis.url(), redis.url())
	c.waitForOps(200)
	store.Kill()
	since := time.Now()
	for time.Since(since) < time.Duration(rounds(10, 60))*time.Second {
		c.waitForOps(100)
		time.Sleep(time.Second)
	}
	if err := store.Resume(); err != nil {
		t.Fatal(err)
	}
	c.waitForOps(200)
	c.verify()
}

// Slow ways, cut connections and lost answers lose nothing: what is not answered is asked for again, with its id.
func TestConnectionsBreak(t *testing.T) {
	t.Parallel()
	redis, store := startRedis(t), newDatabase(t)
	proxies := []*proxy{newProxy(t, redis), newProxy(t, redis), newProxy(t, redis)}
	c := newWorkers(t, store, proxies[0].url, proxies[1].url, proxies[2].url)
	c.waitForOps(100)
	for range rounds(12, 120) {
		w := proxies[rand.IntN(len(proxies))]
		w.injectFault(rand.IntN(4))
		c.waitForOps(50)
		w.Restore()
	}
	c.waitForOps(100)
	c.verify()
}

// A process that stands still for longer than any lease lasts, and goes on as if nothing were, does no harm.
func TestProcessPaused(t *testing.T) {
	t.Parallel()
	redis, store := startRedis(t), newDatabase(t)
	c := newWorkers(t, store, redis.url(), redis.url(), redis.url())
	for i := range rounds(2, 6) {
		c.waitForOps(200)
		c.pause(i%len(c.processes), lease+3*time.Second)
	}
	c.waitForOps(200)
	c.verify()
}

// lease is how long a process that drains holds a part of Redis without being heard of.
const lease = 10 * time.Second

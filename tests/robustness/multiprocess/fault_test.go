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
	c := newCrew(t, store, redis.url(), redis.url(), redis.url())
	c.advance(100)
	for range rounds(8, 60) {
		c.advance(50 + rand.IntN(100)) // #nosec G404 -- chance, no secret
		victim := rand.IntN(len(c.members))
		c.kill(victim)
		c.spawn(victim, nil)
	}
	c.advance(100)
	c.verdict()
}

// A Redis that is killed and comes back with what it had synced has all that was acknowledged.
func TestRedisRestarted(t *testing.T) {
	t.Parallel()
	redis, store := startRedis(t), newDatabase(t)
	c := newCrew(t, store, redis.url(), redis.url())
	for range rounds(4, 30) {
		c.advance(100 + rand.IntN(200))
		redis.Kill()
		time.Sleep(time.Duration(rand.IntN(500)) * time.Millisecond)
		redis.resume(t)
	}
	c.advance(100)
	c.verdict()
}

// A Redis that comes back with nothing at all is filled from the store; what was drained is not lost, and nothing that
// the store knows is counted again.
func TestStoreOutlivesRedis(t *testing.T) {
	t.Parallel()
	redis, store := startRedis(t), newDatabase(t)
	c := newCrew(t, store, redis.url(), redis.url())
	c.advance(300)
	c.finish() // drains
	redis.wipe(t)
	for number := range c.caches {
		c.spawn(number, nil)
	}
	c.advance(300)
	c.verdict()
}

// While the store is away the calls go on, and what they did is there when it comes back.
func TestStoreAway(t *testing.T) {
	t.Parallel()
	redis, store := startRedis(t), startStore(t)
	c := newCrew(t, store.URL(), redis.url(), redis.url())
	c.advance(200)
	store.Kill()
	away := time.Now()
	for time.Since(away) < time.Duration(rounds(10, 60))*time.Second {
		c.advance(100)
		time.Sleep(time.Second)
	}
	if err := store.Resume(); err != nil {
		t.Fatal(err)
	}
	c.advance(200)
	c.verdict()
}

// Slow ways, cut connections and lost answers lose nothing: what is not answered is asked for again, with its id.
func TestConnectionsBreak(t *testing.T) {
	t.Parallel()
	redis, store := startRedis(t), newDatabase(t)
	ways := []*way{newWay(t, redis), newWay(t, redis), newWay(t, redis)}
	c := newCrew(t, store, ways[0].url, ways[1].url, ways[2].url)
	c.advance(100)
	for range rounds(12, 120) {
		w := ways[rand.IntN(len(ways))]
		w.trouble(rand.IntN(4))
		c.advance(50)
		w.Restore()
	}
	c.advance(100)
	c.verdict()
}

// A process that stands still for longer than any lease lasts, and goes on as if nothing were, does no harm.
func TestProcessPaused(t *testing.T) {
	t.Parallel()
	redis, store := startRedis(t), newDatabase(t)
	c := newCrew(t, store, redis.url(), redis.url(), redis.url())
	for i := range rounds(2, 6) {
		c.advance(200)
		c.pause(i%len(c.members), lease+3*time.Second)
	}
	c.advance(200)
	c.verdict()
}

// lease is how long a process that drains holds a part of Redis without being heard of.
const lease = 10 * time.Second

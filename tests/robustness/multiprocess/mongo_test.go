package multiprocess

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dictrack/dictrack/internal/testserver/mongodb"
)

// database is that of the one test on MongoDB.
var database = fmt.Sprint("dictrack_test_multiprocess_", os.Getpid())

// With MongoDB behind Redis, processes are killed while it is there and while it is away, and it is killed and comes
// back while data flows: nothing is lost or doubled, and it has all in the end.
func TestMongoUnavailable(t *testing.T) {
	t.Parallel()
	redis, store := startRedis(t), startMongo(t)
	// A short retry timeout: a process that is started while MongoDB is away asks again itself.
	url := store.Database(database) + "&trackers=false&retry_timeout=5s"
	c := newWorkers(t, url, redis.url(), redis.url(), redis.url())
	c.waitForOps(50)
	for range rounds(1, 10) {
		c.killOne()
		c.waitForOps(50 + rand.IntN(50)) // #nosec G404 -- chance, no secret
		store.Down()
		for since := time.Now(); time.Since(since) < time.Duration(rounds(3, 20))*time.Second; time.Sleep(500 * time.Millisecond) {
			c.waitForOps(20)
		}
		c.killOne()
		if err := store.Up(); err != nil {
			t.Fatal(err)
		}
		c.waitForOps(100)
	}
	c.verify()
}

// killOne kills any worker, and starts another in its place.
func (c *workers) killOne() {
	c.Helper()
	victim := rand.IntN(len(c.processes)) // #nosec G404 -- chance, no secret
	c.kill(victim)
	c.startWorker(victim, nil)
}

// startMongo is a MongoDB for one test.
func startMongo(t *testing.T) *mongodb.Server {
	t.Helper()
	s, err := mongodb.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	t.Cleanup(func() { dropMongo(t, s) })
	return s
}

// dropMongo leaves nothing in a real MongoDB.
func dropMongo(t *testing.T, s *mongodb.Server) {
	t.Helper()
	ctx := context.Background()
	client, err := mongo.Connect(options.Client().ApplyURI(s.URL()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Disconnect(ctx) }()
	if err := client.Database(database).Drop(ctx); err != nil {
		t.Error(err)
	}
}

package fleet

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
var database = fmt.Sprint("dictrack_test_fleet_", os.Getpid())

// With MongoDB behind Redis, processes are killed while it is there and while it is away, and it is killed and comes
// back while data flows: nothing is lost or doubled, and it has all in the end.
func TestMongoAway(t *testing.T) {
	t.Parallel()
	redis, store := startRedis(t), startMongo(t)
	// Short patience: a process that is started while MongoDB is away asks again itself.
	url := store.Database(database) + "&trackers=false&retry_timeout=5s"
	c := newCrew(t, url, redis.url(), redis.url(), redis.url())
	c.advance(50)
	for range rounds(1, 10) {
		c.killOne()
		c.advance(50 + rand.IntN(50)) // #nosec G404 -- chance, no secret
		store.Down()
		for away := time.Now(); time.Since(away) < time.Duration(rounds(3, 20))*time.Second; time.Sleep(500 * time.Millisecond) {
			c.advance(20)
		}
		c.killOne()
		if err := store.Up(); err != nil {
			t.Fatal(err)
		}
		c.advance(100)
	}
	c.verdict()
}

// killOne kills any worker, and starts another in its place.
func (c *crew) killOne() {
	c.Helper()
	victim := rand.IntN(len(c.members)) // #nosec G404 -- chance, no secret
	c.kill(victim)
	c.spawn(victim, nil)
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

package vectors_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dictrack/dictrack/internal/testserver/mongodb"
	"github.com/dictrack/dictrack/internal/testserver/postgres"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/mongostore"
	"github.com/dictrack/dictrack/store/pgstore"
)

// servers are the servers that stores need. Each starts one for a test, and returns how to open a store in
// its one database, and whether that is slow.
var servers = []struct {
	name  string
	start func(t *testing.T) (open func() store.Store, slow bool)
}{
	{"PostgreSQL", startPostgres},
	{"MongoDB", startMongo},
}

func startPostgres(t *testing.T) (open func() store.Store, slow bool) {
	t.Helper()
	s, err := postgres.Start(postgres.NoSync)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return opener(t, func(ctx context.Context) (store.Store, error) {
		return pgstore.Open(ctx, s.URL(), pgstore.Options{})
	}), false
}

func startMongo(t *testing.T) (open func() store.Store, slow bool) {
	t.Helper()
	s, err := mongodb.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	database := fmt.Sprint("dictrack_test_vectors_", os.Getpid())
	t.Cleanup(func() { drop(t, s, database) })
	return opener(t, func(ctx context.Context) (store.Store, error) {
		return mongostore.Open(ctx, s.Database(database), mongostore.Options{DisableTrackerDocs: true})
	}), s.Slow()
}

// drop leaves nothing in a real MongoDB.
func drop(t *testing.T, s *mongodb.Server, database string) {
	t.Helper()
	ctx := context.Background()
	client, err := mongo.Connect(options.Client().ApplyURI(s.URL()))
	if err == nil {
		err = client.Database(database).Drop(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Disconnect(ctx); err != nil {
		t.Error(err)
	}
}

func opener(t *testing.T, open func(ctx context.Context) (store.Store, error)) func() store.Store {
	return func() store.Store {
		t.Helper()
		st, err := open(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
}

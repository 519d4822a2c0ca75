package mongostore

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dictrack/dictrack/internal/retry"
	"github.com/dictrack/dictrack/store"
)

// Store is a store.Store in a MongoDB database. Any number of them, in any number of processes, may work in
// one database at once.
type Store struct {
	client *mongo.Client
	owned  bool // disconnect the client too
	log    *slog.Logger
	where  string // servers and database, for people
	inline int    // how many chunks of a group are in its document
	shows  bool   // keeps a document for each tracker
	me     string // names this Store in the documents of groups

	meta, groups, parts, ids, definitions, trackers *mongo.Collection

	floor  atomic.Int64 // the version that new groups started from when somebody last looked
	cached *definitionCache
	claims claims
	tender *tender
	moving chan struct{} // capacity 1: full while ids move out of tails, see move

	life  context.Context // ends when nothing is waited for any more
	end   context.CancelFunc
	calls *retry.Retrier
}

var _ store.Store = (*Store)(nil)

// partingTime is how long Close waits for answers of servers.
const partingTime = 5 * time.Second

// Close waits for the calls under way, brings the trackers' documents up to date, and disconnects, unless the
// client is one that New was given. Servers that do not answer are waited for some seconds only: calls
// that wait for them return store.ErrClosed, whatever became of what they asked for, and the documents are
// left to whoever opens the store next.
func (s *Store) Close() error {
	if !s.calls.Close() {
		return nil
	}
	late := time.AfterFunc(partingTime, s.end)
	defer late.Stop()
	defer s.end()
	s.calls.Wait()
	s.tender.stop()
	if s.owned {
		return s.disconnect()
	}
	return nil
}

func (s *Store) disconnect() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := s.client.Disconnect(ctx); err != nil {
		return s.plain(err)
	}
	return nil
}

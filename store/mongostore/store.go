package mongostore

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dictrack/dictrack/store"
)

// Store is a store.Store in a MongoDB database. Any number of them, in any number of processes, may work in
// one database at once.
type Store struct {
	client   *mongo.Client
	owned    bool // disconnect the client too
	log      *slog.Logger
	patience time.Duration
	where    string // servers and database, for people
	inline   int    // how many chunks of a group are in its document
	shows    bool   // keeps a document for each tracker
	me       string // names this Store in the documents of groups

	meta, groups, parts, ids, definitions, trackers *mongo.Collection

	floor  atomic.Int64 // the version that new groups started from when somebody last looked
	known  known
	claims claims
	tender *tender
	moving sync.Mutex // held while ids move out of tails

	mu      sync.Mutex // protects closed, and calls from beginning after it is set
	closed  bool
	life    context.Context // ends when nothing is waited for any more
	end     context.CancelFunc
	closing chan struct{} // closed when Close was called: nobody waits for a server that is away
	calls   sync.WaitGroup
}

var _ store.Store = (*Store)(nil)

// begin counts a call, until calls.Done. The error says why there can be none.
func (s *Store) begin(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.calls.Add(1)
	return nil
}

// partingTime is how long Close waits for answers of servers.
const partingTime = 5 * time.Second

// Close waits for the calls under way, brings the trackers' documents up to date, and disconnects, unless the
// client is one that OpenClient was given. Servers that do not answer are waited for some seconds only: calls
// that wait for them return store.ErrClosed, whatever became of what they asked for, and the documents are
// left to whoever opens the store next.
func (s *Store) Close() error {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	s.mu.Unlock()
	if !first {
		return nil
	}
	close(s.closing)
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

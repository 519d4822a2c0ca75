package mongostore

import (
	"time"

	"github.com/dictrack/dictrack/store"
)

// Store is a store.Store in a MongoDB database. Any number of them, in any number of processes, may use one database at
// once.
type Store struct {
	*database
	groupLocks keyedMutex
	maintainer *maintainer
}

var _ store.Store = (*Store)(nil)

// closeTimeout is how long Close waits for servers to answer.
const closeTimeout = 5 * time.Second

// Close waits for the calls under way, updates the tracker documents, and disconnects, unless New was given the client.
// It waits for a few seconds at most: then calls that still wait for a server return record.ErrClosed with an unknown
// outcome, and the tracker documents are updated by the process that opens the store next.
func (s *Store) Close() error {
	if !s.retrier.Close() {
		return nil
	}
	timeout := time.AfterFunc(closeTimeout, s.cancel)
	defer timeout.Stop()
	defer s.cancel()
	s.retrier.Wait()
	s.maintainer.stop()
	if s.owned {
		return s.disconnect()
	}
	return nil
}

package mongostore

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dictrack/dictrack/internal/retry"
)

// tender does for groups what is left to be done after a commit, a moment later and for many at once: it
// brings the trackers' documents up to date, moves ids out of tails, and removes parts that are no longer
// named. A group's document says that there is something to do, so that whoever loads it, or opens the store,
// does what a process that ended has left. All of it may be done twice, and by several at once.
type tender struct {
	s     *Store
	after time.Duration
	done  chan struct{} // closed when run has ended
	stops chan struct{} // closed when run is to end
	wake  chan struct{}

	busy   sync.Mutex // held while groups are tended; protects shown and labels
	shown  images
	labels labels

	mu      sync.Mutex      // protects all below
	waiting map[string]bool // keys; true: all there is, whatever the document says
	tails   map[string]int  // keys; ids that commits of this Store have put there
}

func newTender(s *Store, after time.Duration) *tender {
	return &tender{
		s: s, after: after, done: make(chan struct{}), stops: make(chan struct{}), wake: make(chan struct{}, 1),
		labels: labels{}, waiting: map[string]bool{}, tails: map[string]int{},
	}
}

// note tells of a commit.
func (t *tender) note(w *write) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if w.ids > 0 {
		if len(t.tails) >= maxTails {
			clear(t.tails)
		}
		t.tails[w.key] += w.ids
	}
	if w.urgent || t.tails[w.key] >= longTail {
		t.add(w.key, false)
	}
}

// queue has a group tended. All is for looking at everything, whatever the document says.
func (t *tender) queue(key string, all bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.add(key, all)
}

// add is queue for whoever holds mu.
func (t *tender) add(key string, all bool) {
	t.waiting[key] = t.waiting[key] || all
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// maxTended is how many groups are tended at once.
const maxTended = 100

// take are some of those that wait.
func (t *tender) take() map[string]bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	some := map[string]bool{}
	for key, all := range t.waiting {
		if len(some) == maxTended {
			break
		}
		some[key] = all
		delete(t.waiting, key)
		delete(t.tails, key)
	}
	return some
}

// rest lets nobody tend until the function that it returns is called.
func (t *tender) rest() func() {
	t.busy.Lock()
	return t.busy.Unlock
}

// run tends until stop.
func (t *tender) run() {
	defer close(t.done)
	t.leftovers()
	for wait := t.after; ; {
		select {
		case <-t.stops:
			t.round()
			return
		case <-t.wake:
		}
		timer := time.NewTimer(wait)
		select {
		case <-t.stops:
		case <-timer.C:
		}
		timer.Stop()
		if wait = t.after; !t.round() {
			wait = max(wait, retry.MaxBackoff)
		}
	}
}

// stop tends what waits, as long as the store lives.
func (t *tender) stop() {
	close(t.stops)
	<-t.done
}

// leftovers queues what processes that ended have left. What others are about to do is among it, and does no
// harm.
func (t *tender) leftovers() {
	err := t.s.calls.DoOnce(t.s.life, t.s.calls.Timeout, func(ctx context.Context) error {
		o := options.Find().SetProjection(object("_id", 1))
		return each(ctx, t.s.groups, object(fieldTodo, true), o, func(raw bson.Raw) error {
			if key, ok := raw.Lookup("_id").StringValueOK(); ok {
				t.queue(key, false)
			}
			return nil
		})
	})
	t.complain(err)
}

// round tends all that wait, until something fails.
func (t *tender) round() bool {
	for {
		some := t.take()
		if len(some) == 0 {
			return true
		}
		if err := t.tend(t.s.life, some); err != nil {
			t.complain(err)
			for key, all := range some {
				t.queue(key, all)
			}
			return false
		}
	}
}

func (t *tender) complain(err error) {
	if err != nil && t.s.life.Err() == nil && !errors.Is(err, retry.ErrRetry) {
		t.s.log.Warn("what follows commits is late; trying again", "error", t.s.plain(err))
	}
}

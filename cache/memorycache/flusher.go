package memorycache

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxFlights bounds how many groups are written at once, and maxChunks how many of their chunks, but for a group
	// that is larger by itself.
	maxFlights, maxChunks = 1024, 4096
	// firstRest and lastRest are how long nothing is tried after a failure, and after many of them.
	firstRest, lastRest = 20 * time.Millisecond, time.Second
)

// flusher knows which groups the Backing does not have as they are, and when which is to be written.
type flusher struct {
	wake  chan struct{} // capacity 1: there may be something to do earlier
	ended chan struct{} // closed when the writer has ended; nil before Start
	// drains is how many calls wait until all is written.
	drains atomic.Int64

	mu    sync.Mutex // protects all below; may be locked by who has locked a place, and not the other way round
	queue []*place   // to be written, the earliest due first
	alone []*place   // to be written one by one: each failed by itself
	ahead map[string]*place
	lost  []*OtherWriterError
	moved chan struct{} // closed when something has become of flights

	size     int // of the next batch
	failures int // in a row
	cause    error
	resting  time.Time // until then nothing is tried
	single   bool      // the last batch was one of those alone
}

func (f *flusher) init() {
	f.wake, f.moved = make(chan struct{}, 1), make(chan struct{})
	f.ahead, f.size = map[string]*place{}, maxFlights
}

// hurry has the writer look what there is to do.
func (f *flusher) hurry() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// put enters a group that is to be handed over at due at the latest.
func (f *flusher) put(p *place, due time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ahead[p.name] = p
	p.due = due
	if p.alone {
		f.alone = append(f.alone, p)
		return
	}
	i, _ := slices.BinarySearchFunc(f.queue, due, func(q *place, due time.Time) int {
		if q.due.After(due) {
			return 1
		}
		return -1 // of those due at the same time it is the last
	})
	f.queue = slices.Insert(f.queue, i, p)
	if i == 0 {
		f.hurry()
	}
}

// clean takes in that the Backing has a group as it is.
func (f *flusher) clean(p *place) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.ahead, p.name)
}

// lose takes in that a group is lost.
func (f *flusher) lose(p *place) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.ahead, p.name)
	f.lost = append(f.lost, p.lost)
}

// forgive forgets which groups were lost.
func (f *flusher) forgive() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lost = nil
}

// tell wakes who waits for flights; mu is held.
func (f *flusher) tell() {
	close(f.moved)
	f.moved = make(chan struct{})
}

// next takes the groups that are to be written now, or says how long there is nothing to do. When one is due, or it is
// urgent, others go along. One that failed alone goes alone, in turns with the others.
func (f *flusher) next(now time.Time, urgent bool) ([]*place, time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	wait := f.resting.Sub(now)
	if wait > 0 {
		return nil, wait
	}
	wait = time.Hour
	many, one := 0, -1
	if len(f.queue) > 0 {
		wait = f.queue[0].due.Sub(now)
		if urgent || wait <= 0 {
			many = min(len(f.queue), f.size)
		}
	}
	for i, p := range f.alone {
		wait = min(wait, p.due.Sub(now))
		if one < 0 && !p.due.After(now) {
			one = i
		}
	}
	return f.take(many, one), wait
}

// take removes the first of the queue, or the one alone whose turn it is; one is -1 for none.
func (f *flusher) take(many, one int) (batch []*place) {
	f.single = one >= 0 && (many == 0 || !f.single)
	if f.single {
		batch = []*place{f.alone[one]}
		f.alone = slices.Delete(f.alone, one, one+1)
		return batch
	}
	batch = slices.Clone(f.queue[:many])
	f.queue = slices.Delete(f.queue, 0, many)
	return batch
}

// succeeded takes in that nothing of a batch must be brought again; after failures it returns true.
func (f *flusher) succeeded(batch []*flight) (again bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	again = f.failures > 0
	f.failures, f.cause = 0, nil
	f.size = min(2*f.size, maxFlights)
	for _, one := range batch {
		one.place.alone = false
	}
	f.tell()
	return again
}

// failed takes in that flights must be brought again, and returns for how long nothing is tried. The next batch is
// smaller, until what cannot be written is found to be one group, which then holds up no others.
func (f *flusher) failed(now time.Time, tried int, batch []*flight, cause error) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failures++
	f.cause = cause
	f.size = max(1, tried/2)
	for _, one := range batch {
		one.tries++
		one.place.alone = tried == 1
	}
	f.resting = now.Add(rest(f.failures))
	f.tell()
	return rest(f.failures)
}

// rest grows with every failure.
func rest(failures int) time.Duration {
	return min(lastRest, firstRest<<min(failures-1, 10))
}

// Package batch sends requests together, because a request costs its system calls and little else. It is batching with
// a linger: requests that come while enough batches are under way wait for one of those to end, but never longer than
// the linger time. Nothing waits while few batches are under way.
package batch

import (
	"sync"
	"time"
)

const (
	// Size is how many requests a batch has at most.
	Size = 128
	// linger is how long a request waits for a batch to end.
	linger = 500 * time.Microsecond
)

// Batcher collects requests into batches.
type Batcher[T any] struct {
	// Send handles a batch and returns when all of it is done.
	Send func(batch []T)
	// MaxConcurrent is how many batches may be under way before requests wait; 0 means that none ever wait.
	MaxConcurrent int

	mu       sync.Mutex // protects all below
	queue    []T
	inFlight int
	timed    bool // a timer will start the next batch
}

// Add adds requests. It takes ownership of the slice and does not wait for the requests.
func (b *Batcher[T]) Add(requests ...T) {
	if b.MaxConcurrent == 0 {
		b.sendAll(requests)
		return
	}
	for _, batch := range b.enqueue(requests) {
		go b.run(batch)
	}
}

// sendAll sends requests at once.
func (b *Batcher[T]) sendAll(requests []T) {
	for len(requests) > Size {
		go b.Send(requests[:Size])
		requests = requests[Size:]
	}
	go b.Send(requests)
}

// run sends a batch, and starts another one when it has ended.
func (b *Batcher[T]) run(batch []T) {
	defer func() {
		if next := b.finish(); next != nil {
			go b.run(next)
		}
	}()
	b.Send(batch)
}

// expire starts a batch although many are under way: a server may be slow or gone, or a condition of a tracker slow.
func (b *Batcher[T]) expire() {
	if next := b.lingered(); next != nil {
		b.run(next)
	}
}

// enqueue queues requests and returns the batches to start at once.
func (b *Batcher[T]) enqueue(requests []T) (batches [][]T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queue = append(b.queue, requests...)
	for b.inFlight < b.MaxConcurrent && len(b.queue) > 0 {
		batches = append(batches, b.next())
	}
	b.startTimer()
	return batches
}

// finish ends a batch and returns the one to start in its place.
func (b *Batcher[T]) finish() []T {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inFlight--
	if b.inFlight < b.MaxConcurrent {
		return b.next()
	}
	return nil
}

// lingered returns the batch of the requests that have waited long enough.
func (b *Batcher[T]) lingered() []T {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timed = false
	next := b.next()
	b.startTimer()
	return next
}

// startTimer bounds how long queued requests wait. The lock is held.
func (b *Batcher[T]) startTimer() {
	if len(b.queue) > 0 && !b.timed {
		b.timed = true
		time.AfterFunc(linger, b.expire)
	}
}

// next takes a batch from the front of the queue; nil if it is empty. The lock is held.
func (b *Batcher[T]) next() []T {
	if len(b.queue) == 0 {
		return nil
	}
	n := min(Size, len(b.queue))
	next := b.queue[:n:n]
	if b.queue = b.queue[n:]; len(b.queue) == 0 {
		b.queue = nil
	}
	b.inFlight++
	return next
}

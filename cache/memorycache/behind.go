package memorycache

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/mailbox"
)

// Behind bounds how far the store may be behind a cache that writes behind.
type Behind struct {
	// Every is how old a settled call gets at most before the store has it, as long as the store writes all that waits
	// in a quarter of that time: changes are handed over when they are half as old. At least a millisecond; defaults
	// to a second.
	Every time.Duration
	// Changes is how many settled calls the store may not have yet, whatever the store does. Further calls that
	// change something wait until it has some of them, or until their context ends. At least 1; defaults to 10,000.
	Changes int
	// Bound says how much is held in memory. Groups that the store does not have as they are stay, so there may be
	// as many more as Changes says.
	Bound Bound
}

// withDefaults fills what was left out and checks the rest.
func (b Behind) withDefaults() (Behind, error) {
	if b.Every != 0 && b.Every < time.Millisecond {
		return b, fmt.Errorf("memorycache: Behind.Every is %v, want 0 for a second, or at least a millisecond", b.Every)
	}
	if b.Changes < 0 {
		return b, fmt.Errorf("memorycache: Behind.Changes is %d, want 0 for 10,000, or at least 1", b.Changes)
	}
	if err := b.Bound.validate(true); err != nil {
		return b, err
	}
	if b.Every == 0 {
		b.Every = time.Second
	}
	if b.Changes == 0 {
		b.Changes = 10_000
	}
	return b, nil
}

// WriteBehind is a cache in memory that settles a call when its step is done, and brings many calls at a time to the
// Backing later. It is faster than a Cache by what a commit costs, and gives up that every settled call is kept: when
// the process ends without Close, calls may be missing that were settled in the last Behind.Every, Behind.Changes of
// them at most. While the Backing is slow or cannot be written, calls go on until there are so many, and then it is
// those that may be missing, however old.
//
// What is missing is missing whole, and the last of each group: a group is back at an earlier version, never at one
// that was not. The ids of missing calls are missing too, so that a call that is made again counts once. The versions
// of missing calls, and with them the ids of events that listeners were told, are given again.
//
// It must be the only writer. When somebody else has written a group, the calls of that group that the Backing does
// not have yet cannot be brought there and are lost; that is logged, and from then on each call on the group fails with
// an OtherWriterError until everything is flushed, or another cache is opened.
//
// Make it with NewBehind. It needs a Backing.
type WriteBehind struct {
	bound   Behind
	host    cache.Host // of Start
	places  placeSet
	room    room
	flusher flusher

	calls crowd // under way; shut by Close

	flushing chan struct{}                 // capacity 1: held by a Flush
	calm     atomic.Pointer[chan struct{}] // while no task may begin; closed when it is over

	// life ends with Close, and with it what the Backing is asked to do.
	life context.Context
	end  context.CancelFunc
}

var _ cache.Ahead = (*WriteBehind)(nil)

// NewBehind is an empty cache that is ahead of its Backing as far as b allows. The zero Behind is usable. What is
// wrong with b, Start says.
func NewBehind(b Behind) *WriteBehind {
	c := &WriteBehind{bound: b, calls: crowd{gone: make(chan struct{})}, flushing: make(chan struct{}, 1)}
	c.life, c.end = context.WithCancel(context.Background())
	c.places.seed = maphash.MakeSeed()
	for i := range c.places.parts {
		c.places.parts[i].of = map[string]*place{}
	}
	c.flusher.init()
	return c
}

// Start implements cache.Cache.
func (c *WriteBehind) Start(ctx context.Context, h cache.Host) error {
	bound, err := c.bound.withDefaults()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return err
	}
	if h.Backing == nil {
		return errors.New("memorycache: there is no store to write to: set a store, or use memorycache.New for groups in memory alone")
	}
	c.bound, c.host = bound, h
	c.places.held.bound = bound.Bound
	c.room.limit = int64(bound.Changes)
	c.flusher.ended = make(chan struct{})
	go c.write()
	return nil
}

// Update implements cache.Cache. It never returns an error: what a call has to wait for comes before its step.
func (c *WriteBehind) Update(ctx context.Context, tasks []cache.Task) error {
	if err := c.begin(ctx); err != nil {
		mailbox.Refuse(tasks, err)
		return nil
	}
	defer c.calls.leave()
	switch {
	case len(tasks) == 1:
		c.visit(ctx, &visit{task: tasks[0]})
	case len(tasks) < parallelFrom:
		c.visitAll(ctx, tasks)
	default:
		var workers sync.WaitGroup
		for _, part := range c.places.split(tasks) {
			workers.Go(func() { c.visitAll(ctx, part) })
		}
		workers.Wait()
	}
	return nil
}

// begin lets in a call; calls.leave must follow when there is no error.
func (c *WriteBehind) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !c.calls.enter() {
		return cache.ErrClosed
	}
	return nil
}

// Forget implements cache.Cache. The cache keeps ids only until the Backing has them.
func (c *WriteBehind) Forget(context.Context, int64) error { return nil }

// OtherWriterError says that somebody else wrote a group while calls on it were not in the store yet. They are lost.
type OtherWriterError struct {
	Group string
	// Calls is how many.
	Calls int
}

func (e *OtherWriterError) Error() string {
	return fmt.Sprintf("group %q was written by another process while %d call(s) were not in the store yet, which are lost: "+
		"a cache that writes behind must be the only writer; stop the other one and open this one again", e.Group, e.Calls)
}

package memorycache

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dictrack/dictrack/cache"
)

// UnwrittenError says what the Backing does not have.
type UnwrittenError struct {
	// Groups are those that are not there as they are in the cache.
	Groups []string
	// Calls is how many settled calls are missing.
	Calls int
	// Err is why nobody waits any longer, with the last failure of the Backing.
	Err error
}

func (e *UnwrittenError) Error() string {
	const most = 5
	names := strings.Join(e.Groups[:min(most, len(e.Groups))], ", ")
	if len(e.Groups) > most {
		names += ", ..."
	}
	return fmt.Sprintf("the store does not have %d call(s) on %d group(s) yet (%s): %v", e.Calls, len(e.Groups), names, e.Err)
}

// Unwrap returns the cause.
func (e *UnwrittenError) Unwrap() error { return e.Err }

// Groups implements cache.Cache.
func (c *WriteBehind) Groups(ctx context.Context, after string, limit int) ([]string, error) {
	if err := c.begin(ctx); err != nil {
		return nil, err
	}
	defer c.calls.leave()
	var names []string
	for _, p := range c.flusher.places() {
		if p.name > after {
			names = append(names, p.name)
		}
	}
	slices.Sort(names)
	return names[:min(len(names), max(0, limit))], nil
}

// Due implements cache.Ahead.
func (c *WriteBehind) Due(ctx context.Context, until int64, limit int) ([]cache.Due, error) {
	if err := c.begin(ctx); err != nil {
		return nil, err
	}
	defer c.calls.leave()
	var due []cache.Due
	for _, p := range c.flusher.places() {
		if at, ok := p.dueAt(); ok && at <= until {
			due = append(due, cache.Due{Group: p.name, At: at})
		}
	}
	slices.SortFunc(due, func(a, b cache.Due) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Group, b.Group))
	})
	return due[:min(len(due), max(0, limit))], nil
}

// dueAt is when the clock changes the group; ok is false when it is gone meanwhile.
func (p *place) dueAt() (at int64, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.group == nil {
		return 0, false
	}
	return p.group.Due(), true
}

// Drain implements cache.Ahead. It goes on trying until ctx ends; then the error is an UnwrittenError. Groups that are
// lost are told of each time, with an OtherWriterError.
func (c *WriteBehind) Drain(ctx context.Context) error {
	if err := c.begin(ctx); err != nil {
		return err
	}
	defer c.calls.leave()
	return c.drain(ctx)
}

// promise is a version of a group that the Backing is to have.
type promise struct {
	place   *place
	version uint64
}

// kept tells whether the Backing has it, or never will.
func (one promise) kept() bool {
	p := one.place
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.ahead() || p.kept >= one.version
}

func (c *WriteBehind) drain(ctx context.Context) error {
	return errors.Join(c.written(ctx), c.flusher.losses())
}

// written returns when the Backing has all that was settled before, but for groups that are lost.
func (c *WriteBehind) written(ctx context.Context) error {
	f := &c.flusher
	f.drains.Add(1)
	defer f.drains.Add(-1)
	f.hurry()
	open := c.promises()
	for {
		moved := f.moves()
		if open = slices.DeleteFunc(open, promise.kept); len(open) == 0 {
			return nil
		}
		select {
		case <-moved:
		case <-f.ended:
			return c.unwritten(cache.ErrClosed)
		case <-ctx.Done():
			return c.unwritten(ctx.Err())
		}
	}
}

// promises are what the Backing does not have now.
func (c *WriteBehind) promises() []promise {
	var open []promise
	for _, p := range c.flusher.places() {
		p.mu.Lock()
		if p.ahead() {
			open = append(open, promise{p, p.group.Version()})
		}
		p.mu.Unlock()
	}
	return open
}

// unwritten says what the Backing does not have now.
func (c *WriteBehind) unwritten(why error) error {
	e := &UnwrittenError{Err: errors.Join(why, c.flusher.failure())}
	for _, p := range c.flusher.places() {
		p.mu.Lock()
		if calls := p.unwritten(); calls > 0 {
			e.Groups, e.Calls = append(e.Groups, p.name), e.Calls+calls
		}
		p.mu.Unlock()
	}
	slices.Sort(e.Groups)
	return e
}

// places are the groups that the Backing does not have as they are.
func (f *flusher) places() []*place {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make([]*place, 0, len(f.ahead))
	for _, p := range f.ahead {
		all = append(all, p)
	}
	return all
}

// moves is closed when something becomes of flights after this call.
func (f *flusher) moves() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.moved
}

// failure is why the last batch was not written; nil when it was.
func (f *flusher) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cause
}

// losses are the groups that were lost.
func (f *flusher) losses() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []error
	for _, one := range f.lost {
		all = append(all, one)
	}
	return errors.Join(all...)
}

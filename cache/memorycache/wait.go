package memorycache

import (
	"context"

	"github.com/dictrack/dictrack/cache"
)

// leave gives up waiting.
func (c *WriteBehind) leave(v *visit, err error) {
	p := v.at
	if p == nil { // not begun
		c.settle(v, err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	v.comeBack(p)
	v.drop(p)
	c.settle(v, err)
	c.places.vacate(p)
}

// meet waits for what a visit needs. The error is why it is never met: that of the context, of the Backing, or that
// the cache was closed and waits no more.
func (c *WriteBehind) meet(ctx context.Context, v *visit) error {
	both, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.life, cancel)()
	err := c.supply(both, v)
	if err != nil && c.life.Err() != nil && ctx.Err() == nil {
		return cache.ErrClosed
	}
	return err
}

func (c *WriteBehind) supply(ctx context.Context, v *visit) error {
	switch v.need {
	case aGroup:
		if l := c.load(v.at); l != nil {
			return await(ctx, l.done, &l.err)
		}
		return nil
	case anAnswer:
		return c.ask(ctx, v.question)
	case someRoom:
		err := c.room.wait(ctx)
		v.room = err == nil
		return err
	default:
		if over := c.calm.Load(); over != nil {
			return await(ctx, *over, nil)
		}
		return nil
	}
}

// await waits until done is closed, and returns the error that came with it.
func await(ctx context.Context, done <-chan struct{}, err *error) error {
	select {
	case <-done:
		if err != nil {
			return *err
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

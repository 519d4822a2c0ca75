package writebehind

import (
	"context"

	"github.com/dictrack/dictrack/record"
)

// Sync implements cache.WriteBehind. It tries until ctx ends; then the error is a PendingWritesError. The error also has a
// ConflictingWriterError for each group that is lost.
func (c *Cache) Sync(ctx context.Context) error {
	if err := c.enter(ctx); err != nil {
		return err
	}
	defer c.calls.Leave()
	return c.writer.sync(ctx)
}

// Flush implements cache.Cache. It runs then when the store has everything, so that nothing is lost if then fails.
func (c *Cache) Flush(ctx context.Context, then func() error) error {
	if err := c.enter(ctx); err != nil {
		return err
	}
	defer c.calls.Leave()
	select {
	case c.flush <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-c.flush }()
	if err := c.writer.waitWritten(ctx); err != nil { // most of it, while calls go on
		return err
	}
	return c.flushPaused(ctx, then)
}

// flushPaused runs then while no task is applied and the store has everything, and drops all groups.
func (c *Cache) flushPaused(ctx context.Context, then func() error) error {
	over := make(chan struct{})
	c.executor.pause.Store(&over)
	defer func() {
		c.executor.pause.Store(nil)
		close(over)
	}()
	err := await(ctx, c.quiesced(), nil)
	if err == nil {
		err = c.writer.waitWritten(ctx)
	}
	if err != nil {
		return err
	}
	err = then()
	c.dropAll()
	return err
}

// quiesced is closed when no task is being applied. A later one finds that tasks are paused.
func (c *Cache) quiesced() <-chan struct{} {
	quiesced := make(chan struct{})
	go func() {
		defer close(quiesced)
		for _, e := range c.entries.all() {
			e.mu.Lock()
			e.mu.Unlock() //nolint:staticcheck // having had the lock is all
		}
	}()
	return quiesced
}

// dropAll drops all groups. No task is being applied, and the store had everything.
func (c *Cache) dropAll() {
	for _, e := range c.entries.all() {
		e.mu.Lock()
		c.entries.remove(e)
		e.mu.Unlock()
	}
	c.writer.queue.clearLost()
}

// Close implements cache.Cache. When ctx ends before the store has everything, the error is a PendingWritesError, and the
// calls that it counts are lost.
func (c *Cache) Close(ctx context.Context) error {
	if c.ctx.Err() != nil {
		return nil
	}
	c.calls.Close(record.ErrClosed)
	err := c.calls.Wait(ctx)
	if pending := c.writer.sync(ctx); pending != nil {
		err = pending
	}
	c.stop()
	if c.writer.stopped != nil && ctx.Err() == nil {
		_ = await(ctx, c.writer.stopped, nil) // it has nothing more to do
	}
	return err
}

package memorycache

import "context"

// Flush implements cache.Cache. It runs then when the Backing has everything, so that nothing is lost if then fails.
func (c *WriteBehind) Flush(ctx context.Context, then func() error) error {
	if err := c.begin(ctx); err != nil {
		return err
	}
	defer c.calls.leave()
	select {
	case c.flushing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-c.flushing }()
	if err := c.written(ctx); err != nil { // most of it, while calls go on
		return err
	}
	return c.empty(ctx, then)
}

// empty runs then while no task is running and the Backing has everything, and drops all groups.
func (c *WriteBehind) empty(ctx context.Context, then func() error) error {
	over := make(chan struct{})
	c.calm.Store(&over)
	defer func() {
		c.calm.Store(nil)
		close(over)
	}()
	err := await(ctx, c.still(), nil)
	if err == nil {
		err = c.written(ctx)
	}
	if err != nil {
		return err
	}
	err = then()
	c.wipe()
	return err
}

// still is closed when no task is running. One that comes later finds that there is to be calm.
func (c *WriteBehind) still() <-chan struct{} {
	still := make(chan struct{})
	go func() {
		defer close(still)
		for _, p := range c.places.all() {
			p.mu.Lock()
			p.mu.Unlock() //nolint:staticcheck // having had the lock is all
		}
	}()
	return still
}

// wipe drops all groups. No task is running, and the Backing had everything.
func (c *WriteBehind) wipe() {
	for _, p := range c.places.all() {
		p.mu.Lock()
		c.places.remove(p)
		p.mu.Unlock()
	}
	c.flusher.forgive()
}

// Close implements cache.Cache. When ctx ends before the Backing has everything, the error is an UnwrittenError, and
// what it tells of is gone.
func (c *WriteBehind) Close(ctx context.Context) error {
	if c.life.Err() != nil {
		return nil
	}
	c.calls.shut()
	err := await(ctx, c.calls.gone, nil)
	if drained := c.drain(ctx); drained != nil {
		err = drained
	}
	c.end()
	if c.flusher.ended != nil && ctx.Err() == nil {
		_ = await(ctx, c.flusher.ended, nil) // it has nothing more to do
	}
	return err
}

package memorycache

import "context"

// Flush implements cache.Cache.
func (c *Cache) Flush(ctx context.Context, then func() error) error {
	if err := c.calls.Err(ctx); err != nil {
		return err
	}
	if err := c.commits.Pause(ctx); err != nil {
		return err
	}
	defer c.commits.Resume()
	err := then()
	if err == nil || c.through != nil { // after an error, too, the store may be empty
		c.memory.clear()
	}
	return err
}

// Close implements cache.Cache.
func (c *Cache) Close(ctx context.Context) error {
	c.calls.Close()
	idle := make(chan struct{})
	go func() {
		defer close(idle)
		c.calls.Wait()
		c.memory.wait()
	}()
	var err error
	select {
	case <-idle:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if c.through != nil {
		c.through.stop()
	}
	return err
}

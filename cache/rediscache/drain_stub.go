package rediscache

import (
	"context"

	"github.com/dictrack/dictrack/cache"
)

type drains struct{}

func (c *Cache) check(ctx context.Context) error    { return nil }
func (c *Cache) drainAlways()                       {}
func (c *Cache) retireAlways()                      {}
func (c *Cache) drainOwn(ctx context.Context) error { return nil }
func (c *Cache) Drain(ctx context.Context) error    { return nil }
func (c *Cache) Due(ctx context.Context, until int64, limit int) ([]cache.Due, error) {
	return nil, nil
}
func (c *Cache) Forget(ctx context.Context, now int64) error { return nil }
func (c *Cache) Groups(ctx context.Context, after string, limit int) ([]string, error) {
	return nil, nil
}
func (c *Cache) Flush(ctx context.Context, then func() error) error { return nil }

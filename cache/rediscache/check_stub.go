package rediscache

import "context"

func (c *Cache) check(context.Context) error { return nil }

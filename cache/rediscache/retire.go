package rediscache

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/rueidis"
)

// retireAlways drops idle groups from Redis, until the cache closes.
func (c *Cache) retireAlways() {
	every := min(max(c.options.IdleTTL/8, 250*time.Millisecond), 5*time.Minute)
	for c.life.Err() == nil {
		sleep(c.life, every)
		if err := c.retire(c.life, every); err != nil && c.life.Err() == nil {
			c.host.Logger.Warn("idle groups cannot be dropped from redis, will try again", "error", err)
		}
	}
}

// retire goes through the groups of those shards that no other process went through within a time.
func (c *Cache) retire(ctx context.Context, every time.Duration) error {
	var shards []int
	err := c.each(ctx, func(k *shardKeys) rueidis.Completed {
		return c.client.B().Set().Key(k.rest).Value(c.process).Nx().PxMilliseconds(every.Milliseconds()).Build()
	}, func(shard int, r rueidis.RedisResult) error {
		err := r.Error()
		if err == nil {
			shards = append(shards, shard)
		}
		if rueidis.IsRedisNil(err) {
			return nil
		}
		return err
	})
	after := map[int]string{}
	for err == nil && len(shards) > 0 && ctx.Err() == nil {
		shards, err = c.retirePage(ctx, shards, after)
	}
	return err
}

// retirePage looks at the groups of each shard that come after a name, and returns the shards that have more.
func (c *Cache) retirePage(ctx context.Context, shards []int, after map[int]string) (more []int, err error) {
	commands := make([]rueidis.Completed, len(shards))
	for i, shard := range shards {
		commands[i] = c.namesAfter(shard, after[shard], page)
	}
	seconds := decimal(int64(c.options.IdleTTL / time.Second))
	var drops []rueidis.Completed
	for i, result := range c.send(ctx, commands) {
		names, err := result.AsStrSlice()
		if err != nil {
			return nil, c.suspect(fmt.Errorf("list groups of shard %d: %w", shards[i], err))
		}
		if len(names) == 0 {
			continue
		}
		k := &c.keys[shards[i]]
		keys := []string{k.head, k.names, k.dirty, k.due}
		for _, name := range names {
			keys = append(keys, k.group(name), k.waiting(name), k.changed(name))
		}
		drops = append(drops, retireScript.call(c.client.B(), keys, append([]string{seconds}, names...)...))
		if after[shards[i]] = names[len(names)-1]; len(names) == page {
			more = append(more, shards[i])
		}
	}
	for _, result := range c.send(ctx, drops) {
		if err := result.Error(); err != nil {
			return nil, c.suspect(fmt.Errorf("drop idle groups: %w", err))
		}
	}
	return more, nil
}

// namesAfter asks for names of groups of a shard, in bytewise order.
func (c *Cache) namesAfter(shard int, after string, limit int) rueidis.Completed {
	from := "-"
	if after != "" {
		from = "(" + after
	}
	return c.client.B().Zrangebylex().Key(c.keys[shard].names).Min(from).Max("+").Limit(0, int64(limit)).Build()
}

package rediscache

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/rueidis"
)

// flushFor is how long a shard stays held for a flush whose process is not heard of.
const flushFor = 10 * time.Second

// Flush implements cache.Cache. No other process works on groups meanwhile either. Where then fails, nothing is dropped;
// with a Backing, each group is compared with it at its next use, and the later state of the two goes on.
func (c *Cache) Flush(ctx context.Context, then func() error) error {
	if err := c.door.Refusal(ctx); err != nil {
		return err
	}
	if err := c.drains.lock(ctx); err != nil { // first, for a drain may look at groups
		return err
	}
	defer c.drains.unlock()
	if err := c.gate.close(ctx); err != nil {
		return err
	}
	defer c.gate.open()
	defer c.letGo(context.WithoutCancel(ctx))
	if err := c.hold(ctx, newEpoch(), flushFor); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	stop := c.holdOn(ctx)
	defer stop()
	if err := then(); err != nil {
		return err
	}
	if err := c.wipe(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	return nil
}

var errOther = errors.New("another process flushes")

// hold keeps all processes from the shards for some time; 0 lets them in again. With an epoch it begins to.
func (c *Cache) hold(ctx context.Context, epoch string, d time.Duration) error {
	return c.each(ctx, func(k *shardKeys) rueidis.Completed {
		return flushScript.call(c.client.B(), []string{k.head}, c.process, epoch, decimal(d.Milliseconds()))
	}, func(_ int, r rueidis.RedisResult) error {
		held, err := r.AsInt64()
		if err == nil && held == 0 {
			err = errOther
		}
		return err
	})
}

// letGo lets others in. Should it fail, the hold ends by itself.
func (c *Cache) letGo(ctx context.Context) {
	if err := c.hold(ctx, "", 0); err != nil {
		c.host.Logger.Warn("a flush cannot let others in at once", "error", err)
	}
}

// holdOn goes on holding until stop.
func (c *Cache) holdOn(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			sleep(ctx, flushFor/3)
			if ctx.Err() != nil {
				return
			}
			if err := c.hold(ctx, "", flushFor); err != nil {
				c.host.Logger.Warn("a flush cannot keep others away", "error", err)
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// wipe deletes every group and id, and lets new groups start above all versions.
func (c *Cache) wipe(ctx context.Context) error {
	floor, err := c.highest(ctx)
	if err != nil {
		return err
	}
	err = c.each(ctx, func(k *shardKeys) rueidis.Completed {
		return c.client.B().Hset().Key(k.head).FieldValue().FieldValue("floor", string(appendHex(nil, floor))).Build()
	}, func(_ int, r rueidis.RedisResult) error { return r.Error() })
	if err != nil {
		return err
	}
	for shard := range shardCount {
		if err := c.wipeShard(ctx, shard); err != nil {
			return fmt.Errorf("shard %d: %w", shard, err)
		}
	}
	return nil
}

// highest is the highest version of any group.
func (c *Cache) highest(ctx context.Context) (floor uint64, err error) {
	err = c.each(ctx, func(k *shardKeys) rueidis.Completed {
		return c.client.B().Hget().Key(k.head).Field("floor").Build()
	}, func(_ int, r rueidis.RedisResult) error {
		s, err := r.ToString()
		if rueidis.IsRedisNil(err) {
			return nil
		}
		if n, failed := strconv.ParseUint(s, 16, 64); failed == nil {
			floor = max(floor, n)
		}
		return err
	})
	for shard := 0; err == nil && shard < shardCount; shard++ {
		err = c.pages(ctx, shard, func(names []string) error {
			highest, err := c.highestOf(ctx, shard, names)
			floor = max(floor, highest)
			return err
		})
	}
	return floor, err
}

func (c *Cache) highestOf(ctx context.Context, shard int, names []string) (floor uint64, err error) {
	commands := make([]rueidis.Completed, len(names))
	for i, name := range names {
		commands[i] = c.client.B().Hget().Key(c.keys[shard].group(name)).Field(fieldMeta).Build()
	}
	for i, result := range c.send(ctx, commands) {
		sealed, err := result.ToString()
		if err != nil && kindOf(err) != wrong && !rueidis.IsRedisNil(err) {
			return 0, err
		}
		if m, err := parseMeta(c.keys[shard].group(names[i]), sealed); err == nil {
			floor = max(floor, m.version)
		} // what nobody can read had no version
	}
	return floor, nil
}

// pages goes through the names of the groups of a shard.
func (c *Cache) pages(ctx context.Context, shard int, do func(names []string) error) error {
	for after := ""; ; {
		names, err := c.send(ctx, []rueidis.Completed{c.namesAfter(shard, after, most)})[0].AsStrSlice()
		if err != nil || len(names) == 0 {
			return err
		}
		if err := do(names); err != nil {
			return err
		}
		after = names[len(names)-1]
	}
}

func (c *Cache) wipeShard(ctx context.Context, shard int) error {
	k := &c.keys[shard]
	err := c.pages(ctx, shard, func(names []string) error {
		keys := make([]string, 0, 3*len(names))
		for _, name := range names {
			keys = append(keys, k.group(name), k.waiting(name), k.changed(name))
		}
		return c.send(ctx, []rueidis.Completed{c.client.B().Unlink().Key(keys...).Build()})[0].Error()
	})
	if err != nil {
		return err
	}
	hours, err := c.send(ctx, []rueidis.Completed{c.client.B().Zrange().Key(k.hours).Min("0").Max("-1").Build()})[0].AsStrSlice()
	if err != nil {
		return err
	}
	keys := []string{k.ids, k.dirty, k.due, k.names, k.hours}
	for _, h := range hours {
		keys = append(keys, k.hourNamed(h))
	}
	return c.send(ctx, []rueidis.Completed{c.client.B().Unlink().Key(keys...).Build()})[0].Error()
}

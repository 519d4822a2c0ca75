package rediscache

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/script"
	"github.com/dictrack/dictrack/cache/rediscache/internal/server"
)

// holdTTL is how long a flush holds a shard if its process does not extend the hold.
const holdTTL = 10 * time.Second

// Flush implements cache.Cache. No other process works on groups meanwhile either. If then fails, nothing is deleted; with
// a store, each group is compared with it when it is used next, and the later version counts.
func (c *Cache) Flush(ctx context.Context, then func() error) error {
	if err := c.calls.Err(ctx); err != nil {
		return err
	}
	if err := c.writer.Lock(ctx); err != nil { // before the pause, because writing back may refresh groups
		return err
	}
	defer c.writer.Unlock()
	if err := c.committer.Pause(ctx); err != nil {
		return err
	}
	defer c.committer.Resume()
	defer c.releaseShards(context.WithoutCancel(ctx))
	if err := c.holdShards(ctx, server.NewEpoch(), holdTTL); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	stop := c.extendHold(ctx)
	defer stop()
	if err := then(); err != nil {
		return err
	}
	if err := c.deleteAll(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("flush: %w", err)
	}
	return nil
}

var errHeld = errors.New("another process is flushing")

// holdShards keeps all processes out of the shards for a time, or extends that if epoch is empty; 0 lets them in again.
func (c *Cache) holdShards(ctx context.Context, epoch string, d time.Duration) error {
	return c.client.EachShard(ctx, func(shard int) rueidis.Completed {
		keys := []string{c.client.Keys[shard].Head}
		return script.HoldShard.Call(c.client.B(), keys, c.client.Process, epoch, format.Decimal(d.Milliseconds()))
	}, func(_ int, r rueidis.RedisResult) error {
		held, err := r.AsInt64()
		if err == nil && held == 0 {
			err = errHeld
		}
		return err
	})
}

// releaseShards lets other processes in. If it fails, they wait until the hold expires.
func (c *Cache) releaseShards(ctx context.Context) {
	if err := c.holdShards(ctx, "", 0); err != nil {
		c.client.Logger.Warn("cannot release redis after a flush; other processes wait until its hold expires", "error", err)
	}
}

// extendHold extends the hold until stop is called.
func (c *Cache) extendHold(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			server.Sleep(ctx, holdTTL/3)
			if ctx.Err() != nil {
				return
			}
			if err := c.holdShards(ctx, "", holdTTL); err != nil {
				c.client.Logger.Warn("cannot extend the hold of a flush on redis", "error", err)
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// deleteAll deletes every group and message id. New groups begin above all versions that there were.
func (c *Cache) deleteAll(ctx context.Context) error {
	floor, err := c.maxVersion(ctx)
	if err != nil {
		return err
	}
	err = c.client.EachShard(ctx, func(shard int) rueidis.Completed {
		version := string(format.AppendVersion(nil, floor))
		return c.client.B().Hset().Key(c.client.Keys[shard].Head).FieldValue().FieldValue(format.HeadFloor, version).Build()
	}, func(_ int, r rueidis.RedisResult) error { return r.Error() })
	if err != nil {
		return err
	}
	for shard := range format.ShardCount {
		if err := c.deleteShard(ctx, shard); err != nil {
			return fmt.Errorf("shard %d: %w", shard, err)
		}
	}
	return nil
}

// maxVersion is the highest version of any group that there is or was.
func (c *Cache) maxVersion(ctx context.Context) (version uint64, err error) {
	err = c.client.EachShard(ctx, func(shard int) rueidis.Completed {
		return c.client.B().Hget().Key(c.client.Keys[shard].Head).Field(format.HeadFloor).Build()
	}, func(_ int, r rueidis.RedisResult) error {
		text, err := r.ToString()
		if rueidis.IsRedisNil(err) {
			return nil
		}
		if floor, ok := format.ParseVersion(text); ok {
			version = max(version, floor)
		}
		return err
	})
	for shard := 0; err == nil && shard < format.ShardCount; shard++ {
		err = c.eachPage(ctx, shard, func(names []string) error {
			highest, err := c.maxVersionOf(ctx, shard, names)
			version = max(version, highest)
			return err
		})
	}
	return version, err
}

// maxVersionOf is the highest version of some groups. Records that cannot be read have none.
func (c *Cache) maxVersionOf(ctx context.Context, shard int, names []string) (version uint64, err error) {
	k := &c.client.Keys[shard]
	commands := make([]rueidis.Completed, len(names))
	for i, name := range names {
		commands[i] = c.client.B().Hget().Key(k.Group(name)).Field(format.FieldMeta).Build()
	}
	for i, result := range c.client.Send(ctx, commands) {
		stored, err := result.ToString()
		if err != nil && server.Classify(err) != server.BadKey && !rueidis.IsRedisNil(err) {
			return 0, err
		}
		if meta, err := format.ParseMeta(k.Group(names[i]), stored); err == nil {
			version = max(version, meta.Version)
		}
	}
	return version, nil
}

// eachPage hands the names of the groups of a shard to do, some at a time.
func (c *Cache) eachPage(ctx context.Context, shard int, do func(names []string) error) error {
	for after := ""; ; {
		names, err := c.client.SendOne(ctx, c.client.NamesAfter(shard, after, script.MaxArgs)).AsStrSlice()
		if err != nil || len(names) == 0 {
			return err
		}
		if err := do(names); err != nil {
			return err
		}
		after = names[len(names)-1]
	}
}

// deleteShard deletes everything of a shard but its head.
func (c *Cache) deleteShard(ctx context.Context, shard int) error {
	k := &c.client.Keys[shard]
	err := c.eachPage(ctx, shard, func(names []string) error {
		keys := make([]string, 0, 3*len(names))
		for _, name := range names {
			keys = append(keys, k.Group(name), k.DirtyIDs(name), k.DirtyChunks(name))
		}
		return c.client.SendOne(ctx, c.client.B().Unlink().Key(keys...).Build()).Error()
	})
	if err != nil {
		return err
	}
	hours, err := c.client.SendOne(ctx, c.client.B().Zrange().Key(k.Hours).Min("0").Max("-1").Build()).AsStrSlice()
	if err != nil {
		return err
	}
	keys := []string{k.IDs, k.Dirty, k.Due, k.Names, k.Hours}
	for _, hour := range hours {
		keys = append(keys, k.Hour(hour))
	}
	return c.client.SendOne(ctx, c.client.B().Unlink().Key(keys...).Build()).Error()
}

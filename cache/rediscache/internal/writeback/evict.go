package writeback

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/script"
	"github.com/dictrack/dictrack/cache/rediscache/internal/server"
)

// EvictLoop evicts groups that nobody has used for a time and that the store has, until the client's life ends.
func (w *Writer) EvictLoop(idle time.Duration) {
	life := w.Client.Life
	every := min(max(idle/8, 250*time.Millisecond), 5*time.Minute)
	for life.Err() == nil {
		server.Sleep(life, every)
		if err := w.evictIdle(life, idle, every); err != nil && life.Err() == nil {
			w.Logger.Warn("cannot evict idle groups from redis; retrying", "error", err)
		}
	}
}

// evictIdle goes through the groups of the shards that no other process went through within a time.
func (w *Writer) evictIdle(ctx context.Context, idle, every time.Duration) error {
	var shards []int
	err := w.Client.EachShard(ctx, func(shard int) rueidis.Completed {
		key := w.Client.Keys[shard].EvictTurn
		return w.Client.B().Set().Key(key).Value(w.Client.Process).Nx().PxMilliseconds(every.Milliseconds()).Build()
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
		shards, err = w.evictPage(ctx, idle, shards, after)
	}
	return err
}

// evictPage handles the groups of each shard that come after a name, and returns the shards that have more.
func (w *Writer) evictPage(ctx context.Context, idle time.Duration, shards []int, after map[int]string) (more []int, err error) {
	commands := make([]rueidis.Completed, len(shards))
	for i, shard := range shards {
		commands[i] = w.Client.NamesAfter(shard, after[shard], page)
	}
	seconds := format.Decimal(int64(idle / time.Second))
	var evictions []rueidis.Completed
	for i, result := range w.Client.Send(ctx, commands) {
		names, err := result.AsStrSlice()
		if err != nil {
			return nil, w.Client.Checked(fmt.Errorf("list groups of shard %d: %w", shards[i], err))
		}
		if len(names) == 0 {
			continue
		}
		k := &w.Client.Keys[shards[i]]
		keys := []string{k.Head, k.Names, k.Dirty, k.Due}
		for _, name := range names {
			keys = append(keys, k.Group(name), k.DirtyIDs(name), k.DirtyChunks(name))
		}
		evictions = append(evictions, script.EvictIdle.Call(w.Client.B(), keys, append([]string{seconds}, names...)...))
		if after[shards[i]] = names[len(names)-1]; len(names) == page {
			more = append(more, shards[i])
		}
	}
	for _, result := range w.Client.Send(ctx, evictions) {
		if err := result.Error(); err != nil {
			return nil, w.Client.Checked(fmt.Errorf("evict idle groups: %w", err))
		}
	}
	return more, nil
}

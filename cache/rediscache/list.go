package rediscache

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/script"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
)

// Groups implements cache.Cache. With a store it lists every group that is in Redis.
func (c *Cache) Groups(ctx context.Context, after string, limit int) ([]string, error) {
	if err := c.calls.Err(ctx); err != nil {
		return nil, err
	}
	var names []string
	for more := true; more && len(names) < limit; {
		var some []string
		var err error
		if some, more, err = c.groupsPage(ctx, after, limit-len(names)); err != nil {
			return nil, fmt.Errorf("list groups: %w", err)
		}
		if names = append(names, some...); len(names) > 0 {
			after = names[len(names)-1]
		}
	}
	return names[:min(len(names), max(0, limit))], nil
}

// pageSize is how many items each shard is asked for, of which limit are wanted from all.
func pageSize(limit int) int { return 4 + 2*limit/format.ShardCount }

// groupsPage asks every shard for some names. It returns all names that there are up to its last one; more says that
// others follow.
func (c *Cache) groupsPage(ctx context.Context, after string, limit int) (names []string, more bool, err error) {
	size := pageSize(limit)
	last := "" // the smallest of the last names of shards that may have more
	err = c.client.EachShard(ctx, func(shard int) rueidis.Completed {
		return c.client.NamesAfter(shard, after, size)
	}, func(_ int, r rueidis.RedisResult) error {
		some, err := r.AsStrSlice()
		if len(some) == size && (!more || some[size-1] < last) {
			last, more = some[size-1], true
		}
		names = append(names, some...)
		return err
	})
	slices.Sort(names)
	if more {
		end, _ := slices.BinarySearch(names, last)
		names = names[:end+1]
	}
	return names, more, err
}

// Due implements cache.WriteBehind. It lists every group in Redis that is due.
func (c *Cache) Due(ctx context.Context, until int64, limit int) ([]record.Due, error) {
	if err := c.calls.Err(ctx); err != nil || limit <= 0 {
		return nil, err
	}
	for size := pageSize(limit); ; size *= 4 {
		due, all, err := c.duePage(ctx, until, min(size, limit))
		if err != nil {
			return nil, fmt.Errorf("list due groups: %w", err)
		}
		if len(due) >= limit || all || size >= limit {
			return due[:min(len(due), limit)], nil
		}
	}
}

// duePage asks every shard for its first due groups, at most size. It returns all groups that are due up to the time of
// its last one; all says that there are no others.
func (c *Cache) duePage(ctx context.Context, until int64, size int) (due []record.Due, all bool, err error) {
	all, end := true, int64(limiter.Never)
	err = c.client.EachShard(ctx, func(shard int) rueidis.Completed {
		key := c.client.Keys[shard].Due
		return c.client.B().Zrangebyscore().Key(key).Min("-inf").Max(format.Score(until)).Withscores().Limit(0, int64(size)).Build()
	}, func(_ int, r rueidis.RedisResult) error {
		some, err := r.AsZScores()
		for _, one := range some {
			due = append(due, record.Due{Group: one.Member, At: format.ScoreTime(one.Score)})
		}
		if len(some) == size {
			all, end = false, min(end, format.ScoreTime(some[size-1].Score))
		}
		return err
	})
	slices.SortFunc(due, func(a, b record.Due) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Group, b.Group))
	})
	if !all {
		due = slices.DeleteFunc(due, func(d record.Due) bool { return d.At > end })
	}
	return due, all, err
}

// bucket is the list of message ids of a shard that expire within an hour.
type bucket struct {
	shard int
	hour  string
}

// DeleteExpiredIDs implements cache.Cache. Within an hour, ids are deleted in the order in which they were remembered: one
// that expires before an id that was remembered earlier is deleted together with that.
func (c *Cache) DeleteExpiredIDs(ctx context.Context, now int64) error {
	if err := c.calls.Err(ctx); err != nil {
		return err
	}
	var buckets []bucket
	err := c.client.EachShard(ctx, func(shard int) rueidis.Completed {
		key := c.client.Keys[shard].Hours
		return c.client.B().Zrangebyscore().Key(key).Min("-inf").Max(format.Decimal(now / format.Hour)).Build()
	}, func(shard int, r rueidis.RedisResult) error {
		hours, err := r.AsStrSlice()
		for _, hour := range hours {
			buckets = append(buckets, bucket{shard, hour})
		}
		return err
	})
	for err == nil && len(buckets) > 0 {
		buckets, err = c.deleteExpired(ctx, buckets, now)
	}
	if err != nil {
		return fmt.Errorf("delete expired ids: %w", c.client.Checked(err))
	}
	return nil
}

// deleteExpired deletes some expired ids of each bucket, and returns the buckets that may have more.
func (c *Cache) deleteExpired(ctx context.Context, buckets []bucket, now int64) (more []bucket, err error) {
	commands := make([]rueidis.Completed, len(buckets))
	for i, b := range buckets {
		k := &c.client.Keys[b.shard]
		commands[i] = script.DeleteExpiredIDs.Call(c.client.B(), []string{k.IDs, k.Hours, k.Hour(b.hour)},
			string(format.AppendTime(nil, now)), b.hour, format.Decimal(script.MaxArgs))
	}
	for i, result := range c.client.Send(ctx, commands) {
		left, failed := result.AsInt64()
		if err = errors.Join(err, failed); left == 1 {
			more = append(more, buckets[i])
		}
	}
	return more, err
}

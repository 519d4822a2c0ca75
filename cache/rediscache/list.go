package rediscache

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/limiter"
)

// Groups implements cache.Cache. With a Backing it tells every group that is in Redis.
func (c *Cache) Groups(ctx context.Context, after string, limit int) ([]string, error) {
	if err := c.door.Refusal(ctx); err != nil {
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

// groupsPage asks every shard for a part of what is wanted. The names are all there are up to the last one; more tells
// that others come behind it.
func (c *Cache) groupsPage(ctx context.Context, after string, want int) (names []string, more bool, err error) {
	part := 4 + 2*want/shardCount
	last := "" // the least of the last names of shards that may have more
	shard := -1
	err = c.each(ctx, func(*shardKeys) rueidis.Completed {
		shard++
		return c.namesAfter(shard, after, part)
	}, func(_ int, r rueidis.RedisResult) error {
		some, err := r.AsStrSlice()
		if len(some) == part && (!more || some[part-1] < last) {
			last, more = some[part-1], true
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

// Due implements cache.Ahead. It tells of every group in Redis that is due.
func (c *Cache) Due(ctx context.Context, until int64, limit int) ([]cache.Due, error) {
	if err := c.door.Refusal(ctx); err != nil || limit <= 0 {
		return nil, err
	}
	for part := 4 + 2*limit/shardCount; ; part *= 4 {
		due, all, err := c.dueOf(ctx, until, min(part, limit))
		if err != nil {
			return nil, fmt.Errorf("list due groups: %w", err)
		}
		if len(due) >= limit || all || part >= limit {
			return due[:min(len(due), limit)], nil
		}
	}
}

// dueOf asks every shard for its first due groups, at most part. These are all there are up to the last one; all tells
// that there are no others.
func (c *Cache) dueOf(ctx context.Context, until int64, part int) (due []cache.Due, all bool, err error) {
	all, end := true, int64(limiter.Never)
	err = c.each(ctx, func(k *shardKeys) rueidis.Completed {
		last := decimal(min(max(until, -furthest), furthest))
		return c.client.B().Zrangebyscore().Key(k.due).Min("-inf").Max(last).Withscores().Limit(0, int64(part)).Build()
	}, func(_ int, r rueidis.RedisResult) error {
		some, err := r.AsZScores()
		for _, one := range some {
			due = append(due, cache.Due{Group: one.Member, At: moment(one.Score)})
		}
		if len(some) == part {
			all, end = false, min(end, moment(some[part-1].Score))
		}
		return err
	})
	slices.SortFunc(due, func(a, b cache.Due) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Group, b.Group))
	})
	if !all {
		due = slices.DeleteFunc(due, func(d cache.Due) bool { return d.At > end })
	}
	return due, all, err
}

// moment is a score as a time; the furthest one stands for all beyond.
func moment(score float64) int64 {
	if math.IsNaN(score) || score >= limiter.Never {
		return limiter.Never
	}
	return int64(score)
}

// Forget implements cache.Cache. An id that ends before another one that was remembered earlier and ends in the same
// hour is dropped together with that.
func (c *Cache) Forget(ctx context.Context, now int64) error {
	if err := c.door.Refusal(ctx); err != nil {
		return err
	}
	type place struct {
		shard int
		hour  string
	}
	var places []place
	err := c.each(ctx, func(k *shardKeys) rueidis.Completed {
		return c.client.B().Zrangebyscore().Key(k.hours).Min("-inf").Max(decimal(now / hour)).Build()
	}, func(shard int, r rueidis.RedisResult) error {
		hours, err := r.AsStrSlice()
		for _, h := range hours {
			places = append(places, place{shard, h})
		}
		return err
	})
	for err == nil && len(places) > 0 {
		commands := make([]rueidis.Completed, len(places))
		for i, p := range places {
			k := &c.keys[p.shard]
			commands[i] = forgetScript.call(c.client.B(), []string{k.ids, k.hours, k.hourNamed(p.hour)},
				string(appendTime(nil, now)), p.hour, decimal(most))
		}
		more := places[:0]
		for i, result := range c.send(ctx, commands) {
			left, failed := result.AsInt64()
			if err = errors.Join(err, failed); left == 1 {
				more = append(more, places[i])
			}
		}
		places = more
	}
	if err != nil {
		return fmt.Errorf("forget ids: %w", c.suspect(err))
	}
	return nil
}

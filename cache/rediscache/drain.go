package rediscache

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/rueidis"
)

// drains are how groups come to the Backing: those of this process one after the other, and of a shard by one process
// at a time.
type drains struct {
	turn   chan struct{} // capacity 1: full while somebody drains
	told   map[string]bool
	failed bool // the last one did not go well, and that was told
}

func (d *drains) lock(ctx context.Context) error {
	select {
	case d.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *drains) unlock() { <-d.turn }

// once tells whether something is said for the first time; many sayings later it is told again.
func (d *drains) once(saying string) bool {
	if d.told[saying] {
		return false
	}
	if len(d.told) > 10_000 {
		clear(d.told)
	}
	d.told[saying] = true
	return true
}

// dirtyGroup is one that the Backing may not have as it is.
type dirtyGroup struct {
	shard int
	name  string
}

// drainAlways brings groups to the Backing until the cache closes.
func (c *Cache) drainAlways() {
	pause := c.options.WriteBackInterval
	for c.life.Err() == nil {
		sleep(c.life, pause)
		pause = c.options.WriteBackInterval
		if err := c.drainSome(c.life); err != nil && c.life.Err() == nil {
			pause = min(10*pause, max(pause, 10*time.Second))
		}
	}
}

// page is how many groups of a shard are drained before others have their turn.
const page = 256

// drainSome brings the groups there that have been dirty for the longest time, and goes on while there are more.
func (c *Cache) drainSome(ctx context.Context) error {
	for {
		if err := c.drains.lock(ctx); err != nil {
			return err
		}
		shards, full, err := c.dirtyShards(ctx)
		if err == nil && len(shards) > 0 {
			_, err = c.drainPart(ctx, shards, page)
		}
		var stuck stuckError
		if errors.As(err, &stuck) { // which was told for each
			err, full = nil, false
		}
		c.tell(err)
		c.drains.unlock()
		if err != nil || !full {
			return err
		}
	}
}

// tell logs when draining fails, and when it goes on.
func (c *Cache) tell(err error) {
	d, log := &c.drains, c.host.Logger
	switch {
	case err != nil && !d.failed && c.life.Err() == nil:
		log.Warn("groups stay in redis, since they cannot be brought to the store; will try again", "error", err)
		d.failed = true
	case err == nil && d.failed:
		log.Info("groups are brought to the store again")
		d.failed = false
	}
}

// dirtyShards are those with dirty groups; full tells that one has more than a page.
func (c *Cache) dirtyShards(ctx context.Context) (shards []int, full bool, err error) {
	err = c.each(ctx, func(k *shardKeys) rueidis.Completed {
		return c.client.B().Zcard().Key(k.dirty).Build()
	}, func(shard int, r rueidis.RedisResult) error {
		n, err := r.AsInt64()
		if n > 0 {
			shards = append(shards, shard)
		}
		full = full || n > page
		return err
	})
	return shards, full, err
}

// Drain implements cache.Ahead.
func (c *Cache) Drain(ctx context.Context) error {
	if err := c.door.Refusal(ctx); err != nil {
		return err
	}
	return c.drainAll(ctx, allShards())
}

// drainOwn drains the shards that this process wrote to.
func (c *Cache) drainOwn(ctx context.Context) error {
	var shards []int
	for i := range c.dirty {
		if c.dirty[i].Load() {
			shards = append(shards, i)
		}
	}
	return c.drainAll(ctx, shards)
}

// drainAll brings all that is dirty in some shards to the Backing. What the Backing does not take is tried again until
// ctx ends, what cannot be brought there is told.
func (c *Cache) drainAll(ctx context.Context, shards []int) error {
	if c.host.Backing == nil || len(shards) == 0 {
		return nil
	}
	if err := c.drains.lock(ctx); err != nil {
		return err
	}
	defer c.drains.unlock()
	var stuck stuckError
	for tries := 0; len(shards) > 0; tries++ {
		if tries > 0 {
			sleep(ctx, min(10*time.Millisecond<<min(tries, 6), 500*time.Millisecond))
		}
		others, err := c.drainPart(ctx, shards, 0)
		var some stuckError
		switch {
		case errors.As(err, &some):
			stuck = append(stuck, some...)
		case err != nil && (ctx.Err() != nil || c.life.Err() != nil):
			return fmt.Errorf("drain: %w", errors.Join(ctx.Err(), err))
		case err != nil:
			continue
		}
		if shards = others; ctx.Err() != nil && len(shards) > 0 {
			return fmt.Errorf("drain: %d shards are drained by another process: %w", len(shards), ctx.Err())
		}
	}
	if len(stuck) > 0 {
		return fmt.Errorf("drain: %w", stuck)
	}
	return nil
}

// drainPart drains the shards whose lease it gets, at most limit groups of each, 0 for all, and returns the others.
func (c *Cache) drainPart(ctx context.Context, shards []int, limit int) (others []int, err error) {
	if err := c.settled(ctx); err != nil {
		return nil, err
	}
	mine, others, err := c.leases(ctx, shards)
	defer c.release(context.WithoutCancel(ctx), mine)
	if err != nil || len(mine) == 0 {
		return others, err
	}
	groups, err := c.dirtyGroups(ctx, mine, limit)
	if err != nil {
		return nil, err
	}
	var stuck stuckError
	for taken := time.Now(); len(groups) > 0; {
		if time.Since(taken) > leaseFor/3 {
			taken = time.Now()
			if _, _, err := c.leases(ctx, mine); err != nil {
				return nil, err
			}
		}
		batch := groups[:min(page, len(groups))]
		groups = groups[len(batch):]
		some, err := c.bring(ctx, batch)
		if err != nil {
			return nil, err
		}
		stuck = append(stuck, some...)
	}
	if len(stuck) > 0 {
		return others, stuck
	}
	return others, nil
}

// dirtyGroups are those of some shards, at most limit of each, 0 for all; the longest dirty first.
func (c *Cache) dirtyGroups(ctx context.Context, shards []int, limit int) ([]dirtyGroup, error) {
	commands := make([]rueidis.Completed, len(shards))
	for i, shard := range shards {
		commands[i] = c.client.B().Zrange().Key(c.keys[shard].dirty).Min("0").Max(decimal(int64(limit) - 1)).Build()
	}
	var groups []dirtyGroup
	for i, result := range c.send(ctx, commands) {
		names, err := result.AsStrSlice()
		if err != nil {
			return nil, c.suspect(fmt.Errorf("list dirty groups of shard %d: %w", shards[i], err))
		}
		for _, name := range names {
			groups = append(groups, dirtyGroup{shards[i], name})
		}
	}
	return groups, nil
}

// stuckError names groups that could not be brought to the Backing, and why.
type stuckError []error

func (e stuckError) Error() string {
	const told = 10
	text := fmt.Sprintf("%d group(s) cannot be brought to the store: %v", len(e), errors.Join(e[:min(told, len(e))]...))
	if len(e) > told {
		text += "; and others"
	}
	return text
}

func (e stuckError) Unwrap() []error { return e }

package rediscache

import (
	"context"
	"time"

	"github.com/redis/rueidis"
)

// leaseFor is how long the lease of a shard lasts when its holder is not heard of. It only saves work: a process that
// goes on after its lease does no harm.
const leaseFor = 10 * time.Second

// leases takes or keeps the leases of shards, and tells which it has.
func (c *Cache) leases(ctx context.Context, shards []int) (mine, others []int, err error) {
	results := c.leaseAll(ctx, shards, leaseFor)
	for i, result := range results {
		have, err := result.AsInt64()
		switch {
		case err != nil:
			return mine, nil, c.suspect(err)
		case have == 1:
			mine = append(mine, shards[i])
		default:
			others = append(others, shards[i])
		}
	}
	return mine, others, nil
}

// release gives leases back.
func (c *Cache) release(ctx context.Context, shards []int) {
	c.leaseAll(ctx, shards, 0) // one that is not given back ends by itself
}

func (c *Cache) leaseAll(ctx context.Context, shards []int, d time.Duration) []rueidis.RedisResult {
	commands := make([]rueidis.Completed, len(shards))
	for i, shard := range shards {
		commands[i] = leaseScript.call(c.client.B(), []string{c.keys[shard].lease}, c.process, decimal(d.Milliseconds()))
	}
	return c.send(ctx, commands)
}

// send sends commands in one go, whose answers come within Options.Timeout.
func (c *Cache) send(ctx context.Context, commands []rueidis.Completed) []rueidis.RedisResult {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	return c.client.DoMulti(ctx, commands...)
}

// suspect has the servers looked at before the next write, after an error that hints at another server.
func (c *Cache) suspect(err error) error {
	switch kindOf(err) {
	case lost, notYet, noScript:
		c.suspicious.Store(true)
	}
	return err
}

// settled looks at servers that gave an error.
func (c *Cache) settled(ctx context.Context) error {
	if !c.suspicious.Load() {
		return nil
	}
	return c.lookSoon(ctx, false)
}

// each asks every shard the same, and gives its answer.
func (c *Cache) each(ctx context.Context, ask func(k *shardKeys) rueidis.Completed, hear func(shard int, r rueidis.RedisResult) error) error {
	if err := c.settled(ctx); err != nil {
		return err
	}
	commands := make([]rueidis.Completed, shardCount)
	for i := range commands {
		commands[i] = ask(&c.keys[i])
	}
	var errs []error
	for i, result := range c.send(ctx, commands) {
		if err := hear(i, result); err != nil {
			errs = append(errs, c.suspect(err))
		}
	}
	if len(errs) > 0 {
		return errs[0] // those of the others are much the same
	}
	return nil
}

// allShards are the numbers of all shards.
func allShards() []int {
	all := make([]int, shardCount)
	for i := range all {
		all[i] = i
	}
	return all
}

package rediscache

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache"
)

// exchange sends what the rounds want and lets them hear the answers.
func (c *Cache) exchange(rounds []*round) {
	if len(rounds) == 0 {
		return
	}
	if err := c.prepare(c.patience()); err != nil {
		hold(rounds, err)
		return
	}
	ctx := c.patience()
	rounds = c.published(ctx, rounds)
	if c.options.Replicas > 0 {
		c.exchangeReplicated(ctx, rounds)
		return
	}
	if len(rounds) == 0 {
		return
	}
	calls := c.calls(rounds)
	if len(calls) == 1 {
		calls[0].hear(c.client.Do(ctx, calls[0].command(c.client.B())))
		return
	}
	commands := make([]rueidis.Completed, len(calls))
	for i, one := range calls {
		commands[i] = one.command(c.client.B())
	}
	for i, result := range c.client.DoMulti(ctx, commands...) {
		calls[i].hear(result)
	}
}

// patience bounds how long answers are waited for.
type patience struct {
	context.Context
	begun time.Time
}

// patience is a context that ends after Options.Timeout, or up to a quarter less. Many requests share one: a timer for
// each would cost as much as the request.
func (c *Cache) patience() context.Context {
	now := time.Now()
	if p := c.patient.Load(); p != nil && now.Sub(p.begun) < c.options.Timeout/4 {
		return p
	}
	ctx, cancel := context.WithTimeout(c.life, c.options.Timeout)
	context.AfterFunc(ctx, cancel)
	p := &patience{ctx, now}
	c.patient.Store(p)
	return p
}

// prepare makes sure that the servers are those that were looked at.
func (c *Cache) prepare(ctx context.Context) error {
	if !c.suspicious.Load() {
		return nil
	}
	return c.look(ctx, false)
}

// published puts the definitions of writes into Redis, and returns the rounds that may be sent: an error is for those
// who need what was not written.
func (c *Cache) published(ctx context.Context, rounds []*round) (ready []*round) {
	if !slices.ContainsFunc(rounds, (*round).publishes) {
		return rounds
	}
	failed := c.publish(ctx, rounds)
	for _, r := range rounds {
		if err := r.unpublished(failed); err != nil {
			r.held(err)
			continue
		}
		ready = append(ready, r)
	}
	return ready
}

func hold(rounds []*round, err error) {
	for _, r := range rounds {
		r.held(err)
	}
}

// held goes on after an error before anything was sent.
func (r *round) held(err error) {
	switch kindOf(err) {
	case refused, wrong:
		r.fail(r.outcome(fmt.Errorf("redis refuses it: %w", err)))
	default:
		r.c.suspicious.Store(true)
		r.again(err)
	}
}

// exchangeReplicated sends the rounds of each shard on a connection of their own, and behind them the question how many
// replicas have them.
func (c *Cache) exchangeReplicated(ctx context.Context, rounds []*round) {
	byShard := map[int][]*round{}
	for _, r := range rounds {
		byShard[r.slot.shard] = append(byShard[r.slot.shard], r)
	}
	var all sync.WaitGroup
	for _, part := range byShard {
		all.Go(func() { c.exchangeShard(ctx, part) })
	}
	all.Wait()
}

func (c *Cache) exchangeShard(ctx context.Context, rounds []*round) {
	client, release := c.client.Dedicate()
	defer release()
	calls := c.calls(rounds)
	commands := make([]rueidis.Completed, len(calls), len(calls)+1)
	for i, one := range calls {
		commands[i] = one.command(c.client.B())
	}
	wait := c.client.B().Wait().Numreplicas(int64(c.options.Replicas)).Timeout(c.options.Timeout.Milliseconds()).Build()
	results := client.DoMulti(ctx, append(commands, wait)...)
	have, err := results[len(calls)].AsInt64()
	if err == nil && have < int64(c.options.Replicas) {
		err = fmt.Errorf("%d of %d replicas have it", have, c.options.Replicas)
	}
	for i, one := range calls {
		for _, r := range one {
			r.unreplicated = err
		}
		one.hear(results[i])
	}
}

// replicated is the error of a commit that not enough replicas have, or of a look at such a one.
func (r *round) replicated() error {
	if r.unreplicated == nil || r.write.what == nil {
		return r.unreplicated
	}
	return fmt.Errorf("%w: %w", cache.ErrUnknown, r.unreplicated)
}

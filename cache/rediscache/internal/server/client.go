// Package server talks to the Redis servers of the cache: it sends commands, classifies their errors, checks how the
// servers are configured, and detects that one was restarted or replaced.
package server

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/script"
)

// Config says how a Client works.
type Config struct {
	Redis   rueidis.Client
	Prefix  string        // of every key
	Timeout time.Duration // of a command, and of everything that is retried
	Process string        // format.ProcessSize bytes that no other process has
	Life    context.Context
	// OnNewServer is called when a server was restarted or replaced, so that definitions on it may be gone. It may be
	// called from several goroutines.
	OnNewServer func()
}

// Client sends the commands of the cache. Its methods may be called from any goroutine.
type Client struct {
	Config
	Keys   [format.ShardCount]format.ShardKeys
	Logger *slog.Logger // set before the first command

	epochs  [format.ShardCount]atomic.Pointer[string] // as last seen in a reply
	suspect atomic.Bool                               // probe the servers before the next write
	probes  probes
}

// New makes a client.
func New(c Config) *Client {
	client := &Client{Config: c}
	client.probes.seen = map[string]string{}
	for i := range client.Keys {
		client.Keys[i] = format.NewShardKeys(c.Prefix, i)
	}
	return client
}

// B builds commands.
func (c *Client) B() rueidis.Builder { return c.Redis.B() }

// Send sends commands in one go. Their replies come within Config.Timeout, or are errors.
func (c *Client) Send(ctx context.Context, commands []rueidis.Completed) []rueidis.RedisResult {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	return c.Redis.DoMulti(ctx, commands...)
}

// SendOne sends one command.
func (c *Client) SendOne(ctx context.Context, command rueidis.Completed) rueidis.RedisResult {
	return c.Send(ctx, []rueidis.Completed{command})[0]
}

// EachShard sends one command to every shard and hands each reply to read. It returns the first error of read; those of
// other shards are mostly the same.
func (c *Client) EachShard(ctx context.Context, command func(shard int) rueidis.Completed, read func(shard int, r rueidis.RedisResult) error) error {
	if err := c.ProbeIfSuspect(ctx); err != nil {
		return err
	}
	commands := make([]rueidis.Completed, format.ShardCount)
	for i := range commands {
		commands[i] = command(i)
	}
	var first error
	for i, result := range c.Send(ctx, commands) {
		if err := read(i, result); err != nil {
			if err = c.Checked(err); first == nil {
				first = err
			}
		}
	}
	return first
}

// NamesAfter is the command that lists up to limit groups of a shard, in bytewise order, after a name.
func (c *Client) NamesAfter(shard int, after string, limit int) rueidis.Completed {
	from := "-"
	if after != "" {
		from = "(" + after
	}
	return c.B().Zrangebylex().Key(c.Keys[shard].Names).Min(from).Max("+").Limit(0, int64(limit)).Build()
}

// leaseTTL is how long the lease of a shard lasts when its holder does not extend it. Leases only save work: a process
// that goes on after its lease has expired does no harm.
const leaseTTL = 10 * time.Second

// LeaseRefresh is how often a lease must be extended.
const LeaseRefresh = leaseTTL / 3

// Lease takes or extends the leases of shards. It returns the shards whose lease it has, and those of other processes.
func (c *Client) Lease(ctx context.Context, shards []int) (mine, others []int, err error) {
	for i, result := range c.lease(ctx, shards, leaseTTL) {
		got, err := result.AsInt64()
		switch {
		case err != nil:
			return mine, nil, c.Checked(err)
		case got == 1:
			mine = append(mine, shards[i])
		default:
			others = append(others, shards[i])
		}
	}
	return mine, others, nil
}

// Release gives leases back. One that it cannot give back expires.
func (c *Client) Release(ctx context.Context, shards []int) { c.lease(ctx, shards, 0) }

func (c *Client) lease(ctx context.Context, shards []int, ttl time.Duration) []rueidis.RedisResult {
	commands := make([]rueidis.Completed, len(shards))
	for i, shard := range shards {
		commands[i] = script.Lease.Call(c.B(), []string{c.Keys[shard].Lease}, c.Process, format.Decimal(ttl.Milliseconds()))
	}
	return c.Send(ctx, commands)
}

// Sleep waits, or returns when ctx ends.
func Sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// probes is what is known of the servers.
type probes struct {
	begun atomic.Uint64     // number of probes that began
	mu    sync.Mutex        // held during a probe; protects all below
	seen  map[string]string // address -> identity of the server there
	last  error             // of the last probe
}

// ReadHash reads the fields and values of a hash, as HGETALL in a script returns them.
func ReadHash(m *rueidis.RedisMessage) (map[string]string, error) {
	flat, err := m.AsStrSlice()
	if err != nil || len(flat)%2 != 0 {
		return nil, ErrReply
	}
	fields := make(map[string]string, len(flat)/2)
	for i := 0; i < len(flat); i += 2 {
		fields[flat[i]] = flat[i+1]
	}
	delete(fields, format.FieldLease) // belongs to no group
	return fields, nil
}

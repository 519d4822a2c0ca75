package rediscache

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/rediscache/internal/commit"
	"github.com/dictrack/dictrack/cache/rediscache/internal/definitions"
	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/server"
	"github.com/dictrack/dictrack/cache/rediscache/internal/writeback"
	"github.com/dictrack/dictrack/internal/mailbox"
	"github.com/dictrack/dictrack/record"
)

// Cache is a cache.WriteBehind in Redis. Make it with Open or New.
type Cache struct {
	options     Options
	owned       bool // the Redis client is closed with the cache
	single      bool // the Redis client knows one server, and no others
	client      *server.Client
	definitions *definitions.Store
	committer   *commit.Committer
	writer      *writeback.Writer

	calls     mailbox.Calls // tasks of Update
	refreshes mailbox.Calls // tasks of the cache itself, which go on while it closes

	life    context.Context // ends when Close gives up waiting; ends all requests to servers and to the store
	end     context.CancelFunc
	workers sync.WaitGroup
	closing sync.Once
}

var _ cache.WriteBehind = (*Cache)(nil)

// New makes a cache with an existing client. The client stays the caller's: Close does not close it. It must not read
// from replicas. The error lists the options that are wrong.
func New(client rueidis.Client, o Options) (*Cache, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, err
	}
	c := &Cache{options: o}
	c.life, c.end = context.WithCancel(context.Background())
	c.definitions = &definitions.Store{}
	c.definitions.Reset()
	c.client = server.New(server.Config{
		Redis: client, Prefix: o.Prefix, Timeout: o.Timeout, Process: newProcess(), Life: c.life, OnNewServer: c.definitions.Reset,
	})
	c.definitions.Client = c.client
	c.committer = commit.New(commit.Config{
		Client: c.client, Definitions: c.definitions, Replicas: o.Replicas, MaxEntries: o.LocalCacheSize,
		Cluster: client.Mode() == rueidis.ClientModeCluster,
	})
	c.writer = &writeback.Writer{Client: c.client, Definitions: c.definitions, Refresh: c.refresh}
	c.writer.Init()
	return c, nil
}

// newProcess returns an id that no other process has.
func newProcess() string {
	var b [format.ProcessSize]byte
	_, _ = rand.Read(b[:]) // never fails
	return string(b[:])
}

func (c *Cache) refresh(ctx context.Context, groups []string) ([]error, error) {
	return c.committer.Refresh(ctx, &c.refreshes, groups)
}

// Start implements cache.Cache. The error says that no server can be reached, or how one has to be configured; see
// Options.AllowEviction and Options.AllowNoPersistence.
func (c *Cache) Start(ctx context.Context, deps cache.Deps) error {
	c.client.Logger, c.writer.Logger = deps.Logger, deps.Logger
	c.definitions.Local = deps.Definitions
	c.committer.Backing, c.writer.Backing = deps.BackingStore, deps.BackingStore
	ctx, cancel := context.WithTimeout(ctx, max(c.options.Timeout, time.Second))
	defer cancel()
	want := server.Requirements{
		Replicas: c.options.Replicas, Single: c.single,
		AllowEviction: c.options.AllowEviction, AllowNoPersistence: c.options.AllowNoPersistence,
	}
	if err := c.client.CheckConfig(ctx, want); err != nil {
		return err
	}
	if err := c.client.Probe(ctx, false); err != nil {
		return err
	}
	c.workers.Go(func() { c.client.Watch(c.options.WriteBackInterval) })
	if deps.BackingStore != nil {
		c.workers.Go(func() { c.writer.Loop(c.options.WriteBackInterval) })
		c.workers.Go(func() { c.writer.EvictLoop(c.options.IdleTTL) })
	}
	return nil
}

// Update implements cache.Cache.
func (c *Cache) Update(ctx context.Context, tasks []cache.Task) error {
	if err := c.calls.Err(ctx); err != nil {
		mailbox.Reject(tasks, err)
		return nil
	}
	return c.committer.Update(ctx, &c.calls, tasks)
}

// Sync implements cache.WriteBehind. The error may be a list of the groups that the store cannot take, and why.
func (c *Cache) Sync(ctx context.Context) error {
	if err := c.calls.Err(ctx); err != nil {
		return err
	}
	shards := make([]int, format.ShardCount)
	for i := range shards {
		shards[i] = i
	}
	return c.writer.Sync(ctx, shards)
}

// Close implements cache.Cache.
func (c *Cache) Close(ctx context.Context) (err error) {
	c.calls.Close()
	c.closing.Do(func() {
		synced := make(chan error, 1)
		go func() {
			c.calls.Wait()
			synced <- c.writer.Sync(ctx, c.committer.WrittenShards())
		}()
		select {
		case err = <-synced:
		case <-ctx.Done():
			err = ctx.Err()
		}
		c.end()
		if ctx.Err() == nil {
			c.workers.Wait()
		}
		if c.owned {
			c.client.Redis.Close()
		}
	})
	if errors.Is(err, record.ErrClosed) {
		return nil
	}
	return err
}

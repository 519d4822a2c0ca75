package rediscache

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/mailbox"
)

// Cache is a cache.Cache, and a cache.Ahead, in Redis. Make it with Open or New.
type Cache struct {
	client  rueidis.Client
	owned   bool // the client is closed with the cache
	alone   bool // the client knows one server and no others
	options Options
	host    cache.Host // of Start

	process  string // 8 bytes that no other process has
	commits  atomic.Uint64
	keys     [shardCount]shardKeys
	tables   [shardCount]table
	perTable int
	epochs   [shardCount]atomic.Pointer[string] // as last seen
	dirty    [shardCount]atomic.Bool            // this process has written there

	door       mailbox.Door // calls
	looking    mailbox.Door // what the cache itself asks of groups
	line       line
	byShard    atomic.Bool // commands are for the keys of one shard
	rounds     sync.Pool   // of *round that are over
	gate       gate
	stored     stored
	fences     fence
	patient    atomic.Pointer[patience]
	suspicious atomic.Bool // a server gave an error: look at them before anything is written
	drains     drains

	// life ends when Close gives up waiting, and with it what is asked of servers and the Backing.
	life    context.Context
	end     context.CancelFunc
	workers sync.WaitGroup
	closing sync.Once
}

var _ cache.Ahead = (*Cache)(nil)

// New makes a cache with an existing client, which stays the caller's: Close leaves it open. The client must not be one
// that reads from replicas. The error says which options are wrong.
func New(client rueidis.Client, o Options) (*Cache, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, err
	}
	c := &Cache{client: client, options: o, process: newProcess(), line: newLine(client)}
	c.life, c.end = context.WithCancel(context.Background())
	c.byShard.Store(client.Mode() == rueidis.ClientModeCluster)
	c.fences.seen = map[string]string{}
	c.drains = drains{turn: make(chan struct{}, 1), told: map[string]bool{}}
	c.stored.begin()
	c.perTable = max(1, (o.LocalCacheSize+shardCount-1)/shardCount)
	for i := range c.keys {
		c.keys[i] = newShardKeys(o.Prefix, i)
		c.tables[i].slots = map[string]*slot{}
	}
	return c, nil
}

const processSize = 8

func newProcess() string {
	var b [processSize]byte
	_, _ = rand.Read(b[:]) // never fails
	return string(b[:])
}

// token is a mark that no other commit has.
func (c *Cache) token() (t token) {
	binary.BigEndian.PutUint64(t[copy(t[:], c.process):], c.commits.Add(1))
	return t
}

// now is when a group became dirty, in Unix milliseconds.
func (c *Cache) now() int64 { return time.Now().UnixMilli() }

// Start implements cache.Cache. It finds out whether the servers keep what they are given; see Options.
func (c *Cache) Start(ctx context.Context, h cache.Host) error {
	c.host = h
	ctx, cancel := context.WithTimeout(ctx, max(c.options.Timeout, time.Second))
	defer cancel()
	if err := c.check(ctx); err != nil {
		return err
	}
	if err := c.look(ctx, false); err != nil {
		return err
	}
	c.workers.Go(c.watch)
	if h.Backing != nil {
		c.workers.Go(c.drainAlways)
		c.workers.Go(c.retireAlways)
	}
	return nil
}

// Update implements cache.Cache.
func (c *Cache) Update(ctx context.Context, tasks []cache.Task) error {
	if err := c.door.Refusal(ctx); err != nil {
		mailbox.Refuse(tasks, err)
		return nil
	}
	return c.update(ctx, &c.door, tasks)
}

func (c *Cache) update(ctx context.Context, door *mailbox.Door, tasks []cache.Task) error {
	if len(tasks) == 0 {
		return nil
	}
	if !door.Admit(len(tasks)) {
		mailbox.Refuse(tasks, cache.ErrClosed)
		return nil
	}
	call := mailbox.NewCall(ctx, door, tasks)
	var slots []*slot
	for i := range call.Entries() {
		if s := c.post(&call.Entries()[i]); s != nil {
			slots = append(slots, s)
		}
	}
	if len(slots) > 0 { // now that all is posted, so that one round takes all of a group
		c.dispatch(slots, ctx.Done() == nil)
	}
	return call.Wait(nil)
}

// post puts an entry into its group's mailbox. It returns the slot if a round is to be started.
func (c *Cache) post(e *mailbox.Entry) *slot {
	s := c.locked(e.Task.Group())
	defer s.box.Unlock()
	if s.box.Post(e) {
		return s
	}
	return nil
}

// Close implements cache.Cache.
func (c *Cache) Close(ctx context.Context) (err error) {
	c.door.Shut()
	c.closing.Do(func() {
		idle := make(chan error, 1)
		go func() {
			c.door.Wait()
			idle <- c.drainOwn(ctx)
		}()
		select {
		case err = <-idle:
		case <-ctx.Done():
			err = ctx.Err()
		}
		c.end()
		if ctx.Err() == nil {
			c.workers.Wait()
		}
		if c.owned {
			c.client.Close()
		}
	})
	if errors.Is(err, cache.ErrClosed) {
		return nil
	}
	return err
}

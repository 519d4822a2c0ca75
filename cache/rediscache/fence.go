package rediscache

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"
)

// fence knows the servers as they were last looked at. A server that restarted, or was a replica until now, may have
// less than what was committed. It has none of our scripts either, so that no commit reaches it before it was fenced:
// each of its shards gets another epoch, and every copy of a group elsewhere is out of date.
type fence struct {
	looks atomic.Uint64     // begun
	mu    sync.Mutex        // held by a look; protects all below
	seen  map[string]string // address -> identity
	last  error
}

// lookAgain is look for rounds, which find out by themselves when it fails.
func (c *Cache) lookAgain(ctx context.Context) error {
	_ = c.lookSoon(ctx, false) // the next request shows it
	return nil
}

// lookAnew is lookAgain that fences every shard.
func (c *Cache) lookAnew(ctx context.Context) error {
	_ = c.lookSoon(ctx, true) // the next request shows it
	return nil
}

func (c *Cache) lookSoon(ctx context.Context, anew bool) error {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	return c.look(ctx, anew)
}

// look finds servers that are not those they were, and fences them; anew fences all. The error says that no server
// could be looked at, or that one could not be fenced. Of several calls at once, one does it for all.
func (c *Cache) look(ctx context.Context, anew bool) error {
	f := &c.fences
	looks := f.looks.Load()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.looks.Load() > looks && !anew { // begun after this call
		return f.last
	}
	f.looks.Add(1)
	c.suspicious.Store(false)
	if f.last = c.lookAt(ctx, c.client.Nodes(), anew); f.last != nil {
		c.suspicious.Store(true)
	}
	return f.last
}

// lookAt looks at all servers at once. One that cannot be reached is an error only when none can.
func (c *Cache) lookAt(ctx context.Context, nodes map[string]rueidis.Client, anew bool) error {
	var mu sync.Mutex // protects reached, errs and what was seen
	var reached int
	var errs []error
	var all sync.WaitGroup
	known := maps.Clone(c.fences.seen)
	if anew {
		known = nil
	}
	for address, node := range nodes {
		all.Go(func() {
			identity, err := c.lookAtOne(ctx, node, known[address])
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, fmt.Errorf("redis at %s: %w", address, err))
			}
			if identity != "" {
				reached++
				c.seenAs(address, identity)
			}
		})
	}
	all.Wait()
	if reached > 0 && !isFenceError(errs) {
		return nil
	}
	return errors.Join(errs...)
}

// seenAs notes the identity of a server. Definitions that were known to be on another may be gone.
func (c *Cache) seenAs(address, identity string) {
	if c.fences.seen[address] != identity {
		c.fences.seen[address] = identity
		c.stored.begin()
	}
}

// fenceError says that a server was reached and could not be fenced.
type fenceError struct{ error }

func (e fenceError) Unwrap() error { return e.error }

func isFenceError(errs []error) bool {
	var fenced fenceError
	return errors.As(errors.Join(errs...), &fenced)
}

var identityOf = regexp.MustCompile(`(?:run_id|master_replid|role):(\w+)`)

// lookAtOne fences a server if it is not the known one, and gives it the scripts. It returns its identity, empty when it
// could not be reached.
func (c *Cache) lookAtOne(ctx context.Context, node rueidis.Client, known string) (string, error) {
	results := node.DoMulti(ctx,
		node.B().Info().Section("server").Build(),
		node.B().Info().Section("replication").Build(),
		node.B().ScriptExists().Sha1(shas()...).Build(),
	)
	server, err1 := results[0].ToString()
	replication, err2 := results[1].ToString()
	held, err3 := results[2].AsIntSlice()
	if err := errors.Join(err1, err2, err3); err != nil {
		return "", err
	}
	identity := ""
	for _, part := range identityOf.FindAllStringSubmatch(server+replication, -1) {
		identity += part[1] + ":"
	}
	all := 0
	for _, one := range held {
		all += int(one)
	}
	if identity == known && all == len(scripts) || strings.Contains(identity, ":slave:") {
		return identity, nil
	}
	if err := c.fenceOne(ctx, node); err != nil {
		return "", fenceError{err}
	}
	return identity, nil
}

func shas() []string {
	all := make([]string, len(scripts))
	for i, s := range scripts {
		all[i] = s.sha
	}
	return all
}

// fenceOne fences the shards that are on a server, and lets it take commits.
func (c *Cache) fenceOne(ctx context.Context, node rueidis.Client) error {
	commands := make([]rueidis.Completed, shardCount)
	for i := range commands {
		commands[i] = eval(node.B(), fenceText, c.keys[i].head, newEpoch())
	}
	here := -1
	for i, result := range node.DoMulti(ctx, commands...) {
		err := result.Error()
		if redirected(err) {
			continue // it is on another server
		}
		if err != nil {
			return fmt.Errorf("look at shard %d: %w", i, err)
		}
		here = i
	}
	if here < 0 {
		return nil
	}
	// Not by SCRIPT LOAD, which older servers hand on to replicas: those must not know the scripts.
	commands = commands[:0]
	for _, s := range scripts {
		commands = append(commands, eval(node.B(), s.text, c.keys[here].head))
	}
	for _, result := range node.DoMulti(ctx, commands...) {
		if err := result.Error(); err != nil {
			return fmt.Errorf("load scripts: %w", err)
		}
	}
	return nil
}

func redirected(err error) bool {
	var reply *rueidis.RedisError
	if !errors.As(err, &reply) {
		return false
	}
	_, moved := reply.IsMoved()
	_, moving := reply.IsAsk()
	return moved || moving
}

// newEpoch is one that no shard ever had.
func newEpoch() string {
	var b [epochSize / 2]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// noticed has the servers looked at when the epoch of a shard changed, and so a server may have begun anew.
func (c *Cache) noticed(r *round, epoch string) {
	shard := r.slot.shard
	if old := c.epochs[shard].Swap(&epoch); old != nil && *old != epoch {
		r.chore(c.lookAgain)
	}
}

// watch looks at the servers now and then, until the cache closes.
func (c *Cache) watch() {
	for c.life.Err() == nil {
		sleep(c.life, c.options.WriteBackInterval)
		c.lookQuietly()
	}
}

func (c *Cache) lookQuietly() {
	ctx, cancel := context.WithTimeout(c.life, max(c.options.Timeout, time.Second))
	defer cancel()
	if err := c.look(ctx, false); err != nil && c.life.Err() == nil {
		c.host.Logger.Warn("redis cannot be looked at, will try again", "error", err)
	}
}

package server

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
	"time"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/script"
)

// A server that was restarted, or was a replica until now, may have less than what was committed. It has none of the
// scripts either, so no commit reaches it before a probe has seen it. The probe gives each of its shards a new epoch,
// which fences off every copy of a group that processes have of the time before, and then loads the scripts.

// MarkSuspect has the servers probed before the next write.
func (c *Client) MarkSuspect() { c.suspect.Store(true) }

// Checked marks the servers suspect if err hints at a server that was restarted or replaced. It returns err.
func (c *Client) Checked(err error) error {
	switch Classify(err) {
	case InDoubt, Retryable, NoScript:
		c.MarkSuspect()
	}
	return err
}

// ProbeIfSuspect probes the servers if they are suspect.
func (c *Client) ProbeIfSuspect(ctx context.Context) error {
	if !c.suspect.Load() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	return c.Probe(ctx, false)
}

// TryProbe probes the servers within Config.Timeout. An error is not returned, because the next request shows it.
func (c *Client) TryProbe(ctx context.Context, all bool) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	_ = c.Probe(ctx, all)
}

// Probe finds the servers that are not those seen before and gives their shards a new epoch; all means that every server
// counts as new. The error says that no server could be reached, or that one could not be given a new epoch. Of several
// concurrent calls, one does the work for all.
func (c *Client) Probe(ctx context.Context, all bool) error {
	p := &c.probes
	begun := p.begun.Load()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.begun.Load() > begun && !all { // another call began after this one
		return p.last
	}
	p.begun.Add(1)
	c.suspect.Store(false)
	if p.last = c.probe(ctx, c.Redis.Nodes(), all); p.last != nil {
		c.suspect.Store(true)
	}
	return p.last
}

// probe probes all nodes at once. That one cannot be reached is an error only if no node can.
func (c *Client) probe(ctx context.Context, nodes map[string]rueidis.Client, all bool) error {
	var mu sync.Mutex // protects reached, errs, failed and probes.seen
	var reached, failed bool
	var errs []error
	var group sync.WaitGroup
	known := maps.Clone(c.probes.seen)
	if all {
		known = nil
	}
	for address, node := range nodes {
		group.Go(func() {
			identity, err := c.probeNode(ctx, node, known[address])
			mu.Lock()
			defer mu.Unlock()
			var epoch *newEpochError
			switch failed = failed || errors.As(err, &epoch); {
			case err != nil:
				errs = append(errs, Unreachable([]string{address}, err))
			default:
				reached = true
				c.setIdentity(address, identity)
			}
		})
	}
	group.Wait()
	if reached && !failed {
		return nil
	}
	return oneLine(errors.Join(errs...))
}

// setIdentity notes which server is at an address. The lock of the probes is held.
func (c *Client) setIdentity(address, identity string) {
	if c.probes.seen[address] != identity {
		c.probes.seen[address] = identity
		c.OnNewServer()
	}
}

// newEpochError says that a server was reached but its shards could not be given a new epoch.
type newEpochError struct{ err error }

func (e *newEpochError) Error() string { return e.err.Error() }

func (e *newEpochError) Unwrap() error { return e.err }

var identityFields = regexp.MustCompile(`(?:run_id|master_replid|role):(\w+)`)

// probeNode gives the shards of a server a new epoch, and the server the scripts, unless it is the known one. It returns
// the identity of the server.
func (c *Client) probeNode(ctx context.Context, node rueidis.Client, known string) (string, error) {
	results := node.DoMulti(ctx,
		node.B().Info().Section("server").Build(),
		node.B().Info().Section("replication").Build(),
		node.B().ScriptExists().Sha1(hashes()...).Build(),
	)
	info, err1 := results[0].ToString()
	replication, err2 := results[1].ToString()
	exist, err3 := results[2].AsIntSlice()
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return "", err // one is enough: they have the same cause
		}
	}
	identity := ""
	for _, part := range identityFields.FindAllStringSubmatch(info+replication, -1) {
		identity += part[1] + ":"
	}
	loaded := 0
	for _, n := range exist {
		loaded += int(n)
	}
	if identity == known && loaded == len(script.Loaded) || strings.Contains(identity, ":slave:") {
		return identity, nil
	}
	if err := c.beginEpoch(ctx, node); err != nil {
		return "", &newEpochError{err}
	}
	return identity, nil
}

func hashes() []string {
	all := make([]string, len(script.Loaded))
	for i, s := range script.Loaded {
		all[i] = s.SHA
	}
	return all
}

// beginEpoch gives the shards of a server a new epoch, and then the server the scripts.
func (c *Client) beginEpoch(ctx context.Context, node rueidis.Client) error {
	commands := make([]rueidis.Completed, format.ShardCount)
	for i := range commands {
		commands[i] = script.NewEpoch.Eval(node.B(), c.Keys[i].Head, NewEpoch())
	}
	own := -1 // a shard of this server
	for i, result := range node.DoMulti(ctx, commands...) {
		err := result.Error()
		if isRedirect(err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("begin an epoch of shard %d: %w", i, err)
		}
		own = i
	}
	if own < 0 {
		return nil
	}
	// Not by SCRIPT LOAD, which servers before 7 forward to their replicas: those must not have the scripts.
	commands = commands[:0]
	for _, s := range script.Loaded {
		commands = append(commands, s.Eval(node.B(), c.Keys[own].Head))
	}
	for _, result := range node.DoMulti(ctx, commands...) {
		if err := result.Error(); err != nil {
			return fmt.Errorf("load scripts: %w", err)
		}
	}
	return nil
}

// NewEpoch returns an epoch that no shard ever had.
func NewEpoch() string {
	var b [format.EpochSize / 2]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// SeeEpoch takes in the epoch of a shard as a reply has it. It reports whether the epoch changed, after which the servers
// have to be probed: one of them may be new.
func (c *Client) SeeEpoch(shard int, epoch string) (changed bool) {
	old := c.epochs[shard].Swap(&epoch)
	return old != nil && *old != epoch
}

// Watch probes the servers at every interval, until Config.Life ends.
func (c *Client) Watch(interval time.Duration) {
	for c.Life.Err() == nil {
		Sleep(c.Life, interval)
		c.watchOnce()
	}
}

func (c *Client) watchOnce() {
	ctx, cancel := context.WithTimeout(c.Life, max(c.Timeout, time.Second))
	defer cancel()
	if err := c.Probe(ctx, false); err != nil && c.Life.Err() == nil {
		c.Logger.Warn("cannot check whether redis was restarted; retrying", "error", err)
	}
}

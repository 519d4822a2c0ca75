// Package writeback writes the changes of groups in Redis to the store, and evicts groups that are idle.
//
// A group that was committed to Redis is dirty until the store has it. Every process writes dirty groups back; a lease
// on each shard keeps several from doing the same work. Nothing depends on the lease: the store refuses a change that
// does not apply to the version it has.
package writeback

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/rediscache/internal/definitions"
	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/server"
)

// Writer writes groups back. At most one call of Sync, or one turn of Loop, is under way in a process.
type Writer struct {
	Client      *server.Client
	Definitions *definitions.Store
	Backing     cache.BackingStore // nil: there is nothing to write back to
	Logger      *slog.Logger
	// Refresh reads groups by way of commits, which compares them with the store; it returns the error of each.
	Refresh func(ctx context.Context, groups []string) ([]error, error)

	turn   chan struct{} // capacity 1: full while somebody writes back
	logged map[string]bool
	failed bool // the last turn of Loop failed, and that was logged
}

// Init prepares the Writer, before its first use.
func (w *Writer) Init() { w.turn, w.logged = make(chan struct{}, 1), map[string]bool{} }

// Lock keeps other calls from writing back, until Unlock. The error is that of ctx.
func (w *Writer) Lock(ctx context.Context) error {
	select {
	case w.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Unlock ends what Lock began.
func (w *Writer) Unlock() { <-w.turn }

// maxLogged bounds the messages that are remembered so that they are logged only once.
const maxLogged = 10_000

// logBlocked logs, once, that a group cannot be written to the store.
func (w *Writer) logBlocked(err error) {
	if w.logged[err.Error()] {
		return
	}
	if len(w.logged) > maxLogged {
		clear(w.logged)
	}
	w.logged[err.Error()] = true
	w.Logger.Error("a group cannot be written to the store and stays in redis", "error", err)
}

// BlockedError lists why groups cannot be written to the store, one error for each group.
type BlockedError []error

// Error names the first groups.
func (e BlockedError) Error() string {
	const named = 10
	text := fmt.Sprintf("%d group(s) cannot be written to the store: %v", len(e), errors.Join(e[:min(named, len(e))]...))
	if len(e) > named {
		text += "; and others"
	}
	return text
}

// Unwrap returns the errors of the groups.
func (e BlockedError) Unwrap() []error { return e }

// dirtyGroup is a group with changes that the store may not have.
type dirtyGroup struct {
	shard int
	name  string
}

// page is how many groups of a shard are handled at once.
const page = 256

// dirtyShards lists the shards with dirty groups; full says that one has more than a page of them.
func (w *Writer) dirtyShards(ctx context.Context) (shards []int, full bool, err error) {
	err = w.Client.EachShard(ctx, func(shard int) rueidis.Completed {
		return w.Client.B().Zcard().Key(w.Client.Keys[shard].Dirty).Build()
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

// dirtyGroups lists dirty groups of shards, at most limit of each, 0 for all; the longest dirty come first.
func (w *Writer) dirtyGroups(ctx context.Context, shards []int, limit int) ([]dirtyGroup, error) {
	commands := make([]rueidis.Completed, len(shards))
	last := format.Decimal(int64(limit) - 1)
	for i, shard := range shards {
		commands[i] = w.Client.B().Zrange().Key(w.Client.Keys[shard].Dirty).Min("0").Max(last).Build()
	}
	var groups []dirtyGroup
	for i, result := range w.Client.Send(ctx, commands) {
		names, err := result.AsStrSlice()
		if err != nil {
			return nil, w.Client.Checked(fmt.Errorf("list dirty groups of shard %d: %w", shards[i], err))
		}
		for _, name := range names {
			groups = append(groups, dirtyGroup{shards[i], name})
		}
	}
	return groups, nil
}

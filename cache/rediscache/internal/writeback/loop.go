package writeback

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dictrack/dictrack/cache/rediscache/internal/server"
)

// Loop writes groups back at every interval, until the client's life ends. After an error it waits longer.
func (w *Writer) Loop(interval time.Duration) {
	life, pause := w.Client.Life, interval
	for life.Err() == nil {
		server.Sleep(life, pause)
		pause = interval
		if err := w.writeOldest(life); err != nil && life.Err() == nil {
			pause = min(10*interval, max(interval, 10*time.Second))
		}
	}
}

// writeOldest writes back the groups that have been dirty for the longest time, and goes on while there are more than a
// page of a shard.
func (w *Writer) writeOldest(ctx context.Context) error {
	for {
		if err := w.Lock(ctx); err != nil {
			return err
		}
		shards, full, err := w.dirtyShards(ctx)
		if err == nil && len(shards) > 0 {
			_, err = w.writeShards(ctx, shards, page)
		}
		var blocked BlockedError
		if errors.As(err, &blocked) { // each was logged
			err, full = nil, false
		}
		w.logOutcome(err)
		w.Unlock()
		if err != nil || !full {
			return err
		}
	}
}

// logOutcome logs when writing back begins to fail, and when it works again.
func (w *Writer) logOutcome(err error) {
	switch {
	case err != nil && !w.failed && w.Client.Life.Err() == nil:
		w.Logger.Warn("cannot write groups to the store; they stay in redis, retrying", "error", err)
		w.failed = true
	case err == nil && w.failed:
		w.Logger.Info("groups are written to the store again")
		w.failed = false
	}
}

// Sync returns when the store has every group of the shards that was dirty before the call. It retries until ctx ends;
// the error may be a BlockedError.
func (w *Writer) Sync(ctx context.Context, shards []int) error {
	if w.Backing == nil || len(shards) == 0 {
		return nil
	}
	if err := w.Lock(ctx); err != nil {
		return err
	}
	defer w.Unlock()
	var blocked BlockedError
	for attempt := 0; len(shards) > 0; attempt++ {
		if attempt > 0 {
			server.Sleep(ctx, min(10*time.Millisecond<<min(attempt, 6), 500*time.Millisecond))
		}
		others, err := w.writeShards(ctx, shards, 0)
		var some BlockedError
		switch {
		case errors.As(err, &some):
			blocked = append(blocked, some...)
		case err != nil && (ctx.Err() != nil || w.Client.Life.Err() != nil):
			return fmt.Errorf("sync: %w", errors.Join(ctx.Err(), err))
		case err != nil:
			continue
		}
		if shards = others; ctx.Err() != nil && len(shards) > 0 {
			return fmt.Errorf("sync: another process writes back %d shards: %w", len(shards), ctx.Err())
		}
	}
	if len(blocked) > 0 {
		return fmt.Errorf("sync: %w", blocked)
	}
	return nil
}

// writeShards writes back the shards whose lease it gets, at most limit groups of each, 0 for all. It returns the other
// shards; the error may be a BlockedError.
func (w *Writer) writeShards(ctx context.Context, shards []int, limit int) (others []int, err error) {
	if err := w.Client.ProbeIfSuspect(ctx); err != nil {
		return nil, err
	}
	mine, others, err := w.Client.Lease(ctx, shards)
	defer w.Client.Release(context.WithoutCancel(ctx), mine)
	if err != nil || len(mine) == 0 {
		return others, err
	}
	groups, err := w.dirtyGroups(ctx, mine, limit)
	if err != nil {
		return nil, err
	}
	var blocked BlockedError
	for leased := time.Now(); len(groups) > 0; {
		if time.Since(leased) > server.LeaseRefresh {
			leased = time.Now()
			if _, _, err := w.Client.Lease(ctx, mine); err != nil {
				return nil, err
			}
		}
		batch := groups[:min(page, len(groups))]
		groups = groups[len(batch):]
		some, err := w.writeBack(ctx, batch)
		if err != nil {
			return nil, err
		}
		blocked = append(blocked, some...)
	}
	if len(blocked) > 0 {
		return others, blocked
	}
	return others, nil
}

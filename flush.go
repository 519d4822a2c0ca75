package dictrack

import (
	"context"
	"fmt"

	"github.com/dictrack/dictrack/cache"
)

// Sync returns when the store has everything that was acknowledged before the call. Only a cache that acknowledges before
// the store makes it wait. When ctx ends first, or when the store will never have it, the error names the groups that are
// missing.
func (m *Manager) Sync(ctx context.Context) error {
	if err := m.calls.Enter(1); err != nil {
		return err
	}
	defer m.calls.Leave()
	ahead, ok := m.options.Cache.(cache.WriteBehind)
	if !ok {
		return nil
	}
	if err := ahead.Sync(ctx); err != nil {
		return fmt.Errorf("sync the cache: %w", err)
	}
	return nil
}

// FlushEverything confirms a Flush.
const FlushEverything = "flush everything"

// Flush deletes every group, tracker and id, without events. Templates stay. Confirm must be [FlushEverything], otherwise it
// is an [ErrNotConfirmed].
func (m *Manager) Flush(ctx context.Context, confirm string) error {
	if confirm != FlushEverything {
		return ErrNotConfirmed
	}
	if err := m.calls.Enter(1); err != nil {
		return err
	}
	defer m.calls.Leave()
	return m.options.Cache.Flush(ctx, func() error {
		if m.options.Store == nil {
			return nil
		}
		if err := m.options.Store.Flush(ctx); err != nil {
			return fmt.Errorf("flush the store: %w", err)
		}
		return nil
	})
}

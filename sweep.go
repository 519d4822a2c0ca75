package dictrack

import (
	"context"
	"fmt"
)

// Sweep applies what the clock does to groups that get no data: trackers expire, windows end. The
// Manager does it by itself unless [Options.DisableTimers] says otherwise.
func (m *Manager) Sweep(ctx context.Context) error {
	if err := m.calls.Enter(1); err != nil {
		return err
	}
	defer m.calls.Leave()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(m.life, cancel)()
	err := m.timers.Sweep(ctx, m.engine, m.now())
	switch {
	case err == nil:
		return nil
	case m.life.Err() != nil:
		return ErrClosed
	}
	return fmt.Errorf("sweep: %w", err)
}

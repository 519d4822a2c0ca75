package writebehind

import (
	"context"
	"fmt"

	"github.com/dictrack/dictrack/record"
)

// wait waits for what a task needs. The error says why it will not get it: the context has ended, the store failed, or
// the cache was closed and stopped waiting.
func (x *executor) wait(ctx context.Context, t *pendingTask) error {
	either, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(x.ctx, cancel)()
	err := x.waitFor(either, t)
	if err != nil && x.ctx.Err() != nil && ctx.Err() == nil {
		return record.ErrClosed
	}
	return err
}

func (x *executor) waitFor(ctx context.Context, t *pendingTask) error {
	switch t.state {
	case waitsForGroup:
		if l := x.load(t.entry); l != nil {
			return await(ctx, l.done, &l.err)
		}
		return nil
	case waitsForID:
		return x.resolve(ctx, t.lookup)
	case waitsForCredit:
		err := x.credits.acquire(ctx)
		t.hasCredit = err == nil
		return err
	default:
		if over := x.pause.Load(); over != nil {
			return await(ctx, *over, nil)
		}
		return nil
	}
}

// load returns the load of a group that is under way, and starts one if need be; nil if the group is there.
func (x *executor) load(e *entry) *groupLoad {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.loading == nil && e.group == nil && !e.removed {
		e.loading = &groupLoad{done: make(chan struct{})}
		go x.runLoad(e, e.loading)
	}
	return e.loading
}

func (x *executor) runLoad(e *entry, l *groupLoad) {
	g, err := x.store.Load(x.ctx, e.name)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.loading = nil
	if err != nil {
		l.err = fmt.Errorf("load group %q: %w", e.name, err)
	} else {
		e.group, e.storedVersion = g, g.Version()
	}
	close(l.done)
	x.entries.release(e)
}

// resolve asks the store whether it remembers a message id.
func (x *executor) resolve(ctx context.Context, l *idLookup) error {
	seen, ok, err := x.store.FindMessageID(ctx, l.entry.name, l.id)
	if err != nil {
		return fmt.Errorf("look up id %q: %w", l.id, err)
	}
	l.entry.mu.Lock()
	defer l.entry.mu.Unlock()
	l.resolved = true
	if ok && l.result == nil { // the result of a write that completed meanwhile is newer
		l.result = &seen
	}
	return nil
}

// await waits until done is closed, and returns the error that was set before.
func await(ctx context.Context, done <-chan struct{}, err *error) error {
	select {
	case <-done:
		if err != nil {
			return *err
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

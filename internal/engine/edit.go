package engine

import (
	"context"
	"fmt"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/notify"
	"github.com/dictrack/dictrack/tracker"
)

// Edit changes a group with do, at the current time. Do may be called again, on another state of the group; only the
// last call counts. Its error is returned as it is.
func (e *Engine) Edit(ctx context.Context, name string, do func(g *group.Group, now int64) (group.Result, error)) error {
	if err := tracker.CheckName("group", name); err != nil {
		return err
	}
	now := e.config.Now()
	t := e.task(name, now)
	defer e.recycle(t)
	t.do = func(g *group.Group) (group.Result, error) { return do(g, now) }
	err := e.run(ctx, t)
	if t.done.Load() {
		return t.err
	}
	return fmt.Errorf("change group %q: %w", name, err)
}

// Read calls look with a group, which it must not change. Like do of Edit, it may be called again.
func (e *Engine) Read(ctx context.Context, name string, look func(g *group.Group) error) error {
	return e.Edit(ctx, name, func(g *group.Group, _ int64) (group.Result, error) {
		return group.Result{Version: g.Version()}, look(g)
	})
}

// Explain says what a message would do to each tracker of a group now. It changes nothing. Info is that of the commit
// that there would be.
func (e *Engine) Explain(ctx context.Context, name string, data match.Data) (list []group.Explanation, info notify.CommitInfo, err error) {
	err = e.Edit(ctx, name, func(g *group.Group, now int64) (group.Result, error) {
		x := e.deps.scratch()
		defer e.deps.release(x)
		call := group.TrackRequest{Data: data, Now: now, Compile: e.deps.compile, Scratch: x, Template: e.deps.templates.definitions()}
		info = notify.CommitInfo{Group: name, Version: g.Version() + 1, Time: now}
		if list, err = g.Explain(&call); err != nil {
			err = &DataError{err}
		}
		return group.Result{Version: g.Version()}, err
	})
	return list, info, err
}

package commit

import (
	"context"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/mailbox"
	"github.com/dictrack/dictrack/record"
)

// Refresh reads groups, which compares those with the store that have to be. It returns the error of each group; err says
// that ctx ended before all were read.
func (c *Committer) Refresh(ctx context.Context, calls *mailbox.Calls, names []string) (errs []error, err error) {
	tasks := make([]cache.Task, len(names))
	for i, name := range names {
		tasks[i] = &refresh{group: name}
	}
	if err := c.Update(ctx, calls, tasks); err != nil {
		return nil, err
	}
	errs = make([]error, len(names))
	for i, t := range tasks {
		errs[i] = t.(*refresh).err
	}
	return errs, nil
}

// refresh is a task that changes nothing.
type refresh struct {
	group string
	err   error
}

// Group implements cache.Task.
func (t *refresh) Group() string { return t.group }

// ID implements cache.Task.
func (t *refresh) ID() string { return "" }

// Apply implements cache.Task.
func (t *refresh) Apply(*group.Group, *record.MessageID) *record.MessageID { return nil }

// Done implements cache.Task.
func (t *refresh) Done(err error) { t.err = err }

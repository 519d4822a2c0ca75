package writebehind

import (
	"context"
	"errors"

	"github.com/dictrack/dictrack/cache"
)

// outcome is what became of an attempt to write a group.
type outcome uint8

const (
	committed  outcome = iota // the store has the change
	retry                     // it must be tried again
	conflicted                // another process wrote the group
)

// outcomeOf says what the store's reply to a commit means for one of its writes. After a lost reply the store may have
// the change already; the next attempt is then a conflict, and the version in the store tells it from a real one.
func outcomeOf(ctx context.Context, store cache.BackingStore, w *pendingWrite, reply error) (outcome, error) {
	var conflict cache.Conflict
	switch {
	case reply == nil:
		return committed, nil
	case !errors.As(reply, &conflict):
		w.inDoubt = true
		return retry, reply
	case !conflict.Conflicted(w.change.Group):
		return committed, nil
	}
	g, err := store.Load(ctx, w.change.Group)
	switch {
	case err != nil:
		return retry, err
	case g.Version() == w.change.Base:
		return retry, reply
	case g.Version() == w.change.Version && w.inDoubt:
		return committed, nil
	}
	return conflicted, reply
}

package commit

import (
	"context"
	"fmt"
	"sync"

	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
)

// lookUpIDs adds a blocking step that asks the store about message ids, and returns false if it need not be asked: there
// is none, it was asked, or all ids of the group are in Redis.
func (a *attempt) lookUpIDs() bool {
	if a.env.Backing == nil || a.entry.replica.allIDs {
		return false
	}
	var indexes []int
	for _, i := range a.withIDs() {
		if id := &a.ids[i]; id.expected == "" && !id.lookedUp {
			indexes = append(indexes, i)
		}
	}
	if len(indexes) == 0 {
		return false
	}
	a.block(func(ctx context.Context) error {
		a.lookUp(ctx, indexes)
		return nil
	})
	return true
}

// maxLookups is how many message ids of a group the store is asked about at once.
const maxLookups = 16

func (a *attempt) lookUp(ctx context.Context, indexes []int) {
	var all sync.WaitGroup
	for worker := range min(maxLookups, len(indexes)) {
		all.Go(func() {
			for n := worker; n < len(indexes); n += maxLookups {
				a.lookUpOne(ctx, indexes[n])
			}
		})
	}
	all.Wait()
}

func (a *attempt) lookUpOne(ctx context.Context, i int) {
	e, id := a.batch[i], &a.ids[i]
	id.lookedUp = true
	found, ok, err := a.env.Backing.FindMessageID(ctx, a.entry.name, e.Task.ID())
	switch {
	case err != nil:
		e.Err = fmt.Errorf("look up id %q: %w", e.Task.ID(), err)
	case ok:
		e.Remembered = &found
		id.expected = format.EncodeID(a.env.Client.Keys[a.entry.shard].IDs, format.IDField(a.entry.name, e.Task.ID()), &found)
	}
}

// learn takes in what Redis has of the message id of a task.
func (a *attempt) learn(i int) {
	stored := a.ids[i].found
	if stored == "" {
		return
	}
	e := a.batch[i]
	id, err := format.ParseID(a.env.Client.Keys[a.entry.shard].IDs, format.IDField(a.entry.name, e.Task.ID()), stored)
	if err != nil {
		e.Err = format.IDError(a.entry.name, e.Task.ID(), err)
		return
	}
	a.ids[i].expected, e.Remembered = stored, &id
}

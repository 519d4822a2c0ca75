package commit

import (
	"context"
	"fmt"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/internal/mailbox"
)

// state says what an attempt does next; see the package's diagram.
type state uint8

const (
	// reading: it asks Redis what it has of the group.
	reading state = iota
	// stepping: it has a replica, or gets it by a blocking step. It applies the tasks and builds a commit.
	stepping
	// committing: it sends the commit, which waits for a reply.
	committing
	// querying: it asks Redis whether the commit was executed, whose reply was lost.
	querying
	// done: all its tasks are done.
	done
)

// attempt takes a batch of tasks of one group to its end. There is one attempt of a group at a time in a process.
type attempt struct {
	env   *env
	entry *entry
	state state

	batch []*mailbox.Entry
	ids   []messageID // of each entry of batch
	one   struct {    // memory for a batch of one
		batch [1]*mailbox.Entry
		ids   [1]messageID
	}
	arena arena

	// write is the commit in the states committing and querying; nil in others.
	write *write
	// inDoubt is why write may have been executed although no reply said so; nil if it was certainly not. It stays
	// while write is sent again.
	inDoubt error
	query   *request // what is sent in the states reading and querying, once it was made
	// blocking are steps to run before anything else.
	blocking []func(context.Context) error

	missingReplicas error // why fewer replicas than wanted have a commit

	outdated     *replica  // the replica before this one
	conflicts    int       // commits of other processes that were first, in a row
	failingSince time.Time // when requests began to fail; zero if none did
	failures     int       // since then
}

// messageID is what an attempt knows of the message id of a task.
type messageID struct {
	expected string // what Redis is expected to have of it, in its stored form; empty for nothing
	found    string // what it has, if that is something else
	lookedUp bool   // in the store
}

// block adds a step that has to wait for something.
func (a *attempt) block(step func(context.Context) error) { a.blocking = append(a.blocking, step) }

// isOpen reports whether a task is still to be applied.
func isOpen(e *mailbox.Entry) bool { return e.Err == nil }

// withIDs are the indexes of the open tasks with message ids, in the order in which requests have them.
func (a *attempt) withIDs() (indexes []int) {
	for i, e := range a.batch {
		if isOpen(e) && e.Task.ID() != "" {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// finish ends the attempt: all its tasks are done, with their own errors or with err.
func (a *attempt) finish(err error) {
	if a.state == done {
		return
	}
	a.state = done
	for _, e := range a.batch {
		e.Done(err)
	}
	a.env.flushes.Leave()
}

// fail ends the attempt with an error. The next one reads the group again.
func (a *attempt) fail(err error) {
	a.entry.replica = nil
	a.finish(a.asUnknown(err))
}

// asUnknown wraps err in an ErrUnknown if the commit may have been executed.
func (a *attempt) asUnknown(err error) error {
	if a.inDoubt != nil {
		return fmt.Errorf("%w: %w", cache.ErrUnknown, err)
	}
	return err
}

// committed ends the attempt after Redis was as expected, and so has the commit.
func (a *attempt) committed() {
	w, r := a.write, a.entry.replica
	err := a.replicationError()
	if w.pending != nil {
		r.committed(w)
		if r.spare = w.change; w.change != nil && a.failingSince.IsZero() { // no request is still on its way
			w.change.AllowReuse()
		}
		a.env.dirty[a.entry.shard].Store(true)
		if !r.group.Exists() {
			a.entry.replica = nil
		}
	}
	a.finish(err)
}

// replicationError is the error of a commit that fewer replicas have than wanted, and of a read of such a one.
func (a *attempt) replicationError() error {
	if a.missingReplicas == nil || a.write.pending == nil {
		return a.missingReplicas
	}
	return fmt.Errorf("%w: %w", cache.ErrUnknown, a.missingReplicas)
}

// superseded goes on after another commit was first. The tasks that are still open are applied again, to what Redis has.
func (a *attempt) superseded() {
	a.write, a.inDoubt, a.state = nil, nil, stepping
	a.conflicts++
}

// reset clears the attempt, but keeps memory to reuse.
func (a *attempt) reset() {
	a.arena.reset(a.failingSince.IsZero())
	*a = attempt{arena: a.arena}
}

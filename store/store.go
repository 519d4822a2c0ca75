// Package store is the port to long-term records: what dictrack needs of a database, and nothing more.
//
// A Store moves changes, it never judges them. It keeps four things: groups in chunks, definitions by
// their ID, the ids of calls that happened, and when groups are due. store/storetest holds every adapter
// to this contract.
package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
)

// Settling is a Store whose commits may go on when the process that called for them is gone.
type Settling interface {
	Store
	// LoadSettled is Load once such commits of the group are over.
	LoadSettled(ctx context.Context, name string) (*group.Record, error)
}

// Store keeps groups for good. Every method may be called from any goroutine, at the same time as
// others, and gives up when its context ends. A group's name is any bytes but NUL, and not empty; a call
// with another is an error and does nothing.
type Store interface {
	// Commit writes changes of distinct groups. Each is all or nothing: its chunks, its ids, its
	// definitions and its due time become visible together, and survive what the adapter promises to
	// survive, before Commit returns.
	//
	// A change applies only where the group's version is its Base. Any other version is a conflict, also
	// one that the change itself led to: that change does nothing, the others apply, and Commit returns a
	// *ConflictError. So a commit that is repeated or comes late doubles nothing, and of two writers from
	// the same base one always hears that it lost; Load tells what is there.
	//
	// Any other error leaves the outcome of every change unknown: each is applied wholly or not at all,
	// and Load tells which. The store may read the changes only until it returns, and keeps none of their
	// memory.
	Commit(ctx context.Context, changes []*group.Change) error

	// Load returns a group as a whole. A group that does not exist has an empty Layout and the version
	// that new groups start from. The caller owns the record.
	Load(ctx context.Context, name string) (*group.Record, error)

	// Definitions returns the canonical JSON of definitions that were committed, in the order of ids. One
	// that is not there is a *CorruptError. The caller owns the result.
	Definitions(ctx context.Context, ids []tracker.ID) ([][]byte, error)

	// Seen looks up one id of a group; ok is false when it is not remembered. An id past its expiry may
	// still be found.
	Seen(ctx context.Context, name, id string) (seen group.Seen, ok bool, err error)

	// Due returns at most limit groups that the clock changes at or before until, in Unix milliseconds,
	// the earliest first.
	Due(ctx context.Context, until int64, limit int) ([]Due, error)

	// Groups returns at most limit names of groups that exist, in bytewise order, after the name given
	// ("" for the first).
	Groups(ctx context.Context, after string, limit int) ([]string, error)

	// Forget drops ids whose expiry is at or before now, in Unix milliseconds.
	Forget(ctx context.Context, now int64) error

	// Flush removes every group, id and due time. Afterwards new groups start from a version higher than
	// any before, so that versions never restart, and a change that was made before the Flush and comes
	// after it does not apply to a group that is new and empty. Definitions may stay.
	Flush(ctx context.Context) error

	// Close releases what the store holds. Later calls return ErrClosed; a second Close does nothing.
	Close() error
}

// CheckGroupName returns an error unless name can be the name of a group: any bytes but NUL, and not empty.
func CheckGroupName(name string) error {
	if name == "" || strings.ContainsRune(name, 0) {
		return &field.Error{Path: "group", Value: name, Want: "want a name that is not empty and has no NUL"}
	}
	return nil
}

// Due says when the clock changes a group.
type Due struct {
	Group string
	At    int64 // Unix milliseconds
}

// ErrClosed says that the store was closed.
var ErrClosed = errors.New("the store is closed")

// ErrInUse says that another process, or another Store of this one, has the data open.
var ErrInUse = errors.New("the data is in use by another process")

// ErrFailed says that an earlier write failed in a way that leaves the disk's state in doubt. Nothing
// more is written; open the store again to go on from what is on disk.
var ErrFailed = errors.New("the store failed and must be opened again")

// ConflictError names the groups whose changes did not apply, because their version was not the base.
type ConflictError struct{ Groups []string }

func (e *ConflictError) Error() string {
	return fmt.Sprintf("another commit was faster on %d group(s): %s", len(e.Groups), strings.Join(e.Groups, ", "))
}

// CorruptError says that a stored record is not what this program writes. Nothing is deleted.
type CorruptError struct {
	// Record says which: "group Robot001", "definition 3f...".
	Record string
	// Reason says what is wrong with it.
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("stored record %s cannot be read: %s", e.Record, e.Reason)
}

// FormatError says that data was written by another version of the format.
type FormatError struct{ Found, Known int }

func (e *FormatError) Error() string {
	return fmt.Sprintf("the data has format %d, this program reads format %d: use the matching version of dictrack", e.Found, e.Known)
}

// Conflicted tells whether the group is one of those.
func (e *ConflictError) Conflicted(name string) bool { return slices.Contains(e.Groups, name) }

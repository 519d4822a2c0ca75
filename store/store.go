// Package store is the port to long-term storage: what dictrack needs of a database, and nothing more.
//
// A Store holds four things: groups in chunks, definitions by their id, the ids of messages that were applied, and when
// groups are due. It does not look into any of them. Package storetest holds every adapter to this contract.
package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// Store persists groups. Every method may be called from any goroutine, concurrently with others, and gives up when its
// context ends. A group's name is any non-empty string of bytes without NUL; a call with another name is an error and
// does nothing.
type Store interface {
	// Commit writes changes of distinct groups. Each change is atomic and durable: its chunks, message ids, definitions
	// and due time become visible together before Commit returns, and survive what the adapter promises to survive.
	//
	// Commit is a compare-and-set: a change applies only if the group's version is its Base. Any other version is a
	// conflict, even the one that the change itself led to. A change that conflicts does nothing, the others apply, and
	// Commit returns a *ConflictError. So a repeated or late commit has no effect, and of two writers from the same base
	// one always gets a conflict; Load returns what is there.
	//
	// Any other error leaves the outcome of every change unknown: each is applied wholly or not at all, and Load tells
	// which. The store may read the changes only until it returns, and must not retain their memory.
	Commit(ctx context.Context, changes []*record.Change) error

	// Load returns a group as a whole. For a group that does not exist, Exists of the result is false and Version is that
	// from which new groups start. The caller owns the result.
	Load(ctx context.Context, name string) (*record.Group, error)

	// Definitions returns the canonical JSON of committed definitions, in the order of ids. One that is not there is a
	// *record.CorruptError. The caller owns the result.
	Definitions(ctx context.Context, ids []tracker.ID) ([][]byte, error)

	// FindMessageID looks up a message id of a group; ok is false when it is not there. An id past its expiry may still be
	// found.
	FindMessageID(ctx context.Context, name, id string) (m record.MessageID, ok bool, err error)

	// Due returns at most limit groups that the clock changes at or before until, in Unix milliseconds, the earliest
	// first.
	Due(ctx context.Context, until int64, limit int) ([]record.Due, error)

	// Groups returns the names of at most limit groups, in bytewise order, from the first one after the name given (""
	// for the beginning).
	Groups(ctx context.Context, after string, limit int) ([]string, error)

	// DeleteExpiredIDs deletes the message ids that expire at or before now, in Unix milliseconds.
	DeleteExpiredIDs(ctx context.Context, now int64) error

	// Flush deletes every group, message id and due time. Afterwards new groups start from a version higher than any
	// before, so that versions never restart, and a change that was made before the Flush and arrives after it conflicts
	// with a group that is new and empty. Definitions may stay.
	Flush(ctx context.Context) error

	// Close releases the store's resources. Later calls return record.ErrClosed; a second Close does nothing.
	Close() error
}

// InDoubtLoader is a Store whose commits may go on when the process that called for them is gone.
type InDoubtLoader interface {
	Store
	// LoadAfterInDoubt is Load after such commits of the group have ended.
	LoadAfterInDoubt(ctx context.Context, name string) (*record.Group, error)
}

// CheckGroupName returns an error unless name can be the name of a group: any bytes but NUL, and not empty.
func CheckGroupName(name string) error {
	if name == "" || strings.ContainsRune(name, 0) {
		return &field.Error{Path: "group", Value: name, Want: "want a name that is not empty and has no NUL"}
	}
	return nil
}

// ErrInUse means that another process, or another Store of this one, has the data open.
var ErrInUse = errors.New("the data is in use by another process")

// ErrFailed means that an earlier write failed in a way that leaves the state of the disk in doubt. Nothing more is
// written; open the store again to continue from what is on disk.
var ErrFailed = errors.New("the store failed and must be opened again")

// ConflictError names the groups whose changes did not apply because their version was not the change's base.
type ConflictError struct{ Groups []string }

func (e *ConflictError) Error() string {
	return fmt.Sprintf("another commit was faster on %d group(s): %s", len(e.Groups), strings.Join(e.Groups, ", "))
}

// Conflicted reports whether the change of the group conflicted.
func (e *ConflictError) Conflicted(name string) bool { return slices.Contains(e.Groups, name) }

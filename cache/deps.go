package cache

import (
	"context"
	"log/slog"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// Deps are the dependencies of a Cache.
type Deps struct {
	// BackingStore is where groups are loaded from and changes are persisted; nil when the cache is the only place where
	// groups live.
	BackingStore BackingStore
	// Definitions decodes the definitions of groups that the cache stores outside of this process.
	Definitions Definitions
	// Logger receives what is reported to no caller; never nil.
	Logger *slog.Logger
}

// BackingStore is where a cache loads groups from and persists their changes.
type BackingStore interface {
	// Load returns the persisted state of a group, which the cache then owns.
	Load(ctx context.Context, name string) (*group.Group, error)
	// FindMessageID looks up a message id of a group; ok is false when it is not there.
	FindMessageID(ctx context.Context, name, id string) (m record.MessageID, ok bool, err error)
	// Persist writes changes of distinct groups. The error may be a Conflict for some of them; any other error leaves the
	// outcome of all unknown.
	Persist(ctx context.Context, changes []*record.Change) error
}

// InDoubtLoader is a BackingStore whose commits may go on when the process that called for them is gone.
type InDoubtLoader interface {
	BackingStore
	// LoadAfterInDoubt is Load after such commits of the group have ended. A cache that lost its state calls it in place
	// of Load, which might miss a commit that is still under way.
	LoadAfterInDoubt(ctx context.Context, name string) (*group.Group, error)
}

// Definitions shares definitions within this process. Its methods may be called from any goroutine.
type Definitions interface {
	// Find returns a definition that is in use; nil when it must be read.
	Find(id tracker.ID) *tracker.Definition
	// Read decodes the canonical JSON of a definition. The error is an UnknownKindError when its kind is not registered in
	// this process.
	Read(id tracker.ID, text []byte) (*tracker.Definition, error)
}

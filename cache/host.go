package cache

import (
	"context"
	"log/slog"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
)

// Deps is what a Cache is given to work with.
type Deps struct {
	// BackingStore is where groups come from, and where they are kept for good; nil when the cache is the only
	// place where groups live.
	BackingStore BackingStore
	// Definitions reads the definitions of groups that the cache keeps outside of this process.
	Definitions Definitions
	// Logger hears what no caller is told; never nil.
	Logger *slog.Logger
}

// BackingStore is where a cache's groups come from and where changes are kept.
type BackingStore interface {
	// Load returns a group as it is kept, for the cache to own.
	Load(ctx context.Context, name string) (*group.Group, error)
	// FindMessageID looks up an id of a group.
	FindMessageID(ctx context.Context, name, id string) (group.MessageID, bool, error)
	// Persist keeps the changes of distinct groups. The error may be a Conflict for some of them; any
	// other leaves the outcome of all unknown.
	Persist(ctx context.Context, changes []*group.Pending) error
}

// InDoubtLoader is a Backing where what a process began may go on when that process is gone.
type InDoubtLoader interface {
	BackingStore
	// LoadAfterInDoubt is Load once that is over for the group. A cache that lost what it had calls it in place of Load: what
	// was on its way then may come later than what Load returns.
	LoadAfterInDoubt(ctx context.Context, name string) (*group.Group, error)
}

// Definitions shares definitions within this process. Its methods may be called from any goroutine.
type Definitions interface {
	// Find returns a definition that is in use; nil when it must be read.
	Find(id tracker.ID) *tracker.Definition
	// Read reads the canonical JSON of a definition. The error may be an UnknownKindError: a kind that this
	// process did not register.
	Read(id tracker.ID, text []byte) (*tracker.Definition, error)
}

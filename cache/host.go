package cache

import (
	"context"
	"log/slog"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
)

// Host is what a Cache is given to work with.
type Host struct {
	// Backing is where groups come from, and where they are kept for good; nil when the cache is the only
	// place where groups live.
	Backing Backing
	// Definitions reads the definitions of groups that the cache keeps outside of this process.
	Definitions Definitions
	// Logger hears what no caller is told; never nil.
	Logger *slog.Logger
}

// Backing is where a cache's groups come from and where changes are kept.
type Backing interface {
	// Load returns a group as it is kept, for the cache to own.
	Load(ctx context.Context, name string) (*group.Group, error)
	// Seen looks up an id of a group.
	Seen(ctx context.Context, name, id string) (group.Seen, bool, error)
	// Persist keeps the changes of distinct groups. The error may be a Conflict for some of them; any
	// other leaves the outcome of all unknown.
	Persist(ctx context.Context, changes []*group.Change) error
}

// Settling is a Backing where what a process began may go on when that process is gone.
type Settling interface {
	Backing
	// LoadSettled is Load once that is over for the group. A cache that lost what it had calls it in place of Load: what
	// was on its way then may come later than what Load returns.
	LoadSettled(ctx context.Context, name string) (*group.Group, error)
}

// Definitions shares definitions within this process. Its methods may be called from any goroutine.
type Definitions interface {
	// Find returns a definition that is in use; nil when it must be read.
	Find(id tracker.ID) *tracker.Definition
	// Read reads the canonical JSON of a definition. The error may be an UnknownKindError: a kind that this
	// process did not register.
	Read(id tracker.ID, text []byte) (*tracker.Definition, error)
}

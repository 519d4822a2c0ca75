// Package engine runs calls on groups: it makes tasks of them for the cache, loads groups for the cache from the store,
// and shares definitions and compiled sets among groups.
package engine

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/internal/gate"
	"github.com/dictrack/dictrack/internal/notify"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// Config is what an Engine works with. All but Store and Registry are needed. Times are in Unix milliseconds.
type Config struct {
	Cache cache.Cache
	// Store keeps what the cache has; nil when the cache is the only place where groups live.
	Store store.Store
	// Registry knows custom kinds; nil for none.
	Registry *tracker.Registry
	// Now is the current time.
	Now func() int64
	// IDWindow is how long the id of a message is remembered.
	IDWindow time.Duration
	// Publisher gets the events of every commit.
	Publisher *notify.Publisher
	// Schedule is told when the clock changes a group next.
	Schedule func(group string, due int64)
	// Remote says that groups are also kept outside of this process. Each call then schedules its group, which may have
	// been loaded without that.
	Remote bool
	// Gate is closed when no more calls may begin; they then fail with its reason. Calls do not enter it: the cache
	// waits for them.
	Gate *gate.Gate
	// Logger gets what no caller is told.
	Logger *slog.Logger
	// Observer measures what is done with the store and the clock.
	Observer Observer
}

// Engine runs calls on groups. Its methods may be called from any goroutine. It owns neither cache nor store.
type Engine struct {
	config      Config
	definitions *Definitions
	deps        *deps
	tasks       sync.Pool // of *task
	batches     sync.Pool // of *batch
}

// New returns an Engine. Start must follow.
func New(c Config) *Engine {
	e := &Engine{
		config:      c,
		definitions: newDefinitions(c.Registry),
		deps: &deps{
			now: c.Now, idWindow: c.IDWindow.Milliseconds(),
			publisher: c.Publisher, schedule: c.Schedule, remote: c.Remote,
			compile: (&setCache{}).compile,
		},
	}
	e.tasks.New = func() any { return newTask(e.deps) }
	return e
}

// Start starts the cache. The error is the cache's.
func (e *Engine) Start(ctx context.Context) error {
	d := cache.Deps{Definitions: e.definitions, Logger: e.config.Logger}
	if e.config.Store != nil {
		d.BackingStore = &loader{store: e.config.Store, definitions: e.definitions, observer: e.config.Observer}
	}
	return e.config.Cache.Start(ctx, d)
}

// Templates are what every group gets with its first message.
func (e *Engine) Templates() *Templates { return &e.deps.templates }

// Definitions makes and shares the definitions of this Engine's groups.
func (e *Engine) Definitions() *Definitions { return e.definitions }

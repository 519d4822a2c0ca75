// Package dictrack counts messages towards targets, for each player, device or customer, exactly once.
//
// A message is a JSON object for a group. It moves the group's trackers: each has conditions that the message's data must
// meet, targets that it counts or sums towards in stages, limiters that hold it back, and events when it completes, is
// reset or limited. Quests and achievements, campaigns, device monitoring, quotas and session analytics are made of that.
//
//	m, err := dictrack.Open(ctx, dictrack.Options{})
//	defer m.Close(ctx)
//	err = m.Add(ctx, "Robot001", dictrack.Count("Demo-1",
//		dictrack.Targets(10), dictrack.Where(condition.Eq("status", "active"))))
//	res, err := m.Track(ctx, dictrack.Message{
//		Group: "Robot001",
//		ID:    "message-1",
//		Data:  map[string]any{"id": 1, "status": "active"},
//	})
//
// Without a store everything is in memory and gone with the process. [Options.Store] makes it last: package
// store/pebblestore keeps it in a directory, store/pgstore in PostgreSQL, store/mongostore in MongoDB. [Options.Cache] with
// cache/rediscache shares it among processes. Package connect opens them by URLs.
//
// A message with an ID counts once, however often it is sent; see [Message]. What a tracker does in every case is defined
// in docs/semantics.md.
//
// Package condition has the conditions, package limiter the limiters, package trackerfile reads definition files.
package dictrack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/internal/engine"
	"github.com/dictrack/dictrack/internal/gate"
	"github.com/dictrack/dictrack/internal/notify"
	"github.com/dictrack/dictrack/internal/timers"
	"github.com/dictrack/dictrack/store"
)

// Options say how a Manager works. The zero Options are usable: everything in memory, gone with the
// process.
type Options struct {
	// Store is where groups are stored. A call returns when the store has its effect, unless the Cache acknowledges before
	// the store. The Manager owns the store from Open on, also when Open fails, and closes it. Defaults to none: memory
	// only.
	Store store.Store
	// Cache holds the groups that are in use. The Manager owns it from Open on, also when Open fails, and closes it.
	// Defaults to a memorycache.
	Cache cache.Cache
	// MaxGroups is the number of groups that the default Cache holds in memory. When it is exceeded, groups that were not
	// used for long are evicted, and read from the Store at their next call. It needs a Store, and no Cache. Defaults to no
	// limit.
	MaxGroups int
	// MaxBytes limits the memory of those groups in the same way. It is an estimate of what groups do not share: about 36
	// bytes a tracker and 256 a group. Defaults to no limit.
	MaxBytes int64
	// Registry knows the kinds of trackers, conditions and limiters that the program adds. Defaults to the built-in ones.
	Registry *Registry
	// IDWindow is how long the ID of a message is remembered after its commit, by the Clock. Defaults to 7 days.
	IDWindow time.Duration
	// Clock returns the current time. It is called from many goroutines and should never go back by much: trackers expire
	// and windows end by it. Defaults to time.Now.
	Clock func() time.Time
	// DisableTimers leaves it to calls of Sweep to apply what the clock does to groups that get no messages. Defaults to
	// false: the Manager does it by itself, when it is due.
	DisableTimers bool
	// Subscriptions are there before anything happens: their handlers also get the events of what was due while the
	// process was down, perhaps before Open returns. Defaults to none; see Manager.Subscribe.
	Subscriptions []Subscription
	// Observer gets measurements, for metrics. Defaults to none.
	Observer Observer
	// Logger gets what no caller is told, such as handlers that panic and timers that fail. Defaults to no log.
	Logger *slog.Logger
}

// Manager tracks messages. All its methods may be called from any goroutine, and from event handlers.
type Manager struct {
	options   Options
	engine    *engine.Engine
	publisher *notify.Publisher
	timers    *timers.Scheduler
	now       func() int64    // Unix milliseconds
	calls     *gate.Gate      // closed by Close; calls on the store that the cache knows nothing of enter it
	life      context.Context // ends with Close
	end       context.CancelFunc
}

// Open starts a Manager; the caller closes it. Options that are not allowed are an [ErrInvalid].
func Open(ctx context.Context, o Options) (*Manager, error) {
	filled, err := o.withDefaults()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, errors.Join(classify(err), closeCache(ctx, o.Cache), closeStore(o.Store))
	}
	m := newManager(ctx, filled)
	for i := range filled.Subscriptions {
		m.subscribe(&filled.Subscriptions[i])
	}
	if err := m.engine.Start(ctx); err != nil {
		m.end()
		return nil, errors.Join(fmt.Errorf("start the cache: %w", err), filled.Cache.Close(ctx), closeStore(filled.Store))
	}
	if !filled.DisableTimers {
		go m.timers.Run(m.life, m.engine)
	}
	return m, nil
}

// newManager connects the parts of a Manager.
func newManager(ctx context.Context, o Options) *Manager {
	m := &Manager{options: o, publisher: notify.New(o.Logger), now: clock(o.Clock), calls: &gate.Gate{}}
	m.life, m.end = context.WithCancel(context.WithoutCancel(ctx))
	sources := timers.Sources(o.Cache, o.Store)
	m.timers = timers.New(timers.Config{Sources: sources, Now: m.now, Logger: o.Logger})
	m.engine = engine.New(engine.Config{
		Cache: o.Cache, Store: o.Store, Registry: o.Registry, Logger: o.Logger,
		Now: m.now, IDWindow: o.IDWindow,
		Publisher: m.publisher, Schedule: m.timers.Schedule, Remote: len(sources) > 0, Gate: m.calls,
		Observer: engine.Observer{
			Committed: o.Observer.Committed, Loaded: o.Observer.Loaded, TimersFired: o.Observer.TimersFired,
		},
	})
	return m
}

// clock is the time in Unix milliseconds.
func clock(of func() time.Time) func() int64 {
	if of == nil {
		return new(engine.CoarseClock).Now
	}
	return func() int64 { return of().UnixMilli() }
}

func closeCache(ctx context.Context, c cache.Cache) error {
	if c == nil {
		return nil
	}
	return c.Close(ctx)
}

func closeStore(s store.Store) error {
	if s == nil {
		return nil
	}
	return s.Close()
}

// Close waits for the calls under way and for the event handlers of what they committed, and closes the cache and the
// store. When ctx ends first it stops waiting and closes all the same; an event handler that calls Close therefore does so
// on a goroutine of its own. Later calls return [ErrClosed]; a second Close does nothing.
func (m *Manager) Close(ctx context.Context) error {
	if !m.calls.Close(ErrClosed) {
		return nil
	}
	m.end()
	err := m.options.Cache.Close(ctx)
	m.publisher.DeliverAll()
	err = errors.Join(err, m.publisher.Wait(ctx), m.waitTimers(ctx), m.calls.Wait(ctx))
	return errors.Join(err, closeStore(m.options.Store))
}

// waitTimers returns when no timer runs any more, or ctx ends.
func (m *Manager) waitTimers(ctx context.Context) error {
	if m.options.DisableTimers {
		return nil
	}
	return m.timers.Wait(ctx)
}

// Package dictrack counts what happens to somebody towards targets, and never loses or doubles any of
// it.
//
// You feed it data, JSON objects, for a group: a player, a robot, a customer. The group's trackers move:
// each has conditions that the data must meet, targets that it counts or sums towards in stages,
// limiters that hold it back, and events when it completes, resets or is limited.
//
//	m, err := dictrack.Open(ctx, dictrack.Options{})
//	defer m.Close(ctx)
//	m.On(dictrack.AllCompleted, func(e dictrack.Event) { fmt.Println(e.Tracker.Name, "is done") })
//	err = m.Add(ctx, "Robot001", dictrack.Count("Demo-1",
//		dictrack.Targets(10), dictrack.Where(condition.Eq("status", "active"))))
//	res, err := m.Track(ctx, "Robot001", map[string]any{"id": 1, "status": "active"})
//
// Options.Store makes it last: package store/pebblestore keeps everything in a directory. What a tracker
// does in every case is written down in docs/semantics.md.
package dictrack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/memorycache"
	"github.com/dictrack/dictrack/internal/engine"
	"github.com/dictrack/dictrack/internal/gate"
	"github.com/dictrack/dictrack/internal/notify"
	"github.com/dictrack/dictrack/internal/timers"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// Options say how a Manager works. The zero Options are usable: everything in memory, gone with the
// process.
type Options struct {
	// Store keeps everything for good; a call returns when the store has what it did, unless the Cache is one that is
	// ahead of it. The Manager owns it from Open on, also when Open fails, and closes it. Defaults to none: memory only.
	Store store.Store
	// Cache holds the groups that are in use. The Manager owns it from Open on, also when Open fails, and closes
	// it. Defaults to a memorycache.
	Cache cache.Cache
	// MaxGroups is how many groups the default Cache holds in memory, when there is a Store. Beyond it, those leave that
	// had no call for long, and the next call reads them again. Defaults to any number. A Cache of your own has
	// bounds of its own.
	MaxGroups int
	// MaxBytes is how much memory those groups take together, by an estimate that counts what they have for themselves:
	// about 36 bytes a tracker and 256 a group. Defaults to any size.
	MaxBytes int64
	// Registry knows the custom kinds of trackers, conditions and limiters. Defaults to the built-in ones.
	Registry *tracker.Registry
	// IDWindow is how long the id of a call is remembered after its commit, by Clock. Defaults to 7 days.
	IDWindow time.Duration
	// Clock tells the time. It is called from many goroutines, and must never go back by much: trackers
	// expire and windows end by it. Defaults to time.Now.
	Clock func() time.Time
	// ManualSweep leaves it to calls of Sweep to apply what the clock does to groups that get no data.
	// Defaults to off: the Manager does it by itself, at the right second.
	ManualSweep bool
	// OnEvent is a listener like one of OnAll, and there before anything happens: what the clock did to trackers since
	// the store was last open may be told before Open returns.
	OnEvent func(Event)
	// Logger hears what no caller is told: listeners that panic, sweeps that failed. Defaults to silence.
	Logger *slog.Logger
}

// withDefaults fills what was left out and checks the rest.
func (o Options) withDefaults() (Options, error) {
	if o.IDWindow != 0 && o.IDWindow < time.Millisecond {
		return o, fmt.Errorf("options: IDWindow is %v, want 0 for the default, or at least a millisecond", o.IDWindow)
	}
	if o.IDWindow == 0 {
		o.IDWindow = 7 * 24 * time.Hour
	}
	if err := o.checkBounds(); err != nil {
		return o, err
	}
	if o.Cache == nil {
		o.Cache = memorycache.NewBounded(memorycache.Bound{Groups: o.MaxGroups, Bytes: o.MaxBytes})
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

// checkBounds checks what may be held in memory.
func (o *Options) checkBounds() error {
	for _, bound := range []struct {
		name  string
		value int64
	}{{"MaxGroups", int64(o.MaxGroups)}, {"MaxBytes", o.MaxBytes}} {
		switch {
		case bound.value < 0:
			return fmt.Errorf("options: %s is %d, want 0 for no bound, or at least 1", bound.name, bound.value)
		case bound.value > 0 && o.Store == nil:
			return fmt.Errorf("options: %s is %d and there is no Store: a group that leaves memory would be lost; set a Store, or 0",
				bound.name, bound.value)
		case bound.value > 0 && o.Cache != nil:
			return fmt.Errorf("options: %s is %d, which is for the default Cache: give the bound to the Cache that is set, or leave Cache out",
				bound.name, bound.value)
		}
	}
	return nil
}

// Manager is the way in. All its methods may be called from any goroutine, and from listeners.
type Manager struct {
	options   Options
	engine    *engine.Engine
	templates templates
	publisher *notify.Publisher
	timers    *timers.Scheduler
	now       func() int64    // Unix milliseconds
	calls     *gate.Gate      // closed by Close; calls on the store that the cache knows nothing of enter it
	life      context.Context // ends with Close
	end       context.CancelFunc
}

// Open starts a Manager. Close it.
func Open(ctx context.Context, o Options) (*Manager, error) {
	filled, err := o.withDefaults()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, errors.Join(err, closeCache(ctx, o.Cache), closeStore(o.Store))
	}
	m := newManager(ctx, filled)
	if filled.OnEvent != nil {
		m.publisher.Subscribe(handler(filled.OnEvent))
	}
	if err := m.engine.Start(ctx); err != nil {
		m.end()
		return nil, errors.Join(fmt.Errorf("start the cache: %w", err), filled.Cache.Close(ctx), closeStore(filled.Store))
	}
	if !filled.ManualSweep {
		go m.timers.Run(m.life)
	}
	return m, nil
}

// newManager connects the parts of a Manager.
func newManager(ctx context.Context, o Options) *Manager {
	m := &Manager{options: o, publisher: notify.New(o.Logger), now: clock(o.Clock), calls: &gate.Gate{}}
	m.life, m.end = context.WithCancel(context.WithoutCancel(ctx))
	sources := timers.Sources(o.Cache, o.Store)
	m.timers = timers.New(timers.Config{
		Sources: sources, Now: m.now, Logger: o.Logger,
		Fire: func(ctx context.Context, now int64, groups []string) error {
			return m.engine.FireTimers(ctx, now, groups)
		},
		DeleteExpired: func(ctx context.Context, now int64) error { return m.engine.DeleteExpired(ctx, now) },
	})
	m.engine = engine.New(engine.Config{
		Cache: o.Cache, Store: o.Store, Registry: o.Registry, Logger: o.Logger,
		Now: m.now, IDWindow: o.IDWindow, Template: m.templates.definitions,
		Publisher: m.publisher, Schedule: m.timers.Schedule, Remote: len(sources) > 0, Gate: m.calls,
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

// Close waits for the calls under way and until listeners have heard of them, and closes the cache and
// the store. When ctx ends first it gives up waiting and closes all the same; so a listener that calls
// Close does so on a goroutine of its own. Later calls return ErrClosed; a second Close does nothing.
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
	if m.options.ManualSweep {
		return nil
	}
	return m.timers.Wait(ctx)
}

package robustness

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/memorycache"
	"github.com/dictrack/dictrack/cache/writebehind"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
	"github.com/dictrack/dictrack/store/pebblestore"
	"github.com/dictrack/dictrack/tests/robustness/oracle"
)

// TestModel plays random operations on a Manager and on the oracle, which must say the same all along: results,
// errors, events, trackers and groups; over every store, opened anew again and again.
func TestModel(t *testing.T) {
	sum := map[string]int{}
	forSeeds(t, 1_000, 20_000, func(seed uint64) error { return playModel(seed, sum) })
	t.Logf("%v", sum)
	for _, what := range []string{
		"ADDED", "STAGE_COMPLETED", "ALL_COMPLETED", "RESET", "LIMITED", "REMOVED", "EXPIRED", "duplicate",
		oracle.Reused, oracle.Exists, oracle.NotFound, oracle.Completed, oracle.Invalid,
	} {
		if enoughSeeds() && sum[what] == 0 {
			t.Errorf("not one %s in all sequences", what)
		}
	}
}

func playModel(seed uint64, sum map[string]int) error {
	m := newModel(seed)
	m.sum = sum
	err := m.open()
	for i := 0; err == nil && i < 40; i++ {
		err = m.step()
	}
	if err == nil {
		err = m.compare()
	}
	if m.m != nil {
		err = errors.Join(err, m.m.Close(context.Background()))
	}
	if err != nil {
		return fmt.Errorf("%w\nafter\n  %s", err, strings.Join(m.trace, "\n  "))
	}
	return nil
}

// model is one sequence of operations under way.
type model struct {
	generator
	ctx    context.Context
	world  *oracle.World
	m      *dictrack.Manager
	store  func() (store.Store, error) // nil: memory only
	behind bool                        // the cache is ahead of the store
	now    int64                       // Unix milliseconds
	names  []string                    // of groups
	events map[string][]string         // since the last comparison, by group
	known  map[string]bool             // ids of events
	late   []string                    // what the listener found wrong
	latest map[string]uint64           // versions
	trace  []string
	sum    map[string]int // what happened how often
}

const modelWindow = 10 * time.Second

func newModel(seed uint64) *model {
	m := &model{
		generator: generator{rand.New(rand.NewPCG(seed, 2))}, ctx: context.Background(),
		world: oracle.New(modelWindow.Milliseconds()), now: 1_700_000_000_000,
		names:  []string{"g", "h", "k"},
		events: map[string][]string{}, known: map[string]bool{}, latest: map[string]uint64{},
	}
	switch seed % 4 {
	case 1:
		s := memorystore.New()
		m.store = func() (store.Store, error) { return keepOpen{s}, nil }
	case 2, 3:
		fs := vfs.NewMem()
		m.store = func() (store.Store, error) {
			return pebblestore.Open(m.ctx, "data", pebblestore.Options{FS: fs, CacheBytes: 1 << 16, MemTableBytes: 16 << 10})
		}
	}
	m.behind = m.store != nil && seed%3 == 0
	for i := range m.IntN(3) {
		m.world.Template = append(m.world.Template, m.definition(fmt.Sprint("m", i), m.now/1000))
	}
	return m
}

// keepOpen is a store that its Manager does not close.
type keepOpen struct{ store.Store }

func (keepOpen) Close() error { return nil }

// open opens the Manager, anew if it was open.
func (m *model) open() error {
	if m.m != nil {
		if err := m.m.Close(m.ctx); err != nil {
			return err
		}
		m.m = nil
	}
	o := dictrack.Options{Clock: func() time.Time { return time.UnixMilli(m.now) }, DisableTimers: true, IDWindow: modelWindow}
	if m.store != nil {
		s, err := m.store()
		if err != nil {
			return err
		}
		o.Store, o.Cache = s, m.cache()
	}
	manager, err := dictrack.Open(m.ctx, o)
	if err != nil {
		return err
	}
	m.m = manager
	_, _ = m.m.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error { m.listen(e); return nil }})
	if m.world.Template == nil {
		return nil
	}
	return m.m.SetTemplate("t", specs(m.world.Template)...)
}

// cache is one that groups leave now and then.
func (m *model) cache() cache.Cache {
	bound := memorycache.Options{MaxGroups: m.IntN(3)}
	if m.behind {
		return writebehind.New(writebehind.Options{MaxDelay: time.Millisecond, MaxPending: 4, MaxGroups: bound.MaxGroups})
	}
	return memorycache.New(bound)
}

// listen notes an event; its id must be new.
func (m *model) listen(e dictrack.Event) {
	if m.known[e.ID()] {
		m.late = append(m.late, "event "+e.ID()+" is delivered twice")
	}
	m.known[e.ID()] = true
	m.sum[string(e.Kind)]++
	m.events[e.Group] = append(m.events[e.Group], eventLine(&e))
}

// step does one operation on both.
func (m *model) step() error {
	m.now += 250 * int64(m.one(0, 0, 1, 2, 4, 7, 20).(int))
	want := map[string][]string{}
	if err := m.operate(want); err != nil {
		return err
	}
	if m.late != nil {
		return errors.New(m.late[0])
	}
	for _, name := range m.names {
		if diff := diffLines("event of group "+name, m.events[name], want[name]); diff != "" {
			return errors.New(diff)
		}
	}
	clear(m.events)
	if m.in(3) {
		return m.compare()
	}
	return nil
}

// compare looks at every tracker of every group.
func (m *model) compare() error {
	var want []string
	for _, name := range slices.Sorted(maps.Keys(m.world.Groups)) {
		g := m.world.Groups[name]
		if g.Known {
			want = append(want, name)
		}
		snaps, err := m.m.ListAll(m.ctx, name)
		if err != nil {
			return err
		}
		if diff := diffLines("tracker of group "+name, lines(snaps), g.Lines()); diff != "" {
			return errors.New(diff)
		}
	}
	var has []string
	for name, err := range m.m.Groups(m.ctx) {
		if err != nil {
			return err
		}
		has = append(has, name)
	}
	if diff := diffLines("group", has, want); diff != "" {
		return errors.New(diff)
	}
	return nil
}

// say notes what is done.
func (m *model) say(format string, args ...any) {
	m.trace = append(m.trace, fmt.Sprintf("%d ", m.now)+fmt.Sprintf(format, args...))
}

// version takes in the version that a call was answered with: those of a group never go down.
func (m *model) version(name string, v uint64) error {
	if v < m.latest[name] {
		return fmt.Errorf("group %s: version %d after %d", name, v, m.latest[name])
	}
	m.latest[name] = v
	return nil
}

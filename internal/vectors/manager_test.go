package vectors_test

import (
	"cmp"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache/writebehind"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/vectors"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
	"github.com/dictrack/dictrack/store/pebblestore"
	"github.com/dictrack/dictrack/tracker"
)

// managed plays cases on a Manager, which is opened anew between a step and the look at what it did when
// there is a store.
type managed struct {
	now  time.Time
	open func(clock func() time.Time) (*dictrack.Manager, error)
	keep bool // the Manager lives on
	// pick chooses who makes a step, instead of open.
	pick  func() *dictrack.Manager
	group string // default "group"
	m     *dictrack.Manager
	name  string // of the first tracker
}

// with runs one step on an open Manager.
func (p *managed) with(now int64, step func(ctx context.Context, m *dictrack.Manager) error) error {
	p.now = time.Unix(now, 0)
	if p.pick != nil {
		p.m = p.pick()
	}
	if p.m == nil {
		m, err := p.open(func() time.Time { return p.now })
		if err != nil {
			return err
		}
		p.m = m
	}
	return step(context.Background(), p.m)
}

func (p *managed) groupName() string { return cmp.Or(p.group, "group") }

func (p *managed) close() error {
	m := p.m
	p.m = nil
	if m == nil {
		return nil
	}
	return m.Close(context.Background())
}

func (p *managed) Add(definitions []any, now int64) error {
	var specs []tracker.Spec
	for _, v := range definitions {
		d, err := (*tracker.Registry)(nil).Parse(v)
		if err != nil {
			return err
		}
		specs = append(specs, d.Spec())
	}
	p.name = specs[0].Name
	return p.with(now, func(ctx context.Context, m *dictrack.Manager) error {
		return m.Add(ctx, p.groupName(), specs...)
	})
}

func (p *managed) Look() (snaps []tracker.Snapshot, err error) {
	if !p.keep {
		if err := p.close(); err != nil {
			return nil, err
		}
	}
	err = p.with(p.now.Unix(), func(ctx context.Context, m *dictrack.Manager) error {
		snaps, err = m.ListAll(ctx, p.groupName())
		return err
	})
	return snaps, err
}

func (p *managed) Do(step map[string]any, now int64) (answer vectors.Answer, err error) {
	err = p.with(now, func(ctx context.Context, m *dictrack.Manager) error {
		var events []tracker.Event
		collect := func(_ context.Context, e dictrack.Event) error {
			events = append(events, plain(&e))
			return nil
		}
		cancel, err := m.Subscribe(dictrack.Subscription{Handler: collect})
		if err != nil {
			return err
		}
		defer cancel()
		answer.Outcome, err = p.play(ctx, m, step)
		answer.Events = events
		return err
	})
	return answer, err
}

// plain is the event as the core has it.
func plain(e *dictrack.Event) tracker.Event {
	return tracker.Event{
		Kind: e.Kind, Definition: e.Tracker.Definition, Limiter: e.Limiter, Cycles: e.Cycles,
		State: tracker.State{
			Progress: e.Tracker.Progress, Stage: int32(e.Tracker.Stage), Cycle: e.Tracker.Cycle,
			Completed: e.Tracker.Completed, Limited: e.Tracker.Limited,
		},
	}
}

func (p *managed) play(ctx context.Context, m *dictrack.Manager, step map[string]any) (string, error) {
	if step["do"] == "track" {
		res, err := m.Track(ctx, dictrack.Message{Group: p.groupName(), Data: step["data"].(map[string]any)})
		if err != nil {
			return "", err
		}
		return res.Outcome(p.name).String(), nil
	}
	err := p.edit(ctx, m, step)
	var invalid *field.Error
	switch {
	case errors.Is(err, dictrack.ErrCompleted):
		return "completed", nil
	case errors.As(err, &invalid):
		return "invalid", nil
	}
	return "changed", err
}

func (p *managed) edit(ctx context.Context, m *dictrack.Manager, step map[string]any) error {
	switch step["do"] {
	case "reset":
		by, err := vectors.ResetOf(step)
		if err != nil {
			return err
		}
		return m.Reset(ctx, p.groupName(), by, p.name)
	case "set_progress":
		if n, ok := step["value"].(int64); ok {
			return m.Update(ctx, p.groupName(), p.name, dictrack.SetProgress(n))
		}
		return m.Update(ctx, p.groupName(), p.name, dictrack.SetProgress(step["value"].(float64)))
	case "add_targets":
		var targets []float64
		for _, v := range step["targets"].([]any) {
			n, _ := field.Number(v)
			targets = append(targets, n.Float64())
		}
		return m.Update(ctx, p.groupName(), p.name, dictrack.AddTargets(targets...))
	case "set_loop":
		return m.Update(ctx, p.groupName(), p.name, dictrack.SetLoop(step["loop"] == true))
	}
	policy, err := tracker.ParsePolicy(step["reset"])
	if err != nil {
		return err
	}
	return m.Update(ctx, p.groupName(), p.name, dictrack.SetReset(policy))
}

func report(t *testing.T, file string, score vectors.Score, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s.jsonl: %v", file, &score)
	for _, failure := range score.Failures {
		t.Error(failure)
	}
}

func playAll(t *testing.T, newPlayer func(id string) (vectors.Player, func(), error)) {
	t.Helper()
	if raced {
		playSample(t, newPlayer)
		return
	}
	score, err := vectors.Trackers(newPlayer)
	report(t, "trackers", score, err)
	score, err = vectors.Groups(newPlayer)
	report(t, "groups", score, err)
}

func TestVectorsManagerMemory(t *testing.T) {
	playAll(t, func(string) (vectors.Player, func(), error) {
		p := &managed{keep: true}
		p.open = func(clock func() time.Time) (*dictrack.Manager, error) {
			return dictrack.Open(context.Background(), dictrack.Options{Clock: clock, DisableTimers: true})
		}
		return p, func() { _ = p.close() }, nil
	})
}

// stored plays with a store that lives on while the Manager is opened anew for every step.
func stored(openStore func() (store.Store, error)) *managed {
	p := &managed{}
	p.open = func(clock func() time.Time) (*dictrack.Manager, error) {
		s, err := openStore()
		if err != nil {
			return nil, err
		}
		return dictrack.Open(context.Background(), dictrack.Options{Store: s, Clock: clock, DisableTimers: true})
	}
	return p
}

func TestVectorsManagerMemorystore(t *testing.T) {
	playAll(t, func(string) (vectors.Player, func(), error) {
		lasting := memorystore.New()
		p := stored(func() (store.Store, error) { return unclosed{lasting}, nil })
		return p, func() { _ = p.close() }, nil
	})
}

// TestVectorsManagerBehind plays on a cache that is ahead of its store: opened anew for every step, so that the store is
// what is looked at, and then on one that lives on and writes while steps go on.
func TestVectorsManagerBehind(t *testing.T) {
	for _, keep := range []bool{false, true} {
		playAll(t, func(string) (vectors.Player, func(), error) {
			lasting := unclosed{memorystore.New()}
			p := &managed{keep: keep}
			p.open = func(clock func() time.Time) (*dictrack.Manager, error) {
				return dictrack.Open(context.Background(), dictrack.Options{
					Store: lasting, Cache: writebehind.New(writebehind.Options{MaxDelay: time.Millisecond, MaxPending: 3}),
					Clock: clock, DisableTimers: true,
				})
			}
			return p, func() { _ = p.close() }, nil
		})
	}
}

// unclosed lets a store outlive the Managers that own it.
type unclosed struct{ store.Store }

func (unclosed) Close() error { return nil }

func TestVectorsManagerPebblestoreRestarted(t *testing.T) {
	playAll(t, func(string) (vectors.Player, func(), error) {
		disk := vfs.NewMem()
		p := stored(func() (store.Store, error) {
			return pebblestore.Open(context.Background(), "data", pebblestore.Options{
				FS: disk, CacheBytes: 1 << 20, MemTableBytes: 64 << 10, // opened ten thousand times
			})
		})
		return p, func() { _ = p.close() }, nil
	})
}

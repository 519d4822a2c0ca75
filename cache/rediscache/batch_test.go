package rediscache_test

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

// slowTask is slow, as a custom condition may be.
type slowTask struct {
	group string
	sleep time.Duration
	begun time.Time
	took  time.Duration
}

func (t *slowTask) Group() string { return t.group }
func (t *slowTask) ID() string    { return "" }
func (t *slowTask) Done(error)    { t.took = time.Since(t.begun) }

func (t *slowTask) Apply(*group.Group, *record.MessageID) *record.MessageID {
	time.Sleep(t.sleep)
	return nil
}

// Slow groups delay the batches that they are in, although these are all that may be in flight, and no group that waits
// for another batch.
func TestSlowGroup(t *testing.T) {
	t.Parallel()
	c := open(t, singleServer(t).URL(), testOptions(newPrefix()))
	if err := c.Start(context.Background(), cache.Deps{Logger: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	const size, slow = 128, 6 * time.Second
	held := 3 * runtime.GOMAXPROCS(0) * size
	var tasks []cache.Task
	for i := range held + 8*size {
		one := &slowTask{group: fmt.Sprint("g", i), begun: time.Now()}
		if i < held && i%size == 0 {
			one.sleep = slow
		}
		tasks = append(tasks, one)
	}
	if err := c.Update(context.Background(), tasks); err != nil {
		t.Fatal(err)
	}
	late := 0
	for _, one := range tasks {
		if one.(*slowTask).took >= slow {
			late++
		}
	}
	if late < 1 || late > held {
		t.Errorf("%d of %d groups waited for slow ones, want at most the %d in their batches", late, len(tasks), held)
	}
}

// A definition that cannot be written fails only the commits that need it.
func TestUnwritableDefinition(t *testing.T) {
	s, prefix := ownServer(t), newPrefix()
	client := dial(t, s.Address())
	m := newManager(t, open(t, s.URL(), testOptions(prefix)), nil)
	ctx := context.Background()
	var all sync.WaitGroup
	var stop atomic.Bool
	for i := range 100 {
		name := fmt.Sprint("good", i)
		mustAdd(t, m, name, 1, "")
		all.Go(func() {
			for !stop.Load() && !t.Failed() {
				if err := add(m, name, 1, ""); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	mustAdd(t, m, "bad", 1, "")
	for i := range 64 {
		key := fmt.Sprintf("%s{d%02d}", prefix, i)
		client.Do(ctx, client.B().Del().Key(key).Build())
		client.Do(ctx, client.B().Set().Key(key).Value("garbage").Build())
	}
	for i := range 50 {
		if err := m.Add(ctx, "bad", dictrack.Count(fmt.Sprint("bad", i), dictrack.Targets(never))); err == nil {
			t.Errorf("definition %d was added over garbage", i)
		}
	}
	stop.Store(true)
	all.Wait()
}

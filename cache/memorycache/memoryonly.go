package memorycache

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/internal/mailbox"
)

// memoryOnly applies tasks to groups that live nowhere else: under the lock of the group, and done.
type memoryOnly struct {
	entries *entryMap
	calls   *mailbox.Calls // closed with the cache; calls do not enter it, so that those on different cores share no counter

	// baseVersion is the version at which new groups start, above all that were flushed.
	baseVersion atomic.Uint64
}

const (
	// minParallel is the number of tasks from which it pays to use several cores.
	minParallel = 64
	maxCores    = 255
)

func (m *memoryOnly) update(ctx context.Context, tasks []cache.Task) {
	if len(tasks) < minParallel {
		for _, t := range tasks {
			m.run(ctx, t)
		}
		return
	}
	owners, cores := m.partition(tasks)
	var workers sync.WaitGroup
	for core := range cores {
		workers.Go(func() {
			for i, t := range tasks {
				if owners[i] == uint8(core) { // #nosec G115 -- there are at most maxCores
					m.run(ctx, t)
				}
			}
		})
	}
	workers.Wait()
}

// partition assigns each task to a core: all tasks of one group to the same, so that they stay in order.
func (m *memoryOnly) partition(tasks []cache.Task) (owners []uint8, cores int) {
	owners, cores = make([]uint8, len(tasks)), min(runtime.GOMAXPROCS(0), maxCores)
	for i, t := range tasks {
		owners[i] = uint8(int(m.entries.hashOf(t.Group())/shardCount) % cores) // #nosec G115 -- there are at most maxCores
	}
	return owners, cores
}

func (m *memoryOnly) run(ctx context.Context, t cache.Task) {
	e := m.entries.lock(t.Group())
	defer e.box.Unlock()
	if e.group == nil {
		e.group = e.inlineGroup
		e.group.Init(e.name, m.baseVersion.Load())
	}
	err := m.calls.Err(ctx) // after the lock: Close waits for those who hold one, and for no others
	switch id := t.ID(); {
	case err != nil:
	case id == "":
		t.Apply(e.group, nil)
	default:
		m.applyWithID(e, t, id)
	}
	t.Done(err)
	if !e.group.Exists() {
		m.entries.remove(e)
	}
}

// applyWithID applies a task whose message has an id.
func (m *memoryOnly) applyWithID(e *entry, t cache.Task, id string) {
	ids := &m.entries.shard(e.hash).ids
	key := messageKey{e.name, id}
	if remember := t.Apply(e.group, ids.find(key)); remember != nil {
		ids.remember(key, *remember)
	}
}

// clear drops all groups and ids, and makes new groups start above their versions.
func (m *memoryOnly) clear() { m.entries.clear(m.raiseBaseVersion) }

func (m *memoryOnly) raiseBaseVersion(version uint64) {
	for {
		base := m.baseVersion.Load()
		if base >= version || m.baseVersion.CompareAndSwap(base, version) {
			return
		}
	}
}

// wait waits for the tasks that hold the lock of a group. Later ones find the cache closed.
func (m *memoryOnly) wait() {
	for e := range m.entries.all() {
		e.box.Lock()
		e.box.Unlock() //nolint:staticcheck // having had the lock is all
	}
}

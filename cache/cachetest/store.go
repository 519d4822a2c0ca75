package cachetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// faultyStore is a Backing in memory. What a commit keeps is in bytes, so that nothing of a group that a cache
// goes on changing stays behind.
type faultyStore struct {
	// The hooks are called before the work, with no lock held; an error is given back instead.
	beforeLoad   hook[func(name string) error]
	beforeLookup hook[func(name, id string) error]
	beforeCommit hook[func(changes []*record.Change) error]
	// afterCommit is called when everything is stored; Commit returns its error, which hides that.
	afterCommit hook[func(changes []*record.Change) error]
	// inner keeps the groups instead.
	inner Truncater
	// shared tells that more than one cache writes to the disk at once.
	shared bool

	mu          sync.Mutex // protects all below
	floor       uint64
	groups      map[string]*storedGroup
	definitions map[tracker.ID]*tracker.Definition
	loads       map[string]int
	lookups     int
	commits     [][]string // the groups of each
	committing  map[string]bool
	violations  []string // what a cache should not have asked for
}

// hook is a function that a test may set at any time.
type hook[F any] struct{ f atomic.Pointer[F] }

func (h *hook[F]) set(f F) { h.f.Store(&f) }

// get returns the function; ok is false when there is none.
func (h *hook[F]) get() (f F, ok bool) {
	if p := h.f.Load(); p != nil {
		return *p, true
	}
	return f, false
}

// clearFaults removes all hooks.
func (d *faultyStore) clearFaults() {
	d.beforeLoad.f.Store(nil)
	d.beforeLookup.f.Store(nil)
	d.beforeCommit.f.Store(nil)
	d.afterCommit.f.Store(nil)
}

// storedGroup is a group on the disk. Its chunks run parallel.
type storedGroup struct {
	version     uint64
	initialized bool
	layouts     [][]tracker.ID
	states      [][]byte
	seen        map[string]record.MessageID
}

// lookupCount counts the ids that were looked up, committed the commits.
func (d *faultyStore) lookupCount() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lookups
}

func (d *faultyStore) commitCount() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.commits)
}

func newFaultyStore() *faultyStore {
	d := &faultyStore{definitions: map[tracker.ID]*tracker.Definition{}, committing: map[string]bool{}}
	d.truncate()
	return d
}

// truncate forgets every group, and lets new ones start above all versions so far.
func (d *faultyStore) truncate() {
	if d.inner != nil {
		if err := d.inner.Truncate(); err != nil {
			d.violation("emptying the backing: %v", err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, k := range d.groups {
		d.floor = max(d.floor, k.version+1)
	}
	d.groups, d.loads = map[string]*storedGroup{}, map[string]int{}
}

// Load implements cache.BackingStore.
func (d *faultyStore) Load(ctx context.Context, name string) (*group.Group, error) {
	if hook, ok := d.beforeLoad.get(); ok {
		if err := hook(name); err != nil {
			return nil, err
		}
	}
	d.mu.Lock()
	d.loads[name]++
	d.mu.Unlock()
	if d.inner != nil {
		return d.inner.Load(ctx, name)
	}
	return d.load(name)
}

func (d *faultyStore) load(name string) (*group.Group, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	k, ok := d.groups[name]
	if !ok {
		return group.New(name, d.floor), nil
	}
	record := &record.Group{
		Name: name, Version: k.version, Initialized: k.initialized,
		Layout: slices.Concat(k.layouts...), States: slices.Concat(k.states...),
	}
	definitions := make([]*tracker.Definition, len(record.Layout))
	for i, id := range record.Layout {
		definitions[i] = d.definitions[id]
	}
	return group.Restore(record, definitions)
}

// FindMessageID implements cache.BackingStore.
func (d *faultyStore) FindMessageID(ctx context.Context, name, id string) (record.MessageID, bool, error) {
	if hook, ok := d.beforeLookup.get(); ok {
		if err := hook(name, id); err != nil {
			return record.MessageID{}, false, err
		}
	}
	d.mu.Lock()
	d.lookups++
	d.mu.Unlock()
	if d.inner != nil {
		return d.inner.FindMessageID(ctx, name, id)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if k, ok := d.groups[name]; ok {
		seen, ok := k.seen[id]
		return seen, ok, nil
	}
	return record.MessageID{}, false, nil
}

// Persist implements cache.BackingStore.
func (d *faultyStore) Persist(_ context.Context, changes []*record.Change) error {
	d.beginCommit(changes)
	defer d.endCommit(changes)
	if hook, ok := d.beforeCommit.get(); ok {
		if err := hook(changes); err != nil {
			return err
		}
	}
	if err := d.commit(changes); err != nil {
		return err
	}
	if hook, ok := d.afterCommit.get(); ok {
		return hook(changes)
	}
	return nil
}

// beginCommit notes a commit, and that no group is in two at once.
func (d *faultyStore) beginCommit(changes []*record.Change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	names := make([]string, len(changes))
	for i, c := range changes {
		if names[i] = c.Group; d.committing[c.Group] && !d.shared {
			d.violations = append(d.violations, fmt.Sprintf("group %q is in two commits, or twice in one", c.Group))
		}
		d.committing[c.Group] = true
	}
	d.commits = append(d.commits, names)
}

func (d *faultyStore) violation(format string, values ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.violations = append(d.violations, fmt.Sprintf(format, values...))
}

// report fails the test for what a cache should not have asked for.
func (d *faultyStore) report(t *testing.T) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, broken := range d.violations {
		t.Error(broken)
	}
}

func (d *faultyStore) endCommit(changes []*record.Change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range changes {
		delete(d.committing, c.Group)
	}
}

// commit stores the changes whose base is the stored version; the others conflict.
func (d *faultyStore) commit(changes []*record.Change) error {
	if d.inner != nil && len(changes) > 0 {
		return d.inner.Persist(context.Background(), changes)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	late := conflict{}
	for _, c := range changes {
		k := d.groups[c.Group]
		if k == nil {
			k = &storedGroup{version: d.floor, seen: map[string]record.MessageID{}}
		}
		if k.version != c.Base {
			late[c.Group] = true
			continue
		}
		d.groups[c.Group] = k
		d.apply(k, c)
	}
	if len(late) > 0 {
		return late
	}
	return nil
}

func (d *faultyStore) apply(k *storedGroup, c *record.Change) {
	k.version, k.initialized = c.Version, c.Initialized
	for _, part := range c.Chunks {
		for len(k.states) <= part.Index {
			k.layouts, k.states = append(k.layouts, nil), append(k.states, nil)
		}
		k.states[part.Index] = slices.Clone(part.States)
		if part.Layout != nil {
			k.layouts[part.Index] = slices.Clone(part.Layout)
		}
	}
	if from, to := c.RemovedChunks(); from < to {
		k.layouts, k.states = k.layouts[:from], k.states[:from]
	}
	for _, definition := range c.Definitions {
		parsed, err := parser{}.Read(definition.ID, definition.JSON)
		if err != nil {
			panic(err) // the suite's own mistake
		}
		d.definitions[definition.ID] = parsed
	}
	for _, seen := range c.MessageIDs {
		k.seen[seen.ID] = seen
	}
}

// conflict names the groups of a commit that came too late.
type conflict map[string]bool

func (c conflict) Error() string { return fmt.Sprintf("too late for %d groups", len(c)) }

// Conflicted implements cache.Conflict.
func (c conflict) Conflicted(name string) bool { return c[name] }

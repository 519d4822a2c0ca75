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

// disk is a Backing in memory. What a commit keeps is in bytes, so that nothing of a group that a cache
// goes on changing stays behind.
type disk struct {
	// The hooks are called before the work, with no lock held; an error is given back instead.
	onLoad    hook[func(name string) error]
	onSeen    hook[func(name, id string) error]
	onPersist hook[func(changes []*record.Change) error]
	// afterPersist is called when everything is kept; its error hides that.
	afterPersist hook[func(changes []*record.Change) error]
	// real keeps the groups instead.
	real Emptied
	// shared tells that more than one cache writes to the disk at once.
	shared bool

	mu          sync.Mutex // protects all below
	floor       uint64
	groups      map[string]*kept
	definitions map[tracker.ID]*tracker.Definition
	loads       map[string]int
	lookups     int
	commits     [][]string // the groups of each
	committing  map[string]bool
	broken      []string // what a cache should not have asked for
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

// calm removes all hooks.
func (d *disk) calm() {
	d.onLoad.f.Store(nil)
	d.onSeen.f.Store(nil)
	d.onPersist.f.Store(nil)
	d.afterPersist.f.Store(nil)
}

// kept is a group on the disk. Its chunks run parallel.
type kept struct {
	version uint64
	fed     bool
	layouts [][]tracker.ID
	states  [][]byte
	seen    map[string]record.MessageID
}

// asked counts the ids that were looked up, committed the commits.
func (d *disk) asked() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lookups
}

func (d *disk) committed() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.commits)
}

func newDisk() *disk {
	d := &disk{definitions: map[tracker.ID]*tracker.Definition{}, committing: map[string]bool{}}
	d.wipe()
	return d
}

// wipe forgets every group, and lets new ones start above all versions so far.
func (d *disk) wipe() {
	if d.real != nil {
		if err := d.real.Empty(); err != nil {
			d.complain("emptying the backing: %v", err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, k := range d.groups {
		d.floor = max(d.floor, k.version+1)
	}
	d.groups, d.loads = map[string]*kept{}, map[string]int{}
}

// Load implements cache.Backing.
func (d *disk) Load(ctx context.Context, name string) (*group.Group, error) {
	if hook, ok := d.onLoad.get(); ok {
		if err := hook(name); err != nil {
			return nil, err
		}
	}
	d.mu.Lock()
	d.loads[name]++
	d.mu.Unlock()
	if d.real != nil {
		return d.real.Load(ctx, name)
	}
	return d.load(name)
}

func (d *disk) load(name string) (*group.Group, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	k, ok := d.groups[name]
	if !ok {
		return group.New(name, d.floor), nil
	}
	record := &record.Group{
		Name: name, Version: k.version, Initialized: k.fed,
		Layout: slices.Concat(k.layouts...), States: slices.Concat(k.states...),
	}
	definitions := make([]*tracker.Definition, len(record.Layout))
	for i, id := range record.Layout {
		definitions[i] = d.definitions[id]
	}
	return group.Restore(record, definitions)
}

// FindMessageID implements cache.Backing.
func (d *disk) FindMessageID(ctx context.Context, name, id string) (record.MessageID, bool, error) {
	if hook, ok := d.onSeen.get(); ok {
		if err := hook(name, id); err != nil {
			return record.MessageID{}, false, err
		}
	}
	d.mu.Lock()
	d.lookups++
	d.mu.Unlock()
	if d.real != nil {
		return d.real.FindMessageID(ctx, name, id)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if k, ok := d.groups[name]; ok {
		seen, ok := k.seen[id]
		return seen, ok, nil
	}
	return record.MessageID{}, false, nil
}

// Persist implements cache.Backing.
func (d *disk) Persist(_ context.Context, changes []*record.Change) error {
	d.enter(changes)
	defer d.exit(changes)
	if hook, ok := d.onPersist.get(); ok {
		if err := hook(changes); err != nil {
			return err
		}
	}
	if err := d.commit(changes); err != nil {
		return err
	}
	if hook, ok := d.afterPersist.get(); ok {
		return hook(changes)
	}
	return nil
}

// enter notes a commit, and that no group is in two at once.
func (d *disk) enter(changes []*record.Change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	names := make([]string, len(changes))
	for i, c := range changes {
		if names[i] = c.Group; d.committing[c.Group] && !d.shared {
			d.broken = append(d.broken, fmt.Sprintf("group %q is in two commits, or twice in one", c.Group))
		}
		d.committing[c.Group] = true
	}
	d.commits = append(d.commits, names)
}

func (d *disk) complain(format string, values ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = append(d.broken, fmt.Sprintf(format, values...))
}

// report fails the test for what a cache should not have asked for.
func (d *disk) report(t *testing.T) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, broken := range d.broken {
		t.Error(broken)
	}
}

func (d *disk) exit(changes []*record.Change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range changes {
		delete(d.committing, c.Group)
	}
}

// commit keeps the changes whose base is what is kept; the others conflict.
func (d *disk) commit(changes []*record.Change) error {
	if d.real != nil && len(changes) > 0 {
		return d.real.Persist(context.Background(), changes)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	late := conflict{}
	for _, c := range changes {
		k := d.groups[c.Group]
		if k == nil {
			k = &kept{version: d.floor, seen: map[string]record.MessageID{}}
		}
		if k.version != c.Base {
			late[c.Group] = true
			continue
		}
		d.groups[c.Group] = k
		d.keep(k, c)
	}
	if len(late) > 0 {
		return late
	}
	return nil
}

func (d *disk) keep(k *kept, c *record.Change) {
	k.version, k.fed = c.Version, c.Initialized
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
		parsed, err := shared{}.Read(definition.ID, definition.JSON)
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

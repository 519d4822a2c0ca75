package faultstore

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// Disk is a store in memory that records what it is asked to do. It is the durable part, which survives a crash; a
// DiskSession is a store.Store opened on it. Before each operation a session asks its Injector for the outcome: proceed,
// fail without effect, take effect and lose the reply, or report a conflict with another writer. The Disk logs every
// commit that took effect, so a test knows the outcomes that the engine cannot. Its methods may be called from any goroutine.
type Disk struct {
	mu          sync.Mutex // protects all below
	groups      map[string]*storedGroup
	definitions map[tracker.ID][]byte
	floor       uint64
	log         []Commit
	violations  []string
	current     *DiskSession
}

// storedGroup is the stored form of a group.
type storedGroup struct {
	version uint64
	fed     bool
	count   int
	due     int64
	chunks  map[int]chunk
	seen    map[string]record.MessageID
}

type chunk struct {
	layout []tracker.ID
	states []byte
}

// Commit is a change of one group that took effect.
type Commit struct {
	Group         string
	Base, Version uint64
	Due           int64
	Seen          []record.MessageID
}

// NewDisk returns an empty disk.
func NewDisk() *Disk {
	return &Disk{groups: map[string]*storedGroup{}, definitions: map[tracker.ID][]byte{}}
}

// Log returns the commits that took effect, in their order.
func (d *Disk) Log() []Commit {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.log)
}

// Violations describes what the engine did that the contract of store.Store forbids.
func (d *Disk) Violations() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.violations)
}

func (d *Disk) violation(format string, args ...any) {
	d.violations = append(d.violations, fmt.Sprintf(format, args...))
}

// Versions returns the version of every group that exists.
func (d *Disk) Versions() map[string]uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	versions := map[string]uint64{}
	for name, r := range d.groups {
		versions[name] = r.version
	}
	return versions
}

// commit applies changes as the contract of store.Store says. The lock is held.
func (d *Disk) commit(changes []*record.Change) error {
	var late []string
	for _, c := range changes {
		if d.version(c.Group) == c.Base {
			d.apply(c)
		} else {
			late = append(late, c.Group)
		}
	}
	if late != nil {
		return &store.ConflictError{Groups: late}
	}
	return nil
}

func (d *Disk) version(name string) uint64 {
	if r := d.groups[name]; r != nil {
		return r.version
	}
	return d.floor
}

func (d *Disk) apply(c *record.Change) {
	r := d.groups[c.Group]
	if r == nil {
		r = &storedGroup{due: limiter.Never, chunks: map[int]chunk{}, seen: map[string]record.MessageID{}}
		d.groups[c.Group] = r
	}
	if c.Version <= c.Base {
		d.violation("group %s: a change from version %d to %d", c.Group, c.Base, c.Version)
	}
	if r.count != c.BaseCount {
		d.violation("group %s: a change from %d trackers, but %d are stored", c.Group, c.BaseCount, r.count)
	}
	r.version, r.fed, r.count, r.due = c.Version, c.Initialized, c.Count, c.Due
	for _, part := range c.Chunks {
		r.put(part)
	}
	for from, to := c.RemovedChunks(); from < to; from++ {
		delete(r.chunks, from)
	}
	for _, def := range c.Definitions {
		d.definitions[def.ID] = bytes.Clone(def.JSON)
	}
	for _, s := range c.MessageIDs {
		r.seen[s.ID] = s
	}
	d.log = append(d.log, Commit{c.Group, c.Base, c.Version, c.Due, slices.Clone(c.MessageIDs)})
}

func (r *storedGroup) put(part record.Chunk) {
	one := r.chunks[part.Index]
	one.states = bytes.Clone(part.States)
	if part.Layout != nil {
		one.layout = slices.Clone(part.Layout)
	}
	r.chunks[part.Index] = one
}

// load returns a group as a whole. The lock is held.
func (d *Disk) load(name string) *record.Group {
	r := d.groups[name]
	if r == nil {
		return &record.Group{Name: name, Version: d.floor, Due: limiter.Never}
	}
	out := &record.Group{Name: name, Version: r.version, Initialized: r.fed, Due: r.due}
	for i := range len(r.chunks) {
		out.Layout = append(out.Layout, r.chunks[i].layout...)
		out.States = append(out.States, r.chunks[i].states...)
	}
	return out
}

// flush removes everything. The lock is held.
func (d *Disk) flush() {
	for _, r := range d.groups {
		d.floor = max(d.floor, r.version+1)
	}
	d.groups = map[string]*storedGroup{}
}

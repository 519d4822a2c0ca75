package pgstore

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/dictrack/dictrack/internal/wire"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// columns are changes as columns of the tables that they go to, so that a commit of any size is the same
// few statements.
type columns struct {
	groups      groupColumns
	chunks      chunkColumns
	layouts     chunkColumns
	dropped     chunkColumns // from which chunk on the group has none; without values
	ids         idColumns
	definitions map[tracker.ID][]byte
	newVersions map[string]int64 // of each group after its change
}

type groupColumns struct {
	names             [][]byte
	bases, versions   []int64
	initialized       []bool
	due               []int64
	counts            []int32
	checksums, states [][]byte
}

// chunkColumns are the states or layouts of chunks.
type chunkColumns struct {
	names   [][]byte
	indexes []int32
	values  [][]byte
}

type idColumns struct {
	names, ids, hashes [][]byte
	versions, expires  []int64
}

// encodeChanges encodes changes, sorted by name: commits that lock rows in the same order cannot deadlock.
// The error names what PostgreSQL cannot store.
func encodeChanges(changes []*record.Change) (*columns, error) {
	c := &columns{definitions: map[tracker.ID][]byte{}, newVersions: make(map[string]int64, len(changes))}
	inOrder := slices.SortedFunc(slices.Values(changes), func(a, b *record.Change) int { return cmp.Compare(a.Group, b.Group) })
	for _, change := range inOrder {
		if err := validate(change); err != nil {
			return nil, err
		}
		c.add(change)
	}
	return c, nil
}

func validate(c *record.Change) error {
	if err := checkName(c.Group); err != nil {
		return err
	}
	if c.Base > math.MaxInt64 || c.Version > math.MaxInt64 || c.Count > math.MaxInt32 {
		return fmt.Errorf("group %q: version %d, %d counts: want at most %d and %d", c.Group, max(c.Base, c.Version), c.Count, int64(math.MaxInt64), math.MaxInt32)
	}
	for i := range c.MessageIDs {
		if id := c.MessageIDs[i].ID; len(id) > maxID {
			return fmt.Errorf("group %q: id %.40q... has %d bytes, want at most %d in PostgreSQL", c.Group, id, len(id), maxID)
		}
	}
	return nil
}

func (c *columns) add(change *record.Change) {
	name := []byte(change.Group)
	c.newVersions[change.Group] = int64(change.Version)
	states, newLayout := c.addChunks(name, change)
	c.groups.add(name, change, states)
	if from, to := change.RemovedChunks(); from < to {
		c.dropped.names = append(c.dropped.names, name)
		c.dropped.indexes = append(c.dropped.indexes, int32(from))
	}
	c.ids.add(name, change)
	if newLayout {
		for _, d := range change.Definitions {
			c.definitions[d.ID] = d.JSON
		}
	}
}

// addChunks adds the chunks of a change except for the states of the first, which it returns; nil if they
// did not change.
func (c *columns) addChunks(name []byte, change *record.Change) (first []byte, newLayout bool) {
	if change.Count == 0 {
		first = seal(chunkKey('c', change.Group, 0), nil)
	}
	for _, chunk := range change.Chunks {
		states := seal(chunkKey('c', change.Group, chunk.Index), chunk.States)
		if chunk.Index == 0 {
			first = states
		} else {
			c.chunks.add(name, chunk.Index, states)
		}
		if chunk.Layout != nil {
			newLayout = true
			c.layouts.add(name, chunk.Index, seal(chunkKey('l', change.Group, chunk.Index), wire.AppendLayout(nil, chunk.Layout)))
		}
	}
	return first, newLayout
}

func (g *groupColumns) add(name []byte, c *record.Change, states []byte) {
	version, counts := int64(c.Version), int32(c.Count)
	g.names = append(g.names, name)
	g.bases = append(g.bases, int64(c.Base))
	g.versions = append(g.versions, version)
	g.initialized = append(g.initialized, c.Initialized)
	g.due = append(g.due, c.Due)
	g.counts = append(g.counts, counts)
	g.checksums = append(g.checksums, seal(groupKey(c.Group, version, c.Initialized, c.Due, counts), nil))
	g.states = append(g.states, states)
}

func (p *chunkColumns) add(name []byte, chunk int, value []byte) {
	p.names = append(p.names, name)
	p.indexes = append(p.indexes, int32(chunk))
	p.values = append(p.values, value)
}

// add adds the message ids of a change. Of one that occurs twice the last counts: the earlier had expired.
func (i *idColumns) add(name []byte, c *record.Change) {
	last := make(map[string]int, len(c.MessageIDs))
	for n := range c.MessageIDs {
		last[c.MessageIDs[n].ID] = n
	}
	for n := range c.MessageIDs {
		seen := &c.MessageIDs[n]
		if last[seen.ID] != n {
			continue
		}
		version := int64(seen.Version)
		i.names = append(i.names, name)
		i.ids = append(i.ids, []byte(seen.ID))
		i.hashes = append(i.hashes, seal(messageIDKey(c.Group, seen.ID, version, seen.Expires), seen.Hash[:]))
		i.versions = append(i.versions, version)
		i.expires = append(i.expires, seen.Expires)
	}
}

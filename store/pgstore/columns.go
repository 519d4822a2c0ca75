package pgstore

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/wire"
	"github.com/dictrack/dictrack/tracker"
)

// columns are changes brought to rows, table by table, and each table as its columns: so a commit of any
// size is the same few statements.
type columns struct {
	groups       groupColumns
	chunks       chunkColumns
	layouts      chunkColumns
	dropped      chunkColumns // from which part on the group has none; without values
	ids          idColumns
	definitions  map[tracker.ID][]byte
	newVersions map[string]int64 // of each group after its change
}

type groupColumns struct {
	names           [][]byte
	bases, versions []int64
	fed             []bool
	due             []int64
	places          []int32
	seals, states   [][]byte
}

// chunkColumns are chunks or layouts.
type chunkColumns struct {
	names  [][]byte
	indexes  []int32
	values [][]byte
}

type idColumns struct {
	names, ids, hashes [][]byte
	versions, expires  []int64
}

// encodeChanges brings changes to columns, in the order of the names: then commits that meet in the database wait
// for each other and not in a circle. The error names what PostgreSQL cannot keep.
func encodeChanges(changes []*group.Change) (*columns, error) {
	c := &columns{definitions: map[tracker.ID][]byte{}, newVersions: make(map[string]int64, len(changes))}
	inOrder := slices.SortedFunc(slices.Values(changes), func(a, b *group.Change) int { return cmp.Compare(a.Group, b.Group) })
	for _, change := range inOrder {
		if err := validate(change); err != nil {
			return nil, err
		}
		c.add(change)
	}
	return c, nil
}

func validate(c *group.Change) error {
	if err := checkName(c.Group); err != nil {
		return err
	}
	if c.Base > math.MaxInt64 || c.Version > math.MaxInt64 || c.Count > math.MaxInt32 {
		return fmt.Errorf("group %q: version %d, %d places: want at most %d and %d", c.Group, max(c.Base, c.Version), c.Count, int64(math.MaxInt64), math.MaxInt32)
	}
	for i := range c.Seen {
		if id := c.Seen[i].ID; len(id) > maxID {
			return fmt.Errorf("group %q: id %.40q... has %d bytes, want at most %d in PostgreSQL", c.Group, id, len(id), maxID)
		}
	}
	return nil
}

func (c *columns) add(change *group.Change) {
	name := []byte(change.Group)
	c.newVersions[change.Group] = int64(change.Version)
	states, relaid := c.addChunks(name, change)
	c.groups.add(name, change, states)
	if from, to := change.Dropped(); from < to {
		c.dropped.names = append(c.dropped.names, name)
		c.dropped.indexes = append(c.dropped.indexes, int32(from))
	}
	c.ids.add(name, change)
	if relaid {
		for _, d := range change.Definitions() {
			c.definitions[d.ID()] = d.JSON()
		}
	}
}

// addChunks adds the chunks of a change but for the first, whose states are returned, nil when they stay.
func (c *columns) addChunks(name []byte, change *group.Change) (first []byte, relaid bool) {
	if change.Count == 0 {
		first = seal(chunkKey('c', change.Group, 0), nil)
	}
	for _, part := range change.Chunks() {
		states := seal(chunkKey('c', change.Group, part.Index), part.States)
		if part.Index == 0 {
			first = states
		} else {
			c.chunks.add(name, part.Index, states)
		}
		if part.Layout != nil {
			relaid = true
			c.layouts.add(name, part.Index, seal(chunkKey('l', change.Group, part.Index), wire.AppendLayout(nil, part.Layout)))
		}
	}
	return first, relaid
}

func (g *groupColumns) add(name []byte, c *group.Change, states []byte) {
	version, places := int64(c.Version), int32(c.Count)
	g.names = append(g.names, name)
	g.bases = append(g.bases, int64(c.Base))
	g.versions = append(g.versions, version)
	g.fed = append(g.fed, c.Fed)
	g.due = append(g.due, c.Due)
	g.places = append(g.places, places)
	g.seals = append(g.seals, seal(groupKey(c.Group, version, c.Fed, c.Due, places), nil))
	g.states = append(g.states, states)
}

func (p *chunkColumns) add(name []byte, part int, value []byte) {
	p.names = append(p.names, name)
	p.indexes = append(p.indexes, int32(part))
	p.values = append(p.values, value)
}

// add adds the ids of a change. Of one that is there twice the last counts: the earlier had expired.
func (i *idColumns) add(name []byte, c *group.Change) {
	last := make(map[string]int, len(c.Seen))
	for n := range c.Seen {
		last[c.Seen[n].ID] = n
	}
	for n := range c.Seen {
		seen := &c.Seen[n]
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

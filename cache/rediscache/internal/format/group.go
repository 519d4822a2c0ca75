package format

import (
	"fmt"
	"strconv"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// Group is a group as Redis has it.
type Group struct {
	Meta
	StoreVersion *StoreVersion // nil: not known
	Layout       []tracker.ID
	SameLayout   bool // Layout was not read: it is the one that the reader has
	States       []byte
	Patch        []byte  // see record.Group
	PatchIndexes []int32 // of the trackers in Patch, in ascending order

	fields map[string]string
}

// ParseGroup reads the fields of the hash with that key; those of the layout are not needed if sameLayout. It returns
// nil if there are no fields, because then there is no group.
func ParseGroup(key string, fields map[string]string, sameLayout bool) (*Group, error) {
	if len(fields) == 0 {
		return nil, nil
	}
	g := &Group{fields: fields, SameLayout: sameLayout}
	var err error
	if g.Meta, err = ParseMeta(key, fields[FieldMeta]); err != nil {
		return nil, err
	}
	if stored, ok := fields[FieldStoreVersion]; ok {
		v, err := parseStoreVersion(key, stored)
		if err != nil {
			return nil, err
		}
		g.StoreVersion = &v
	}
	if err := g.readPatch(key); err != nil {
		return nil, err
	}
	for i := range g.ChunkCount() {
		if err := g.readChunk(key, i); err != nil {
			return nil, err
		}
	}
	g.fields = nil
	return g, nil
}

// ChunkCount is how many chunks the group has.
func (g *Group) ChunkCount() int { return (g.Count + record.ChunkSize - 1) / record.ChunkSize }

func (g *Group) readPatch(key string) error {
	stored, ok := g.fields[FieldPatch]
	if !ok {
		return nil
	}
	patch, err := CheckedValue(key, FieldPatch, stored)
	if err != nil {
		return err
	}
	g.Patch = []byte(patch)
	if g.PatchIndexes, err = group.PatchIndexes(g.Patch); err != nil {
		return fmt.Errorf("%s: %w", FieldPatch, err)
	}
	return nil
}

// readChunk reads one chunk; those before it have been read.
func (g *Group) readChunk(key string, i int) error {
	field := StatesField(i)
	states, err := CheckedValue(key, field, g.fields[field])
	if err != nil {
		return err
	}
	g.States = append(g.States, states...)
	if g.SameLayout {
		return nil
	}
	field = LayoutField(i)
	layout, err := CheckedValue(key, field, g.fields[field])
	if err != nil {
		return err
	}
	const size = len(tracker.ID{})
	if want := min(record.ChunkSize, g.Count-i*record.ChunkSize); len(layout) != want*size {
		return fmt.Errorf("%s: %d bytes are not %d ids", field, len(layout), want)
	}
	for ; layout != ""; layout = layout[size:] {
		g.Layout = append(g.Layout, tracker.ID([]byte(layout[:size])))
	}
	return nil
}

// Record is the group as package group restores it.
func (g *Group) Record(name string) *record.Group {
	return &record.Group{
		Name: name, Version: g.Version, Initialized: g.Initialized, Due: g.Due, Layout: g.Layout, SameLayout: g.SameLayout,
		States: g.States, Patch: g.Patch,
	}
}

// Restore builds the group from its definitions, one for each id of the layout.
func (g *Group) Restore(name string, defs []*tracker.Definition) (*group.Group, error) {
	restored, err := group.Restore(g.Record(name), defs)
	if err != nil {
		return nil, GroupError(name, err)
	}
	return restored, nil
}

// Prefixes of the fields of chunks; the index of the chunk follows in decimal digits.
const (
	StatesPrefix = "s"
	LayoutPrefix = "l"
)

// statesFields are the names that most groups need.
var statesFields = func() (names [16]string) {
	for i := range names {
		names[i] = StatesPrefix + strconv.Itoa(i)
	}
	return names
}()

// StatesField is the field with the states of a chunk.
func StatesField(chunk int) string {
	if chunk < len(statesFields) {
		return statesFields[chunk]
	}
	return StatesPrefix + strconv.Itoa(chunk)
}

// LayoutField is the field with the ids of the definitions of a chunk.
func LayoutField(chunk int) string { return LayoutPrefix + strconv.Itoa(chunk) }

// AppendChunk appends the fields of a chunk and their values, which take over the memory of part.States.
func AppendChunk(fields []string, key string, part *record.Chunk) []string {
	field := StatesField(part.Index)
	fields = append(fields, field, WithChecksum(key, field, part.States))
	if part.Layout == nil {
		return fields
	}
	layout := make([]byte, 0, len(part.Layout)*len(tracker.ID{})+checksumSize)
	for i := range part.Layout {
		layout = append(layout, part.Layout[i][:]...)
	}
	field = LayoutField(part.Index)
	return append(fields, field, WithChecksum(key, field, layout))
}

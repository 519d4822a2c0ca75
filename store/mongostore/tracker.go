package mongostore

import (
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/tracker"
)

// The fields of a tracker's document, for people. Nothing reads them back as the truth. Those after
// trackerUpdated say when the rest was written.
const (
	trackerGroup   = "group"
	trackerPlace   = "place" // in the order of the group, from 0
	trackerUpdated = "updated"
	trackerVersion = "v" // of the group
)

// trackerIndexes are for what people ask: by group, by name and progress, by what is completed, by time.
func trackerIndexes() []index {
	return []index{
		{name: "group", fields: []any{trackerGroup, 1, trackerPlace, 1}},
		{name: "name", fields: []any{"name", 1, "progress", 1}},
		{name: "completed", fields: []any{"completed", 1, trackerUpdated, 1}},
		{name: "updated", fields: []any{trackerUpdated, 1}},
	}
}

// trackerID is the _id of a document: the group and the place. Whatever the group is called, the place is
// what comes after the last slash.
func trackerID(key string, place int) string { return fmt.Sprintf("%s/%d", key, place) }

// shot is the tracker at a place as it was in a version of its group.
type shot struct {
	key, name  string // the group
	place      int
	version    int64
	updated    time.Time
	definition tracker.ID
	state      tracker.State
	label      *label
}

// doc is the document.
func (s *shot) doc() (bson.D, error) {
	if s.label == nil {
		return nil, errLabel
	}
	target, err := s.label.target(s.state.Stage)
	if err != nil {
		return nil, err
	}
	d := object(
		"_id", trackerID(s.key, s.place),
		trackerGroup, readable(s.name),
		"name", s.label.Name,
		"kind", s.label.Kind,
		"progress", number(s.state.Progress),
		"exact", s.state.Progress.String(),
		"target", number(target),
		"stage", s.state.Stage,
		"stages", int32(len(s.label.Targets)),
		"cycle", s.state.Cycle,
		"completed", s.state.Completed,
		"limited", s.state.Limited,
	)
	if e := s.state.Extra; e != nil && e.ExpireAt != 0 {
		d = append(d, bson.E{Key: "expires", Value: bson.DateTime(e.ExpireAt)})
	}
	return append(d,
		bson.E{Key: trackerPlace, Value: int32(s.place)},
		bson.E{Key: "definition", Value: s.definition.String()},
		bson.E{Key: trackerUpdated, Value: bson.NewDateTimeFromTime(s.updated)},
		bson.E{Key: trackerVersion, Value: s.version},
	), nil
}

// number is one that a query can compare: exact where it is whole, and the nearest float64 where it is not.
func number(d decimal.Decimal) any {
	if n, ok := d.Int64(); ok {
		return n
	}
	return d.Float64()
}

// older finds a document that is older than the version.
func older(id string, version int64) bson.D {
	return object("_id", id, trackerVersion, object("$lt", version))
}

// said is what a document says about its tracker, without when it was written.
func said(raw bson.Raw) string {
	elements, err := raw.Elements()
	if err != nil {
		return ""
	}
	var said []byte
	for _, e := range elements {
		if e.Key() == trackerUpdated {
			break
		}
		said = append(said, e...)
	}
	return string(said)
}

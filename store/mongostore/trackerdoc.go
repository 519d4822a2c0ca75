package mongostore

import (
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/tracker"
)

// The fields of a tracker document that programs use; the others are for people. Those from trackerUpdated
// on describe the document, not the tracker.
const (
	trackerGroup   = "group"
	trackerIndex   = "index" // in the order of the group, from 0
	trackerUpdated = "updated"
	trackerVersion = "v" // of the group
)

// trackerID is the _id of a tracker document: the group's key and the tracker's index, which follows the
// last slash.
func trackerID(key string, index int) string { return fmt.Sprintf("%s/%d", key, index) }

// trackerDoc is a tracker as of a version of its group.
type trackerDoc struct {
	key, name  string // the group
	index      int
	version    int64
	updated    time.Time
	definition tracker.ID
	state      tracker.State
	summary    *definitionSummary
}

// bson returns the document.
func (s *trackerDoc) bson() (bson.D, error) {
	if s.summary == nil {
		return nil, errNoSummary
	}
	target, err := s.summary.target(s.state.Stage)
	if err != nil {
		return nil, err
	}
	d := doc(
		"_id", trackerID(s.key, s.index),
		trackerGroup, readable(s.name),
		"name", s.summary.Name,
		"kind", s.summary.Kind,
		"progress", number(s.state.Progress),
		"exact", s.state.Progress.String(),
		"target", number(target),
		"stage", s.state.Stage,
		"stages", int32(len(s.summary.Targets)),
		"cycle", s.state.Cycle,
		"completed", s.state.Completed,
		"limited", s.state.Limited,
	)
	if e := s.state.Extra; e != nil && e.ExpireAt != 0 {
		d = append(d, bson.E{Key: "expires", Value: bson.DateTime(e.ExpireAt)})
	}
	return append(d,
		bson.E{Key: trackerIndex, Value: int32(s.index)},
		bson.E{Key: "definition", Value: s.definition.String()},
		bson.E{Key: trackerUpdated, Value: bson.NewDateTimeFromTime(s.updated)},
		bson.E{Key: trackerVersion, Value: s.version},
	), nil
}

// number returns a number that queries can compare: exact if it is whole, else the nearest float64.
func number(d decimal.Decimal) any {
	if n, ok := d.Int64(); ok {
		return n
	}
	return d.Float64()
}

// olderThan is a filter for a document that is older than a version.
func olderThan(id string, version int64) bson.D {
	return doc("_id", id, trackerVersion, doc("$lt", version))
}

// contentOf returns what a document shows of its tracker, to be compared.
func contentOf(raw bson.Raw) string {
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

// equalProjection reports whether two states have the same document.
func equalProjection(a, b *tracker.State) bool {
	return a.Removed == b.Removed && a.Progress == b.Progress && a.Stage == b.Stage && a.Cycle == b.Cycle &&
		a.Completed == b.Completed && a.Limited == b.Limited && expiry(a) == expiry(b)
}

func expiry(s *tracker.State) int64 {
	if s.Extra == nil {
		return 0
	}
	return s.Extra.ExpireAt
}

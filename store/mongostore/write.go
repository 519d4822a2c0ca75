package mongostore

import (
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/wire"
	"github.com/dictrack/dictrack/limiter"
)

// write is a change on its way into the database: what replaces the group's document where that stands at
// the base, and what has to be there before.
type write struct {
	name, key     string
	base, version int64
	token         bson.ObjectID // tells this commit from any other of this Store
	set, unset    bson.D
	min           bson.D
	parts         []any
	partIDs       bson.A
	inline        int  // how many chunks the document may hold
	ids           int  // how many it brings
	urgent        bool // there is more to do after it
	create        bool // the group has no commit yet, as far as is known
	lost          bool // somebody else was faster
}

// encode brings a change to documents.
func (s *Store) encode(c *group.Change) (*write, error) {
	w := &write{
		name: c.Group, key: keyOf(c.Group), base: int64(c.Base), version: int64(c.Version),
		token: bson.NewObjectID(), urgent: s.shows, inline: s.inline,
	}
	w.create = w.base == s.floor.Load()
	w.put(fieldVersion, w.version)
	w.put(fieldFed, c.Fed)
	w.put(fieldCount, int64(c.Count))
	w.put(fieldUpdated, time.Now().UTC())
	w.put(fieldWriters+"."+s.me, w.token)
	if c.Due == limiter.Never {
		w.drop(fieldDue)
	} else {
		w.put(fieldDue, c.Due)
	}
	if c.Count < c.BaseCount {
		w.put(fieldCut, w.version)
	}
	if err := w.layChunks(c); err != nil {
		return nil, err
	}
	w.layIDs(c.Seen)
	if len(w.parts) > 0 {
		w.put(fieldParts, true)
		w.urgent = true
	}
	if w.urgent {
		w.put(fieldTodo, true)
	}
	return w, nil
}

func (w *write) layChunks(c *group.Change) error {
	for _, part := range c.Chunks() {
		field := fmt.Sprintf("%s.%d.", fieldChunks, part.Index)
		states, err := w.lay(kindStates, part.Index, append([]byte(nil), part.States...))
		if err != nil {
			return err
		}
		if part.Layout != nil {
			layout, err := w.lay(kindLayout, part.Index, wire.AppendLayout(nil, part.Layout))
			if err != nil {
				return err
			}
			w.put(field+"l", layout)
		}
		w.put(field+"s", states)
		w.put(field+"v", w.version)
	}
	for i, to := c.Dropped(); i < to; i++ {
		w.drop(fmt.Sprintf("%s.%d", fieldChunks, i))
	}
	return nil
}

func (w *write) put(field string, value any) {
	w.set = append(w.set, bson.E{Key: field, Value: value})
}

func (w *write) drop(field string) { w.unset = append(w.unset, bson.E{Key: field, Value: ""}) }

// filter finds the group's document where it stands at the base. One that has had no commit is only for those
// who made sure, just now, that groups start there.
func (w *write) filter() bson.D {
	return object("_id", w.key, fieldVersion, w.base, fieldFormat, int32(format), fieldUpdated, object("$exists", !w.create))
}

// update makes of it what it is after the change.
func (w *write) update() bson.D {
	u := object("$set", w.set)
	if len(w.unset) > 0 {
		u = append(u, bson.E{Key: "$unset", Value: w.unset})
	}
	if len(w.min) > 0 {
		u = append(u, bson.E{Key: "$min", Value: w.min})
	}
	return u
}

// seed is the document of a group before its first commit.
func (w *write) seed() bson.D {
	return object("_id", w.key, fieldFormat, int32(format), fieldVersion, w.base, fieldBorn, w.base, fieldShown, int64(0))
}

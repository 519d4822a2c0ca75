package mongostore

import (
	"context"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// visit is a group that is tended.
type visit struct {
	*document      // without chunks when the group is gone
	gone      bool // by a Flush
	all       bool // look at everything, whatever the document says
}

// dirty tells whether a chunk has changed since the trackers' documents were brought up to date.
func (v *visit) dirty(i int) bool { return v.all || v.chunks[i].version > v.shown }

// tend does all there is to do for some groups. Each step has a time, so that a server that does not answer
// does not hold it up for ever.
func (t *tender) tend(ctx context.Context, some map[string]bool) error {
	t.busy.Lock()
	defer t.busy.Unlock()
	var visits []visit
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) (err error) { visits, err = t.read(ctx, some); return err },
		func(ctx context.Context) error { return t.trim(ctx, visits) },
		func(ctx context.Context) error { return t.sweep(ctx, visits) },
	} {
		if err := t.s.calls.DoOnce(ctx, t.s.calls.Timeout, step); err != nil {
			return err
		}
	}
	if t.s.shows {
		if err := t.show(ctx, visits); err != nil {
			return err
		}
	}
	return t.s.calls.DoOnce(ctx, t.s.calls.Timeout, func(ctx context.Context) error { return t.finish(ctx, visits) })
}

// read reads the documents of groups. Those that cannot be read are left to whoever loads them.
func (t *tender) read(ctx context.Context, some map[string]bool) ([]visit, error) {
	var visits []visit
	left := maps.Clone(some)
	keys := slices.Collect(maps.Keys(some))
	err := each(ctx, t.s.groups, object("_id", object("$in", keys)), options.Find(), func(raw bson.Raw) error {
		d, err := parse(slices.Clone(raw))
		if err != nil {
			key, _ := raw.Lookup("_id").StringValueOK()
			delete(left, key)
			t.s.log.Error("a group is passed over", "error", err)
			return nil
		}
		if !d.unborn() {
			visits = append(visits, visit{document: d, all: left[d.key]})
			delete(left, d.key)
		}
		return nil
	})
	for key, all := range left {
		if all { // a Flush took it, and some of its trackers' documents may have come later
			visits = append(visits, visit{document: &document{key: key, version: t.s.floor.Load()}, gone: true, all: true})
		}
	}
	return visits, err
}

// sweep removes the parts that documents no longer name. One that a commit has written, and not named yet, is
// of a later version.
func (t *tender) sweep(ctx context.Context, visits []visit) error {
	var models []mongo.WriteModel
	for i := range visits {
		if visits[i].parts {
			models = append(models, visits[i].unnamed()...)
		}
	}
	_, err := bulk(ctx, t.s.parts, models)
	return err
}

// unnamed are the removals of parts: past the last chunk, of the tail, and of chunks that changed.
func (v *visit) unnamed() []mongo.WriteModel {
	remove := func(chunk any, but bson.A) mongo.WriteModel {
		return mongo.NewDeleteManyModel().SetFilter(object(
			partGroup, v.key, partChunk, chunk, partVersion, object("$lte", v.version), "_id", object("$nin", but)))
	}
	tail := bson.A{}
	for i := range v.tail {
		tail = append(tail, v.tail[i].value.part)
	}
	models := []mongo.WriteModel{remove(object("$gte", len(v.chunks)), bson.A{}), remove(partSeen, tail)}
	for i := range v.chunks {
		if c := &v.chunks[i]; v.dirty(i) {
			models = append(models, remove(i, bson.A{c.layout.part, c.states.part}))
		}
	}
	return models
}

// finish notes in the documents what was done.
func (t *tender) finish(ctx context.Context, visits []visit) error {
	if t.s.shows {
		if err := t.claim(ctx, visits); err != nil {
			return err
		}
	}
	var models []mongo.WriteModel
	for _, v := range visits {
		unset := v.strangers()
		if t.s.shows || v.shown == 0 { // else somebody else shows the trackers
			unset = append(unset, bson.E{Key: fieldTodo, Value: ""})
		}
		if len(unset) > 0 && !v.gone {
			models = append(models, mongo.NewUpdateOneModel().SetUpdate(object("$unset", unset)).
				SetFilter(object("_id", v.key, fieldVersion, v.version)))
		}
	}
	_, err := bulk(ctx, t.s.groups, models)
	return err
}

// claim notes up to which version the trackers' documents are there, unless somebody else has noted something
// since the group was read. Then both were at those documents at once, and the later may have left what is
// older, or of a tracker that is gone: the group is looked at once more.
func (t *tender) claim(ctx context.Context, visits []visit) error {
	var models []mongo.WriteModel
	for _, v := range visits {
		if !v.gone {
			models = append(models, mongo.NewUpdateOneModel().SetUpdate(object("$set", object(fieldShown, v.version))).
				SetFilter(object("_id", v.key, fieldBorn, v.born, fieldShown, v.shown)))
		}
	}
	found, err := bulk(ctx, t.s.groups, models)
	if err != nil || found == len(models) {
		return err
	}
	versions := map[string]int64{}
	keys := bson.A{}
	for _, v := range visits {
		versions[v.key] = v.version
		keys = append(keys, v.key)
	}
	o := options.Find().SetProjection(object(fieldShown, 1))
	err = each(ctx, t.s.groups, object("_id", object("$in", keys)), o, func(raw bson.Raw) error {
		key, _ := raw.Lookup("_id").StringValueOK()
		if shown, _ := raw.Lookup(fieldShown).AsInt64OK(); shown == versions[key] {
			delete(versions, key)
		}
		return nil
	})
	for _, v := range visits {
		if _, beaten := versions[v.key]; beaten && !v.gone {
			t.queue(v.key, true)
		}
	}
	return err
}

// oldToken is longer than a Store takes to find out what became of a commit.
const oldToken = 24 * time.Hour

// strangers are the fields of Stores that have not committed to the group for long.
func (v *visit) strangers() bson.D {
	fields := bson.D{}
	for writer, token := range v.writers {
		if time.Since(token.Timestamp()) > oldToken {
			fields = append(fields, bson.E{Key: fieldWriters + "." + writer, Value: ""})
		}
	}
	return fields
}

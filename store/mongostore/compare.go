package mongostore

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// found is a document that is there, and the pane it is in.
type found struct {
	pane *pane
	said string
}

// compare reads the documents of panes, and changes those that do not say what they should.
func (t *tender) compare(ctx context.Context, panes []*pane) error {
	if len(panes) == 0 {
		return nil
	}
	there, err := t.find(ctx, panes)
	if err != nil {
		return err
	}
	var models []mongo.WriteModel
	for _, p := range panes {
		more, err := t.differences(p, there)
		if err != nil {
			t.passOver(p, err)
			continue
		}
		models = append(models, more...)
	}
	for id, f := range there { // of no tracker
		models = append(models, mongo.NewDeleteOneModel().SetFilter(older(id, f.pane.v.version)))
	}
	_, err = bulk(ctx, t.s.trackers, models) // where somebody else was faster, that is as good
	return err
}

// differences are the changes of documents that are there, and the documents that are not. It takes the
// pane's own from what is there.
func (t *tender) differences(p *pane, there map[string]found) (models []mongo.WriteModel, err error) {
	for at := range p.states {
		if p.states[at].Removed {
			continue
		}
		doc, err := t.shot(p, at).doc()
		if err != nil {
			return nil, err
		}
		raw, err := bson.Marshal(doc)
		if err != nil {
			return nil, err
		}
		id := trackerID(p.v.key, p.from+at)
		f, ok := there[id]
		delete(there, id)
		switch {
		case !ok:
			models = append(models, mongo.NewInsertOneModel().SetDocument(raw))
		case f.said != said(raw):
			models = append(models, mongo.NewReplaceOneModel().SetFilter(older(id, p.v.version)).SetReplacement(raw))
		}
	}
	return models, nil
}

// find reads the documents that are in the places of panes.
func (t *tender) find(ctx context.Context, panes []*pane) (map[string]found, error) {
	byKey := map[string][]*pane{}
	places := bson.A{}
	for _, p := range panes {
		byKey[p.v.key] = append(byKey[p.v.key], p)
		name, _ := nameOf(p.v.key)
		places = append(places, object(
			trackerGroup, readable(name), trackerPlace, object("$gte", int32(p.from), "$lt", int32(p.to)),
		))
	}
	there := map[string]found{}
	err := each(ctx, t.s.trackers, object("$or", places), options.Find(), func(raw bson.Raw) error {
		id, _ := raw.Lookup("_id").StringValueOK()
		n, _ := raw.Lookup(trackerPlace).AsInt64OK()
		place := int(n)
		key := id[:max(0, len(id)-len(trackerID("", place)))] // of another group, where its name reads alike
		for _, p := range byKey[key] {
			if id == trackerID(key, place) && p.from <= place && place < p.to {
				there[id] = found{p, said(raw)}
			}
		}
		return nil
	})
	return there, err
}

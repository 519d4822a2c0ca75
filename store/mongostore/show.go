package mongostore

import (
	"context"
	"fmt"
	"math"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/retry"
	"github.com/dictrack/dictrack/tracker"
)

// pane is some places of a group whose trackers' documents are to be what they should: those of a chunk, or
// the places past the last one, where none should be.
type pane struct {
	v        *visit
	chunk    int
	from, to int
	layout   []tracker.ID
	bytes    []byte // of the states
	states   []tracker.State
	before   []tracker.State // what the documents show; nil when that is not known
}

// maxPanes is how many chunks are shown at once.
const maxPanes = 64

// show brings the documents of the trackers up to date.
func (t *tender) show(ctx context.Context, visits []visit) error {
	var panes []pane
	for i := range visits {
		panes = append(panes, visits[i].panes()...)
	}
	for some := range slices.Chunk(panes, maxPanes) {
		if err := t.s.calls.DoOnce(ctx, t.s.calls.Timeout, func(ctx context.Context) error { return t.showSome(ctx, some) }); err != nil {
			return err
		}
	}
	for i := range visits {
		t.shown.raise(&visits[i])
	}
	return nil
}

// panes are the places that have to be looked at.
func (v *visit) panes() []pane {
	var panes []pane
	for i := range v.chunks {
		if v.dirty(i) {
			from := i * group.ChunkSize
			panes = append(panes, pane{v: v, chunk: i, from: from, to: min(from+group.ChunkSize, v.count)})
		}
	}
	if v.all || v.cut > v.shown {
		panes = append(panes, pane{v: v, chunk: len(v.chunks), from: v.count, to: math.MaxInt32})
	}
	return panes
}

func (t *tender) showSome(ctx context.Context, panes []pane) error {
	panes, err := t.open(ctx, panes)
	if err != nil {
		return err
	}
	var models []mongo.WriteModel
	var unknown []*pane
	for i := range panes {
		p := &panes[i]
		if p.before = t.shown.of(p); p.before == nil {
			unknown = append(unknown, p)
			continue
		}
		changed, err := t.changed(p)
		if err != nil {
			t.passOver(p, err)
			continue
		}
		models = append(models, changed...)
	}
	surprised, err := t.write(ctx, models)
	if err != nil {
		return err
	}
	if surprised {
		unknown = pointers(panes)
	}
	if err := t.compare(ctx, unknown); err != nil {
		return err
	}
	for i := range panes {
		t.shown.keep(&panes[i])
	}
	return nil
}

func pointers(panes []pane) []*pane {
	all := make([]*pane, len(panes))
	for i := range panes {
		all[i] = &panes[i]
	}
	return all
}

// write sends replacements and removals of documents that are older. It is surprised when it does not find
// each: then somebody else has been at them.
func (t *tender) write(ctx context.Context, models []mongo.WriteModel) (surprised bool, err error) {
	found, err := bulk(ctx, t.s.trackers, models)
	return found < len(models), err
}

// open reads what the panes hold, and returns those of groups that can be read.
func (t *tender) open(ctx context.Context, panes []pane) ([]pane, error) {
	var values []*value
	for _, p := range panes {
		if p.chunk < len(p.v.chunks) {
			c := &p.v.chunks[p.chunk]
			values = append(values, &c.layout, &c.states)
		}
	}
	whole, err := t.s.readParts(ctx, values)
	if err == nil && !whole {
		err = retry.ErrRetry // a group has gone on: what it is now will be shown
	}
	if err != nil {
		return nil, err
	}
	var ids []tracker.ID
	sound := panes[:0]
	for _, p := range panes {
		if err := p.open(); err != nil {
			t.passOver(&p, err)
			continue
		}
		ids = append(ids, p.layout...)
		sound = append(sound, p)
	}
	return sound, t.labels.read(ctx, t.s, ids)
}

func (t *tender) passOver(p *pane, err error) {
	t.s.log.Error("trackers of a group are not shown", "group", p.v.key, "error", err)
}

func (p *pane) open() (err error) {
	if p.chunk == len(p.v.chunks) {
		return nil
	}
	if p.layout, p.bytes, err = p.v.open(p.chunk); err == nil {
		p.states, err = parseStates(p.bytes, len(p.layout))
	}
	return err
}

// parseStates reads n states.
func parseStates(payload []byte, n int) (states []tracker.State, err error) {
	states = make([]tracker.State, n)
	for i := range states {
		if states[i], payload, err = tracker.ReadState(payload); err != nil {
			return nil, err
		}
	}
	if len(payload) > 0 {
		return nil, fmt.Errorf("%d bytes after the last state", len(payload))
	}
	return states, nil
}

// shot is the tracker at a place of the chunk.
func (t *tender) shot(p *pane, at int) *shot {
	name, _ := nameOf(p.v.key)
	return &shot{
		key: p.v.key, name: name, place: p.from + at, version: p.v.version, updated: p.v.updated,
		definition: p.layout[at], state: p.states[at], label: t.labels[p.layout[at]],
	}
}

// changed are the changes of documents that are known to show what was before.
func (t *tender) changed(p *pane) ([]mongo.WriteModel, error) {
	var models []mongo.WriteModel
	for at := range p.states {
		now, before := &p.states[at], &p.before[at]
		filter := older(trackerID(p.v.key, p.from+at), p.v.version)
		switch {
		case same(now, before):
		case now.Removed:
			models = append(models, mongo.NewDeleteOneModel().SetFilter(filter))
		default:
			doc, err := t.shot(p, at).doc()
			if err != nil {
				return nil, err
			}
			models = append(models, mongo.NewReplaceOneModel().SetFilter(filter).SetReplacement(doc))
		}
	}
	return models, nil
}

// same tells whether two states are shown alike.
func same(a, b *tracker.State) bool {
	return a.Removed == b.Removed && a.Progress == b.Progress && a.Stage == b.Stage && a.Cycle == b.Cycle &&
		a.Completed == b.Completed && a.Limited == b.Limited && expiry(a) == expiry(b)
}

func expiry(s *tracker.State) int64 {
	if s.Extra == nil {
		return 0
	}
	return s.Extra.ExpireAt
}

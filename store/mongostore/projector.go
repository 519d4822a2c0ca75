package mongostore

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dictrack/dictrack/internal/retry"
	"github.com/dictrack/dictrack/tracker"
)

// projector projects groups to tracker documents: it keeps one document for each tracker up to date, for people to
// query. It is used by one goroutine at a time.
type projector struct {
	db        *database
	projected projectedStates
	summaries definitionSummaries
}

// maxProjected is how many chunks are projected at once.
const maxProjected = 64

// project updates the tracker documents of groups.
func (p *projector) project(ctx context.Context, groups []maintainedGroup) error {
	var ranges []chunkRange
	for i := range groups {
		ranges = append(ranges, groups[i].chunkRanges()...)
	}
	for batch := range slices.Chunk(ranges, maxProjected) {
		err := p.db.retrier.DoOnce(ctx, p.db.retrier.Timeout, func(ctx context.Context) error { return p.projectBatch(ctx, batch) })
		if err != nil {
			return err
		}
	}
	for i := range groups {
		p.projected.advance(&groups[i])
	}
	return nil
}

// projectBatch updates the documents of some ranges. Where it remembers what they show, it writes only what changed;
// otherwise, and when another process turns out to have written them, it reads them first.
func (p *projector) projectBatch(ctx context.Context, ranges []chunkRange) error {
	ranges, err := p.decode(ctx, ranges)
	if err != nil {
		return err
	}
	var models []mongo.WriteModel
	var unknown []*chunkRange
	for i := range ranges {
		r := &ranges[i]
		if r.projected = p.projected.get(r); r.projected == nil {
			unknown = append(unknown, r)
			continue
		}
		changed, err := p.changedDocs(r)
		if err != nil {
			p.skip(r, err)
			continue
		}
		models = append(models, changed...)
	}
	found, err := bulkWrite(ctx, p.db.trackers, models)
	if err != nil {
		return err
	}
	if found < len(models) {
		unknown = pointers(ranges)
	}
	if err := p.reconcile(ctx, unknown); err != nil {
		return err
	}
	for i := range ranges {
		p.projected.put(&ranges[i])
	}
	return nil
}

func pointers(ranges []chunkRange) []*chunkRange {
	all := make([]*chunkRange, len(ranges))
	for i := range ranges {
		all[i] = &ranges[i]
	}
	return all
}

// decode reads the chunks of ranges, and returns the ranges of groups that can be read.
func (p *projector) decode(ctx context.Context, ranges []chunkRange) ([]chunkRange, error) {
	var values []*value
	for _, r := range ranges {
		if r.chunk < len(r.group.chunks) {
			c := &r.group.chunks[r.chunk]
			values = append(values, &c.layout, &c.states)
		}
	}
	complete, err := p.db.readOverflow(ctx, values)
	if err == nil && !complete {
		err = retry.ErrRetry // a group has changed meanwhile, and is read again
	}
	if err != nil {
		return nil, err
	}
	var ids []tracker.ID
	readable := ranges[:0]
	for _, r := range ranges {
		if err := r.decode(); err != nil {
			p.skip(&r, err)
			continue
		}
		ids = append(ids, r.layout...)
		readable = append(readable, r)
	}
	return readable, p.summaries.read(ctx, p.db, ids)
}

func (p *projector) skip(r *chunkRange, err error) {
	p.db.log.Error("cannot write tracker documents of group", "group", r.group.key, "error", err)
}

// trackerDoc returns what the document of the tracker at position at of the range has to show.
func (p *projector) trackerDoc(r *chunkRange, at int) *trackerDoc {
	name, _ := nameOf(r.group.key)
	return &trackerDoc{
		key: r.group.key, name: name, index: r.from + at, version: r.group.version, updated: r.group.updated,
		definition: r.layout[at], state: r.states[at], summary: p.summaries[r.layout[at]],
	}
}

// changedDocs returns the changes of documents that are known to show r.projected.
func (p *projector) changedDocs(r *chunkRange) ([]mongo.WriteModel, error) {
	var models []mongo.WriteModel
	for at := range r.states {
		now, before := &r.states[at], &r.projected[at]
		filter := olderThan(trackerID(r.group.key, r.from+at), r.group.version)
		switch {
		case equalProjection(now, before):
		case now.Removed:
			models = append(models, mongo.NewDeleteOneModel().SetFilter(filter))
		default:
			d, err := p.trackerDoc(r, at).bson()
			if err != nil {
				return nil, err
			}
			models = append(models, mongo.NewReplaceOneModel().SetFilter(filter).SetReplacement(d))
		}
	}
	return models, nil
}

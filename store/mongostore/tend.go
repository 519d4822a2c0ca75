package mongostore

import (
	"context"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// tender does for groups what is left to be done after a commit, a moment later and for many at once: it
// brings the trackers' documents up to date, moves ids out of tails, and removes parts that are no longer
// named. A group's document says that there is something to do, so that whoever loads it, or opens the store,
// does what a process that ended has left. All of it may be done twice, and by several at once.
type tender struct {
	s      *Store
	after  time.Duration
	shown  images          // for whoever is busy
	labels labels          // for whoever is busy
	life   context.Context // ends when there is no more time
	end    context.CancelFunc
	done   chan struct{} // closed when run has ended
	stops  chan struct{} // closed when run is to end
	wake   chan struct{}
	busy   sync.Mutex // held while groups are tended

	mu      sync.Mutex      // protects all below
	waiting map[string]bool // keys; true: with all chunks, whatever the document says
	tails   map[string]int  // keys; ids that commits of this Store have put there
}

// How many ids there may be in a tail.
const (
	longTail = 32  // these move when there is time
	maxTail  = 256 // no commit adds to these
	maxTails = 1 << 16
)

func newTender(s *Store, after time.Duration) *tender {
	t := &tender{
		s: s, after: after, done: make(chan struct{}), stops: make(chan struct{}), wake: make(chan struct{}, 1),
		labels: labels{}, waiting: map[string]bool{}, tails: map[string]int{},
	}
	t.life, t.end = context.WithCancel(context.Background())
	return t
}

// note tells of a commit.
func (t *tender) note(w *write) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if w.ids > 0 {
		if len(t.tails) >= maxTails {
			clear(t.tails)
		}
		t.tails[w.key] += w.ids
	}
	if w.urgent || t.tails[w.key] >= longTail {
		t.queue(w.key, false)
	}
}

// resume tells of a document that says that there is something to do.
func (t *tender) resume(d *document) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.queue(d.key, false)
}

// queue is for whoever holds mu.
func (t *tender) queue(key string, all bool) {
	t.waiting[key] = t.waiting[key] || all
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// again queues keys, with all chunks.
func (t *tender) again(keys ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range keys {
		t.queue(key, true)
	}
}

// maxTended is how many groups are tended at once.
const maxTended = 100

// take are some of those that wait.
func (t *tender) take() map[string]bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	some := map[string]bool{}
	for key, all := range t.waiting {
		if len(some) == maxTended {
			break
		}
		some[key] = all
		delete(t.waiting, key)
		delete(t.tails, key)
	}
	return some
}

// rest lets nobody tend until the function that it returns is called.
func (t *tender) rest() func() {
	t.busy.Lock()
	return t.busy.Unlock
}

// run tends until stop.
func (t *tender) run() {
	defer close(t.done)
	t.leftovers()
	for wait := t.after; ; {
		select {
		case <-t.stops:
			t.round()
			return
		case <-t.wake:
		}
		timer := time.NewTimer(wait)
		select {
		case <-t.stops:
		case <-timer.C:
		}
		timer.Stop()
		if wait = t.after; !t.round() {
			wait = max(wait, maxWait)
		}
	}
}

// stop tends what waits, as long as ctx allows.
func (t *tender) stop(ctx context.Context) {
	defer t.end()
	close(t.stops)
	select {
	case <-t.done:
	case <-ctx.Done():
		t.end()
		<-t.done
	}
}

// leftovers queues what processes that ended have left. What others are about to do is among it, and does no harm.
func (t *tender) leftovers() {
	ctx, cancel := context.WithTimeout(t.life, t.s.usual())
	defer cancel()
	filter := object(fieldTodo, true)
	err := each(ctx, t.s.groups, filter, options.Find().SetProjection(object("_id", 1)), func(raw bson.Raw) error {
		if key, ok := raw.Lookup("_id").StringValueOK(); ok {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.queue(key, false)
		}
		return nil
	})
	t.complain(err)
}

func (t *tender) complain(err error) {
	if err != nil && t.life.Err() == nil {
		t.s.log.Warn("the trackers' documents are late; trying again", "error", t.s.plain(err))
	}
}

// round tends all that wait, until something fails.
func (t *tender) round() bool {
	for {
		some := t.take()
		if len(some) == 0 {
			return true
		}
		if err := t.tend(t.life, some); err != nil {
			t.complain(err)
			t.putBack(some)
			return false
		}
	}
}

// putBack queues what could not be tended, for later.
func (t *tender) putBack(some map[string]bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, all := range some {
		t.queue(key, all)
	}
}

// visit is a group that is tended.
type visit struct {
	*document      // without chunks when the group is gone
	gone      bool // by a Flush
	all       bool // look at everything, whatever the document says
}

// tend does all there is to do for some groups. Each step has a time, so that a server that does not answer
// does not hold it up for ever.
func (t *tender) tend(ctx context.Context, some map[string]bool) error {
	t.busy.Lock()
	defer t.busy.Unlock()
	var visits []visit
	added := map[string]bool{}
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) (err error) { visits, err = t.read(ctx, some); return err },
		func(ctx context.Context) error { return t.trim(ctx, visits) },
		func(ctx context.Context) error { return t.sweepParts(ctx, visits) },
	} {
		if err := once(ctx, t.s.patience, step); err != nil {
			return err
		}
	}
	if t.s.shows {
		if err := t.show(ctx, visits, added); err != nil {
			return err
		}
	}
	return once(ctx, t.s.patience, func(ctx context.Context) error { return t.finish(ctx, visits, added) })
}

// read reads the documents of groups. Those that cannot be read are left to whoever loads them.
func (t *tender) read(ctx context.Context, some map[string]bool) ([]visit, error) {
	var visits []visit
	left := maps.Clone(some)
	filter := object("_id", object("$in", slices.Collect(maps.Keys(some))))
	err := each(ctx, t.s.groups, filter, options.Find(), func(raw bson.Raw) error {
		d, err := parse(append(bson.Raw(nil), raw...))
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

// trim moves the ids of long tails.
func (t *tender) trim(ctx context.Context, visits []visit) error {
	var long []*document
	for _, v := range visits {
		n := 0
		for i := range v.tail {
			if v.tail[i].value.apart() {
				n = longTail
			}
			n += len(v.tail[i].value.bytes) / leastSeen
		}
		if n >= longTail {
			long = append(long, v.document)
		}
	}
	_, err := t.s.moveTails(ctx, long, math.MinInt64)
	return err
}

// leastSeen is how many bytes an id takes in a tail, of the usual length.
const leastSeen = 40

// relieve moves the ids of groups whose tails are so long that the writes must not make them longer.
func (s *Store) relieve(ctx context.Context, writes []*write) error {
	keys := s.tender.full(writes)
	if len(keys) == 0 {
		return nil
	}
	return s.try(ctx, "commit", s.usual(), func(ctx context.Context) error {
		var all []*document
		filter := object("_id", object("$in", keys))
		err := each(ctx, s.groups, filter, options.Find().SetProjection(tailFields), func(raw bson.Raw) error {
			if d, err := parse(append(bson.Raw(nil), raw...)); err == nil { // the commit tells what is wrong
				all = append(all, d)
			}
			return nil
		})
		if err != nil {
			return err
		}
		_, err = s.moveTails(ctx, all, math.MinInt64)
		return err
	})
}

// full are the keys of those writes that find a full tail.
func (t *tender) full(writes []*write) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var keys []string
	for _, w := range writes {
		if n := t.tails[w.key]; n > 0 && w.ids > 0 && n+w.ids > maxTail {
			keys = append(keys, w.key)
			delete(t.tails, w.key)
		}
	}
	return keys
}

// sweepParts removes the parts that documents no longer name. One that a commit has written, and not named
// yet, is of a later version.
func (t *tender) sweepParts(ctx context.Context, visits []visit) error {
	var models []mongo.WriteModel
	for _, v := range visits {
		if v.parts {
			models = append(models, v.sweep()...)
		}
	}
	_, err := bulk(ctx, t.s.parts, models)
	return err
}

func (v *visit) sweep() []mongo.WriteModel {
	old := object("$lte", v.version)
	seen := bson.A{}
	for i := range v.tail {
		seen = append(seen, v.tail[i].value.part)
	}
	models := []mongo.WriteModel{
		mongo.NewDeleteManyModel().SetFilter(object(partGroup, v.key, partChunk, object("$gte", len(v.chunks)), partVersion, old)),
		mongo.NewDeleteManyModel().SetFilter(object(partGroup, v.key, partChunk, partSeen, partVersion, old, "_id", object("$nin", seen))),
	}
	for i := range v.chunks {
		if c := &v.chunks[i]; v.dirty(i) {
			models = append(models, mongo.NewDeleteManyModel().SetFilter(object(
				partGroup, v.key, partChunk, i, partVersion, old, "_id", object("$nin", bson.A{c.layout.part, c.states.part}),
			)))
		}
	}
	return models
}

// dirty tells whether a chunk has changed since the trackers' documents were brought up to date.
func (v *visit) dirty(i int) bool { return v.all || v.chunks[i].version > v.shown }

// oldToken is how long a Store may take to find out what became of a commit.
const oldToken = 24 * time.Hour

// finish notes in the documents what was done. Where another commit has come in between, there is more to do,
// which somebody has been told. Then a tracker that was added here may be gone by now, and its document have
// come after it was to be removed; so such groups are looked at once more.
func (t *tender) finish(ctx context.Context, visits []visit, added map[string]bool) error {
	var models []mongo.WriteModel
	for _, v := range visits {
		if v.gone {
			continue
		}
		unset := bson.D{}
		if t.s.shows || v.shown == 0 { // else somebody else shows the trackers
			unset = append(unset, bson.E{Key: fieldTodo, Value: ""})
		}
		for writer, token := range v.writers {
			if time.Since(token.Timestamp()) > oldToken {
				unset = append(unset, bson.E{Key: fieldWriters + "." + writer, Value: ""})
			}
		}
		if t.s.shows {
			models = append(models, mongo.NewUpdateOneModel().SetUpdate(object("$max", object(fieldShown, v.version))).
				SetFilter(object("_id", v.key, fieldBorn, v.born)))
		}
		if len(unset) > 0 {
			models = append(models, mongo.NewUpdateOneModel().SetUpdate(object("$unset", unset)).
				SetFilter(object("_id", v.key, fieldVersion, v.version)))
		}
	}
	found, err := bulk(ctx, t.s.groups, models)
	if err == nil && found < len(models) {
		t.again(slices.Collect(maps.Keys(added))...)
	}
	return err
}

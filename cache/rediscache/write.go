package rediscache

import (
	"strconv"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// write is a commit on its way.
type write struct {
	request
	change  *group.Change // what the calls did; nil for nothing
	what    *group.Change // what is to be written; nil for nothing: the calls only looked
	laid    uint64        // see meta
	apart   []int32       // places whose states are in the patch from then on
	patches bool          // it writes the patch in place of chunks
	token   token         // by which the commit is known again

	definitions []*tracker.Definition // that must be in Redis before
	stored      uint64                // see local
}

// lay finds the version that the layout comes with once the write is done.
func (w *write) lay(l *local) {
	w.laid = l.laid
	if w.what != nil && (l.whole() || w.what.Count != w.what.BaseCount || w.what.Relaid()) {
		w.laid, l.strayed = w.what.Version, true
	}
}

// build is the commit of what has changed, nil for nothing.
func (r *round) build(change *group.Change) *write {
	l := r.slot.local
	w := &r.room.write
	*w = write{change: change, token: r.c.token()}
	switch {
	case l.replaces != nil || l.absent && change != nil:
		w.what = l.group.Since(0, 0, nil)
	case change != nil:
		w.what = change
	case l.stale:
		w.what = l.group.Since(l.group.Version(), 0, []int{})
	}
	if w.what != nil {
		w.patch(l)
		w.definitions = r.c.stored.wanted(w, l)
	}
	w.lay(l)
	w.request = r.request(false, &r.room)
	r.fill(w)
	r.room.keys, r.room.args = w.keys, w.args // they may have grown
	return w
}

// fill adds the commands of a write. Those of the group itself come last; see the script.
func (r *round) fill(w *write) {
	if w.what == nil {
		return
	}
	k, l, name := &r.c.keys[r.slot.shard], r.slot.local, r.slot.name
	backed := r.c.host.Backing != nil
	q := &w.request
	if l.replaces != nil {
		q.do("DEL", k.waiting(name))
		q.do("DEL", k.changed(name))
		q.do("ZREM", k.dirty, name)
	}
	if l.replaces != nil && !l.group.Known() { // it was flushed from the Backing
		q.do("ZREM", k.names, name)
		q.do("ZREM", k.due, name)
		q.do("HINCRBY", k.head, "drops", "1")
		q.do("DEL", r.slot.key)
		return
	}
	if backed && (w.change != nil || l.flushed != nil && l.flushed.version != w.what.Version) {
		q.do("ZADD", k.dirty, "NX", decimal(r.c.now()), name)
		r.fillChanged(w)
	}
	if l.absent {
		q.do("ZADD", k.names, "0", name)
	}
	if due := w.what.Due; due != l.due || l.whole() {
		q.fillDue(k.due, name, due)
	}
	if w.change != nil {
		r.fillSeen(q, w.change.Seen, backed)
	}
	r.fillGroup(w)
}

// furthest is the greatest moment that is exact as the score of a sorted set.
const furthest = 1 << 53

func (q *request) fillDue(key, name string, due int64) {
	if due == limiter.Never {
		q.do("ZREM", key, name)
		return
	}
	q.do("ZADD", key, decimal(min(max(due, -furthest), furthest)), name)
}

// fillChanged notes which chunks the Backing does not have. Of a group of one, it is that one.
func (r *round) fillChanged(w *write) {
	if w.what.Count <= group.ChunkSize && w.what.BaseCount <= group.ChunkSize {
		return
	}
	version := string(appendHex(nil, w.what.Version))
	var marks []string
	from, to := w.what.Dropped()
	if r.slot.local.whole() || from < to {
		marks = []string{"all", version}
	} else {
		for _, chunk := range w.what.Touched() {
			marks = append(marks, strconv.Itoa(chunk), version)
		}
	}
	w.doMany("HSET", r.c.keys[r.slot.shard].changed(r.slot.name), 2, marks)
}

const hour = 3_600_000 // milliseconds

// fillSeen remembers ids, notes when to forget them, and that the Backing does not have them.
func (r *round) fillSeen(q *request, all []group.Seen, backed bool) {
	k, name := &r.c.keys[r.slot.shard], r.slot.name
	var fields, waiting []string
	ends := map[int64][]string{}
	for i := range all {
		s := &all[i]
		field := idField(name, s.ID)
		fields = append(fields, field, sealSeen(k.ids, field, s))
		ends[s.Expires/hour] = append(ends[s.Expires/hour], string(appendTime(nil, s.Expires))+field)
		waiting = append(waiting, string(appendHex(nil, s.Version))+s.ID)
	}
	for at, ids := range ends {
		q.do("ZADD", k.hours, decimal(at), decimal(at))
		q.doMany("RPUSH", k.hour(at), 1, ids)
	}
	if backed {
		q.doMany("RPUSH", k.waiting(name), 1, waiting)
	}
	q.doMany("HSET", k.ids, 2, fields)
}

// fillGroup writes the group's own record.
func (r *round) fillGroup(w *write) {
	l, key, in := r.slot.local, r.slot.key, &r.room
	fields := in.chunks[:0]
	if w.patches {
		at := len(in.text)
		in.text = w.what.AppendPatch(in.text, w.apart)
		fields = append(fields, fieldPatch, in.seal(key, fieldPatch, at))
	} else {
		for i := range w.what.Chunks() {
			fields = appendChunk(fields, key, &w.what.Chunks()[i])
		}
	}
	if l.flushed != nil {
		fields = append(fields, fieldFlushed, l.flushed.seal(key))
	}
	m := meta{
		version: w.what.Version, epoch: l.epoch, laid: w.laid, due: w.what.Due, count: w.what.Count, fed: w.what.Fed,
		complete: l.complete, token: w.token,
	}
	at := len(in.text)
	in.text = m.append(in.text)
	fields = append(fields, fieldMeta, in.seal(key, fieldMeta, at))
	w.doMany("HDEL", key, 1, r.dropped(w))
	last := max(0, (len(fields)-1)/most*most)
	w.doMany("HSET", key, 2, fields[:last])
	w.args, w.fields = append(w.args, fields[last:]...), len(fields)-last
	in.chunks = fields
}

// dropped are fields that there are no more.
func (r *round) dropped(w *write) (fields []string) {
	from, to := w.what.Dropped()
	l := r.slot.local
	if old := l.replaces; old != nil {
		to = (old.count + group.ChunkSize - 1) / group.ChunkSize
	}
	if len(w.apart) == 0 && (len(l.apart) > 0 || l.replaces != nil) {
		fields = append(fields, fieldPatch)
	}
	for i := from; i < to; i++ {
		fields = append(fields, "s"+strconv.Itoa(i), "l"+strconv.Itoa(i))
	}
	return fields
}

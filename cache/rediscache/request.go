package rediscache

import (
	"slices"
	"strconv"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// request is a call of the commit script, as often as it is sent.
type request struct {
	keys []string
	args []string
}

// write is a commit on its way.
type write struct {
	request
	change *group.Change // what the calls did; nil for nothing
	what   *group.Change // what is to be written; nil for nothing: the calls only looked
	laid   uint64        // see meta
	token  string        // by which the commit is known again

	definitions []*tracker.Definition // that must be in Redis before
	stored      uint64                // see local
}

// room is memory that rounds use again.
type room struct {
	write      write
	keys, args []string
	chunks     []string
}

// roomy is how many arguments the memory of a usual commit has. That of larger ones is given back.
const roomy = 128

// cleared is the round without anything but its memory.
func (r *round) cleared() *round {
	kept := r.room
	*r = round{}
	if cap(kept.args) > roomy || cap(kept.chunks) > roomy {
		return r
	}
	kept.write = write{}
	for _, texts := range [][]string{kept.keys, kept.args, kept.chunks} {
		clear(texts[:cap(texts)])
	}
	r.room = kept
	return r
}

// anything asks for what is there.
const anything = "?"

// asking are the entries whose ids go with a request, in its order.
func (r *round) asking() (entries []int) {
	for i, e := range r.batch {
		if e.Err == nil && e.Task.ID() != "" {
			entries = append(entries, i)
		}
	}
	return entries
}

// request is one that finds out whether the group is where it is believed to be, in the memory given.
func (r *round) request(position string, in *room) request {
	k := &r.c.keys[r.slot.shard]
	asking := r.asking()
	q := request{slices.Grow(in.keys[:0], 3), slices.Grow(in.args[:0], 16+2*len(asking))}
	if q.keys = append(q.keys, k.head, k.group(r.slot.name)); len(asking) > 0 {
		q.keys = append(q.keys, k.ids)
	}
	epoch := ""
	if l := r.slot.local; l != nil {
		epoch = l.epoch
	}
	q.args = append(q.args, epoch, position, r.seldom(), strconv.Itoa(len(asking)))
	for _, i := range asking {
		q.args = append(q.args, idField(r.slot.name, r.batch[i].Task.ID()))
	}
	for _, i := range asking {
		q.args = append(q.args, r.ids[i].known)
	}
	return q
}

// unlaid stands where no version of a layout does.
const unlaid = "................"

// seldom is what the script looks at only when not all is as believed.
func (r *round) seldom() string {
	var room [processSize + 1 + 16 + 20]byte
	b := append(room[:0], r.c.process...)
	if r.late >= patient {
		b = append(b, '1')
	} else {
		b = append(b, '0')
	}
	l := r.slot.local
	if l == nil {
		return string(append(b, unlaid...))
	}
	if l.strayed {
		b = append(b, unlaid...)
	} else {
		b = appendHex(b, l.laid)
	}
	return string(append(b, l.drops...))
}

// patient is how often in a row another process may be faster, before a round asks to be let through.
const patient = 3

// do adds a command on a key.
func (q *request) do(command, key string, args ...string) {
	q.args = append(q.args, command, strconv.Itoa(q.key(key)), strconv.Itoa(len(args)))
	q.args = append(q.args, args...)
}

func (q *request) key(key string) int {
	for i, k := range q.keys {
		if k == key {
			return i + 1
		}
	}
	q.keys = append(q.keys, key)
	return len(q.keys)
}

// most is how many arguments a command of a script has: Lua has a limit.
const most = 1000

// doMany adds commands for a long list of arguments, cut at multiples of each.
func (q *request) doMany(command, key string, each int, args []string) {
	for size := most / each * each; len(args) > 0; {
		part := args[:min(size, len(args))]
		args = args[len(part):]
		q.do(command, key, part...)
	}
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
		q.do("DEL", k.group(name))
		return
	}
	if backed && (w.change != nil || l.flushed != nil && l.flushed.version != w.what.Version) {
		q.do("ZADD", k.dirty, "NX", decimal(r.c.now()), name)
		r.fillChanged(w)
	}
	if l.position == absent {
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
		for _, part := range w.what.Chunks() {
			marks = append(marks, strconv.Itoa(part.Index), version)
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
	k, l := &r.c.keys[r.slot.shard], r.slot.local
	key := k.group(r.slot.name)
	fields := r.room.chunks[:0]
	for i := range w.what.Chunks() {
		fields = appendChunk(fields, key, &w.what.Chunks()[i])
	}
	if l.flushed != nil {
		fields = append(fields, fieldFlushed, l.flushed.seal(key))
	}
	m := meta{
		version: w.what.Version, epoch: l.epoch, laid: w.laid, due: w.what.Due, count: w.what.Count, fed: w.what.Fed,
		complete: l.complete, token: w.token,
	}
	fields = append(fields, fieldMeta, m.seal(key))
	w.doMany("HDEL", key, 1, r.dropped(w))
	w.doMany("HSET", key, 2, fields)
	r.room.chunks = fields
}

// dropped are fields of chunks that there are no more.
func (r *round) dropped(w *write) (fields []string) {
	from, to := w.what.Dropped()
	if old := r.slot.local.replaces; old != nil {
		to = (old.count + group.ChunkSize - 1) / group.ChunkSize
	}
	for i := from; i < to; i++ {
		fields = append(fields, "s"+strconv.Itoa(i), "l"+strconv.Itoa(i))
	}
	return fields
}

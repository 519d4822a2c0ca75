package rediscache

import (
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// request is a part of a call of the commit script, as often as it is sent. The fields of the group come last in its
// arguments.
type request struct {
	keys   []string
	args   []string
	ids    int
	fields int
}

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

// room is memory that rounds use again.
type room struct {
	write      write
	keys, args []string
	chunks     []string
	text       []byte // of small arguments
}

// from is what was appended to the text from there on. It stays as it is while the text grows, until the room is cleared.
func (in *room) from(at int) string { return rueidis.BinaryString(in.text[at:]) }

// seal puts a checksum behind what was appended to the text from there on.
func (in *room) seal(key, field string, at int) string {
	in.text = binary.LittleEndian.AppendUint32(in.text, checksum(in.from(at), key, field))
	return in.from(at)
}

// roomy is how many arguments a usual commit has at most, and roomyText how many bytes of small ones. The memory of larger
// ones is given back.
const (
	roomy     = 128
	roomyText = 4096
)

// cleared is the round without anything but its memory.
func (r *round) cleared() *round {
	kept := r.room
	if kept.text = kept.text[:0]; !r.trouble.IsZero() || cap(kept.text) > roomyText {
		kept.text = nil // or what was not answered, and may still be sent, would change
	}
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

// asking are the entries whose ids go with a request, in its order.
func (r *round) asking() (entries []int) {
	for i, e := range r.batch {
		if e.Err == nil && e.Task.ID() != "" {
			entries = append(entries, i)
		}
	}
	return entries
}

// request is one that finds out whether the group is as believed, or that asks for whatever is there, in the memory given.
func (r *round) request(asks bool, in *room) request {
	k := &r.c.keys[r.slot.shard]
	asking := r.asking()
	q := request{keys: slices.Grow(in.keys[:0], 3), args: slices.Grow(in.args[:0], 16+2*len(asking)), ids: len(asking)}
	if q.keys = append(q.keys, k.head, r.slot.key); len(asking) > 0 {
		q.keys = append(q.keys, k.ids)
	}
	q.args = append(q.args, "", in.known(r.slot.local, asks), r.seldom(in))
	for _, i := range asking {
		q.args = append(q.args, idField(r.slot.name, r.batch[i].Task.ID()))
	}
	for _, i := range asking {
		q.args = append(q.args, r.ids[i].known)
	}
	return q
}

// known is what is believed of the group, as the script compares it.
func (in *room) known(l *local, asks bool) string {
	if l == nil {
		return "?"
	}
	at := len(in.text)
	b := append(in.text, l.epoch...)
	switch {
	case asks:
		b = append(b, '?')
	case l.absent:
		b = append(b, '-')
	default:
		b = appendHex(append(b, formatMark...), l.version)
	}
	in.text = b
	return in.from(at)
}

// unlaid stands where no version of a layout does.
const unlaid = "................"

// seldom is what the script looks at only when not all is as believed.
func (r *round) seldom(in *room) string {
	at := len(in.text)
	b := append(in.text, r.c.process...)
	if r.late >= patient {
		b = append(b, '1')
	} else {
		b = append(b, '0')
	}
	l := r.slot.local
	if l == nil || l.strayed {
		b = append(b, unlaid...)
	} else {
		b = appendHex(b, l.laid)
	}
	if l != nil {
		b = append(b, l.drops...)
	}
	in.text = b
	return in.from(at)
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

package commit

import (
	"slices"
	"strconv"
	"time"

	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/script"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
)

// step applies the tasks to the replica and builds the commit. It returns false if there is nothing to send. A batch that
// changes nothing still asks Redis whether the group that its tasks saw is the latest.
func (a *attempt) step() bool {
	r := a.entry.replica
	if r.spare != nil {
		r.group.BeginChangeIn(r.spare)
		r.spare = nil
	}
	change := a.entry.box.Apply(r.group, a.batch)
	if change == nil && !slices.ContainsFunc(a.batch, isOpen) {
		return false
	}
	a.write, a.state = a.build(change), committing
	return true
}

// build makes the commit of a change, which is nil for nothing.
func (a *attempt) build(change *group.Pending) *write {
	r, m := a.entry.replica, &a.arena
	w := &m.write
	*w = write{change: change, token: a.env.newToken()}
	switch {
	case r.state == outdated || r.state == absent && change != nil:
		w.pending = r.group.DiffSince(0, 0, nil)
	case change != nil:
		w.pending = change
	case r.state == unconfirmed:
		w.pending = r.group.DiffSince(r.group.Version(), 0, []int{})
	}
	if w.pending != nil {
		w.choosePatch(r)
		w.definitions = a.missingDefinitions(w)
	}
	w.chooseLayoutVersion(r)
	w.request = a.newRequest(false, m)
	a.addCommands(w)
	m.keys, m.args = w.keys, w.args // they may have grown
	return w
}

// maxPatch is how many trackers a patch has at most. A commit of a group of several chunks in which few trackers move
// writes the patch, which costs what they cost. When it is full, the chunks of all its trackers are written, and the
// patch starts empty.
const maxPatch = 64

// choosePatch decides whether the commit writes a patch or chunks. Trackers stay in the patch until chunks are written,
// which are then those of all trackers in the patch.
func (w *write) choosePatch(r *replica) {
	if r.whole() {
		return
	}
	if w.pending.NoChunks() {
		w.patchIndexes = r.patchIndexes
		return
	}
	if indexes, few := w.pending.ChangedIndexes(); few {
		if all := union(r.patchIndexes, indexes); len(all) <= maxPatch {
			w.patchIndexes, w.writesPatch = all, true
			return
		}
	}
	w.pending.IncludeChunksOf(r.patchIndexes)
}

// union is what is in either of two ascending lists.
func union(a, b []int32) []int32 {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// missingDefinitions are the definitions of a commit that are not known to be in Redis: those that it newly refers to,
// and all of the group if a server was restarted or replaced.
func (a *attempt) missingDefinitions(w *write) []record.Definition {
	r, defs := a.entry.replica, a.env.Definitions
	w.generation = defs.Generation()
	switch {
	case r.generation != w.generation:
		return defs.Missing(r.group.DiffSince(0, 0, nil).Encode().Definitions)
	case w.pending.LayoutChanged():
		return defs.Missing(w.pending.Encode().Definitions)
	}
	return nil
}

// chooseLayoutVersion sets the version of the layout after the commit.
func (w *write) chooseLayoutVersion(r *replica) {
	w.layoutVersion = r.layoutVersion
	if w.pending != nil && (r.whole() || w.pending.Count != w.pending.BaseCount || w.pending.LayoutChanged()) {
		w.layoutVersion, r.layoutVersion = w.pending.Version, noLayout
	}
}

// addCommands adds the commands of a commit. Those on the group itself come last; see commit.lua.
func (a *attempt) addCommands(w *write) {
	if w.pending == nil {
		return
	}
	k, r, name := &a.env.Client.Keys[a.entry.shard], a.entry.replica, a.entry.name
	q := &w.request
	if r.state == outdated {
		q.command("DEL", k.DirtyIDs(name))
		q.command("DEL", k.DirtyChunks(name))
		q.command("ZREM", k.Dirty, name)
		if !r.group.Exists() { // the store was flushed
			q.command("ZREM", k.Names, name)
			q.command("ZREM", k.Due, name)
			q.command("HINCRBY", k.Head, format.HeadEvictions, "1")
			q.command("DEL", a.entry.key)
			return
		}
	}
	hasStore := a.env.Backing != nil
	if hasStore && (w.change != nil || r.storeVersion != nil && r.storeVersion.Version != w.pending.Version) {
		q.command("ZADD", k.Dirty, "NX", format.Decimal(time.Now().UnixMilli()), name)
		a.addDirtyChunks(w)
	}
	if r.state == absent {
		q.command("ZADD", k.Names, "0", name)
	}
	if due := w.pending.Due; due != r.due || r.whole() {
		q.addDue(k.Due, name, due)
	}
	if w.change != nil {
		a.addIDs(q, w.change.MessageIDs, hasStore)
	}
	a.addGroup(w)
}

func (q *request) addDue(key, name string, due int64) {
	if due == limiter.Never {
		q.command("ZREM", key, name)
		return
	}
	q.command("ZADD", key, format.Score(due), name)
}

// addDirtyChunks notes which chunks the store does not have. A group of one chunk needs no note.
func (a *attempt) addDirtyChunks(w *write) {
	if w.pending.Count <= record.ChunkSize && w.pending.BaseCount <= record.ChunkSize {
		return
	}
	version := string(format.AppendVersion(nil, w.pending.Version))
	var chunks []string
	from, to := w.pending.RemovedChunks()
	if a.entry.replica.whole() || from < to {
		chunks = []string{format.AllChunks, version}
	} else {
		for _, chunk := range w.pending.ChangedChunks() {
			chunks = append(chunks, strconv.Itoa(chunk), version)
		}
	}
	w.commands("HSET", a.env.Client.Keys[a.entry.shard].DirtyChunks(a.entry.name), 2, chunks)
}

// addIDs remembers message ids, notes when they expire and, if there is a store, that it does not have them.
func (a *attempt) addIDs(q *request, ids []record.MessageID, hasStore bool) {
	k, name := &a.env.Client.Keys[a.entry.shard], a.entry.name
	var fields, dirty []string
	byHour := map[int64][]string{}
	for i := range ids {
		id := &ids[i]
		field := format.IDField(name, id.ID)
		hour := id.Expires / format.Hour
		fields = append(fields, field, format.EncodeID(k.IDs, field, id))
		byHour[hour] = append(byHour[hour], string(format.AppendTime(nil, id.Expires))+field)
		dirty = append(dirty, string(format.AppendVersion(nil, id.Version))+id.ID)
	}
	for hour, expiring := range byHour {
		h := format.Decimal(hour)
		q.command("ZADD", k.Hours, h, h)
		q.commands("RPUSH", k.Hour(h), 1, expiring)
	}
	if hasStore {
		q.commands("RPUSH", k.DirtyIDs(name), 1, dirty)
	}
	q.commands("HSET", k.IDs, 2, fields)
}

// addGroup writes the record of the group.
func (a *attempt) addGroup(w *write) {
	r, key, m := a.entry.replica, a.entry.key, &a.arena
	fields := m.chunks[:0]
	if w.writesPatch {
		from := len(m.text)
		m.text = w.pending.AppendPatch(m.text, w.patchIndexes)
		fields = append(fields, format.FieldPatch, m.withChecksum(key, format.FieldPatch, from))
	} else {
		for i := range w.pending.Encode().Chunks {
			fields = format.AppendChunk(fields, key, &w.pending.Chunks[i])
		}
	}
	if r.storeVersion != nil {
		fields = append(fields, format.FieldStoreVersion, r.storeVersion.Encode(key))
	}
	meta := format.Meta{
		Version: w.pending.Version, Epoch: r.epoch, LayoutVersion: w.layoutVersion, Due: w.pending.Due, Count: w.pending.Count,
		Initialized: w.pending.Initialized, AllIDs: r.allIDs, Token: w.token,
	}
	from := len(m.text)
	m.text = meta.Append(m.text)
	fields = append(fields, format.FieldMeta, m.withChecksum(key, format.FieldMeta, from))
	w.commands("HDEL", key, 1, a.removedFields(w))
	last := max(0, (len(fields)-1)/script.MaxArgs*script.MaxArgs)
	w.commands("HSET", key, 2, fields[:last])
	w.args, w.fields = append(w.args, fields[last:]...), len(fields)-last
	m.chunks = fields
}

// removedFields are fields of the group that it does not have after the commit.
func (a *attempt) removedFields(w *write) (fields []string) {
	from, to := w.pending.RemovedChunks()
	r := a.entry.replica
	if r.state == outdated {
		to = r.replaces.ChunkCount()
	}
	if len(w.patchIndexes) == 0 && (len(r.patchIndexes) > 0 || r.state == outdated) {
		fields = append(fields, format.FieldPatch)
	}
	for i := from; i < to; i++ {
		fields = append(fields, format.StatesField(i), format.LayoutField(i))
	}
	return fields
}

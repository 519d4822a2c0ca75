package commit

import (
	"slices"

	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/script"
)

// maxConflicts is how many commits of other processes may be first, before an attempt asks for a lease on the group.
const maxConflicts = 3

// newRequest makes a request without commands. It is met if the group is as the replica says, or never, so that the reply
// says what Redis has. It uses the memory of m.
func (a *attempt) newRequest(never bool, m *arena) request {
	k := &a.env.Client.Keys[a.entry.shard]
	indexes := a.withIDs()
	q := request{keys: slices.Grow(m.keys[:0], 3), args: slices.Grow(m.args[:0], 16+2*len(indexes)), ids: len(indexes)}
	if q.keys = append(q.keys, k.Head, a.entry.key); len(indexes) > 0 {
		q.keys = append(q.keys, k.IDs)
	}
	q.args = append(q.args, "", a.expected(never, m), a.slowArgument(m))
	for _, i := range indexes {
		q.args = append(q.args, format.IDField(a.entry.name, a.batch[i].Task.ID()))
	}
	for _, i := range indexes {
		q.args = append(q.args, a.ids[i].expected)
	}
	return q
}

// expected is the second argument of a request: what the script compares the group with.
func (a *attempt) expected(never bool, m *arena) string {
	r := a.entry.replica
	if r == nil {
		return script.ExpectAny
	}
	from := len(m.text)
	b := append(m.text, r.epoch...)
	switch {
	case never:
		b = append(b, script.ExpectAny...)
	case r.state == absent:
		b = append(b, script.ExpectAbsent...)
	default:
		b = format.AppendVersion(append(b, format.Mark...), r.version)
	}
	m.text = b
	return m.since(from)
}

// unknownLayout is in place of the version of a layout that no group has.
const unknownLayout = "................"

// slowArgument is the third argument of a request, which the script reads only when not all is as expected.
func (a *attempt) slowArgument(m *arena) string {
	from := len(m.text)
	b := append(m.text, a.env.Client.Process...)
	if a.conflicts >= maxConflicts {
		b = append(b, script.WantLease...)
	} else {
		b = append(b, script.NoLease...)
	}
	r := a.entry.replica
	if r == nil || r.layoutVersion == noLayout {
		b = append(b, unknownLayout...)
	} else {
		b = format.AppendVersion(b, r.layoutVersion)
	}
	if r != nil {
		b = append(b, r.evictions...)
	}
	m.text = b
	return m.since(from)
}

// nextRequest is what the attempt sends next.
func (a *attempt) nextRequest() *request {
	if a.state == committing {
		return &a.write.request
	}
	if a.query == nil {
		q := a.newRequest(true, &arena{})
		a.query = &q
	}
	return a.query
}

// withSizes are the arguments of the next request, the first of which is set to the sizes.
func (a *attempt) withSizes() []string {
	q, from := a.nextRequest(), len(a.arena.text)
	sizes := script.Sizes{Keys: len(q.keys), IDs: q.ids, Fields: q.fields, Args: len(q.args) - 1}
	a.arena.text = sizes.Append(a.arena.text)
	q.args[0] = a.arena.since(from)
	return q.args
}

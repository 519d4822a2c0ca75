package rediscache

import (
	"slices"
	"strconv"
)

// request is a part of a call of the commit script, as often as it is sent. The fields of the group come last in its
// arguments.
type request struct {
	keys   []string
	args   []string
	ids    int
	fields int
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

package rediscache

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/group"
)

// call is a call of the commit script for some rounds: to call a script costs a server more than the commit in it.
type call []*round

// maxWeight is what a call weighs at most that is for more than one round: a script holds up its server.
const maxWeight = 64

// calls puts rounds together as far as that is possible. Where it has to be, a call is for one shard.
func (c *Cache) calls(rounds []*round) (calls []call) {
	byShard := c.byShard.Load()
	if byShard {
		slices.SortStableFunc(rounds, func(a, b *round) int { return cmp.Compare(a.slot.shard, b.slot.shard) })
	}
	for len(rounds) > 0 {
		n, weight := 1, rounds[0].weight()
		for n < len(rounds) && (!byShard || rounds[n].slot.shard == rounds[0].slot.shard) {
			if weight += rounds[n].weight(); weight > maxWeight {
				break
			}
			n++
		}
		calls, rounds = append(calls, rounds[:n]), rounds[n:]
	}
	return calls
}

// weight is about what the round asks of a server beside a usual commit: what it writes, or what it may have to read.
func (r *round) weight() int {
	places := 16 * group.ChunkSize // when nobody knows
	if l := r.slot.local; l != nil {
		places = l.group.Len()
	}
	return 1 + places/group.ChunkSize + len(r.next().args)/roomy
}

// command is the call as it is sent.
func (c call) command(b rueidis.Builder) rueidis.Completed {
	count := 0
	for _, r := range c {
		count += len(r.next().keys)
	}
	keys := b.Evalsha().Sha1(commitScript.sha).Numkeys(int64(count)).Key(c[0].next().keys...)
	for _, r := range c[1:] {
		keys = keys.Key(r.next().keys...)
	}
	args := keys.Arg(c[0].sized()...)
	for _, r := range c[1:] {
		args = args.Arg(r.sized()...)
	}
	return args.Build()
}

// sized are the arguments, the first of which says how many there are of each kind.
func (r *round) sized() []string {
	q, from := r.next(), len(r.room.text)
	size := uint64(len(q.args)-1)<<32 | uint64(q.fields)<<22 | uint64(q.ids)<<11 | uint64(len(q.keys))
	r.room.text = strconv.AppendUint(r.room.text, size, 10)
	q.args[0] = r.room.from(from)
	return q.args
}

// next is what the round sends next.
func (r *round) next() *request {
	if r.write != nil && !r.ask {
		return &r.write.request
	}
	if r.question == nil {
		q := r.request(true, &room{})
		r.question = &q
	}
	return r.question
}

// hear lets the rounds hear the result.
func (c call) hear(result rueidis.RedisResult) {
	message, err := result.ToMessage()
	if err != nil {
		c.failed(err)
		return
	}
	if message.IsInt64() {
		for _, r := range c {
			r.hear(&message)
		}
		return
	}
	parts, err := message.ToArray()
	if err == nil && len(parts) != len(c) {
		err = errAnswer
	}
	if err != nil {
		for _, r := range c {
			r.failedAs(wrong, errAnswer)
		}
		return
	}
	for i, r := range c {
		r.hear(&parts[i])
	}
}

// failed goes on after an error of the whole call. What is wrong with one of the rounds shows when each tries again, which
// it does alone.
func (c call) failed(err error) {
	what := kindOf(err)
	if len(c) > 1 && (what == wrong || what == refused) {
		what = notYet
		if within(err) {
			what = lost // some may have been done
		}
	}
	if isCrossSlot(err) {
		c[0].c.byShard.Store(true) // there are more servers than the client knows
	}
	for _, r := range c {
		r.failedAs(what, err)
	}
}

package rediscache

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/redis/rueidis"
)

// call is a call of the commit script for some rounds: the script takes as much time for the way to it as for a commit.
type call []*round

// maxCall is how many rounds go into one call.
const maxCall = 64

// calls puts rounds together as far as that is possible. In a cluster, a call has to be for one shard.
func (c *Cache) calls(rounds []*round) (calls []call) {
	apart := c.client.Mode() == rueidis.ClientModeCluster
	if apart {
		slices.SortStableFunc(rounds, func(a, b *round) int { return cmp.Compare(a.slot.shard, b.slot.shard) })
	}
	for len(rounds) > 0 {
		n := 1
		for n < min(len(rounds), maxCall) && rounds[n].follows(rounds[n-1], apart) {
			n++
		}
		calls, rounds = append(calls, rounds[:n]), rounds[n:]
	}
	return calls
}

// follows tells whether a round goes into the same call as the one before it. A large one goes alone, so that it holds
// up no other.
func (r *round) follows(before *round, apart bool) bool {
	together := !apart || r.slot.shard == before.slot.shard
	return together && len(r.next().args) <= roomy && len(before.next().args) <= roomy
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
		c.failed(errAnswer)
		return
	}
	for i, r := range c {
		r.hear(&parts[i])
	}
}

// failed goes on after an error of the whole call. What was wrong with one of the rounds shows when each tries again,
// which it does alone; until then, each may have been done.
func (c call) failed(err error) {
	what := kindOf(err)
	if len(c) > 1 && (what == wrong || what == refused) {
		what = lost
	}
	for _, r := range c {
		r.failedAs(what, err)
	}
}

package commit

import (
	"cmp"
	"slices"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache/rediscache/internal/script"
	"github.com/dictrack/dictrack/cache/rediscache/internal/server"
	"github.com/dictrack/dictrack/record"
)

// scriptCall is one call of the commit script for several attempts: to call a script costs a server more than the commit
// in it.
type scriptCall []*attempt

// maxCost bounds a call for more than one attempt, because a script blocks its server.
const maxCost = 64

// unknownCost is what an attempt costs whose group is not known: that of a group of so many chunks.
const unknownCost = 16

// scriptCalls distributes attempts over calls. Where it has to be, a call has keys of one shard only.
func (e *env) scriptCalls(attempts []*attempt) (calls []scriptCall) {
	oneShard := e.oneShard.Load()
	if oneShard {
		slices.SortStableFunc(attempts, func(a, b *attempt) int { return cmp.Compare(a.entry.shard, b.entry.shard) })
	}
	for len(attempts) > 0 {
		n, cost := 1, attempts[0].cost()
		for n < len(attempts) && (!oneShard || attempts[n].entry.shard == attempts[0].entry.shard) {
			if cost += attempts[n].cost(); cost > maxCost {
				break
			}
			n++
		}
		calls, attempts = append(calls, attempts[:n]), attempts[n:]
	}
	return calls
}

// cost is what the next request costs a server, about, in units of a usual commit: what it writes or has to read.
func (a *attempt) cost() int {
	chunks := unknownCost
	if r := a.entry.replica; r != nil {
		chunks = r.group.Len() / record.ChunkSize
	}
	return 1 + chunks + len(a.nextRequest().args)/maxReusedArgs
}

// command is the call as it is sent.
func (s scriptCall) command(b rueidis.Builder) rueidis.Completed {
	count := 0
	for _, a := range s {
		count += len(a.nextRequest().keys)
	}
	keys := b.Evalsha().Sha1(script.Commit.SHA).Numkeys(int64(count)).Key(s[0].nextRequest().keys...)
	for _, a := range s[1:] {
		keys = keys.Key(a.nextRequest().keys...)
	}
	args := keys.Arg(s[0].withSizes()...)
	for _, a := range s[1:] {
		args = args.Arg(a.withSizes()...)
	}
	return args.Build()
}

// receive hands each attempt its part of the result.
func (s scriptCall) receive(result rueidis.RedisResult) {
	message, err := result.ToMessage()
	if err != nil {
		s.onError(err)
		return
	}
	if message.IsInt64() {
		for _, a := range s {
			a.receive(&message)
		}
		return
	}
	parts, err := message.ToArray()
	if err != nil || len(parts) != len(s) {
		for _, a := range s {
			a.onError(server.BadKey, server.ErrReply)
		}
		return
	}
	for i, a := range s {
		a.receive(&parts[i])
	}
}

// onError goes on after an error of the whole call. If it has several attempts, each tries again alone, so that the one
// that is at fault shows.
func (s scriptCall) onError(err error) {
	class := server.Classify(err)
	if len(s) > 1 && (class == server.BadKey || class == server.Refused) {
		class = server.Retryable
		if server.ScriptStarted(err) {
			class = server.InDoubt // some may have been executed
		}
	}
	if server.IsCrossSlot(err) {
		s[0].env.oneShard.Store(true) // there are more servers than the client knows
	}
	for _, a := range s {
		a.onError(class, err)
	}
}

package commit

import (
	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/cache/rediscache/internal/script"
	"github.com/dictrack/dictrack/cache/rediscache/internal/server"
)

// maxBatch bounds the tasks of one commit, because a script blocks its server.
const maxBatch = 1024

// refill adds the tasks that wait for the group to the batch.
func (a *attempt) refill() {
	had := len(a.batch)
	a.batch = a.entry.box.Pop(a.batch, maxBatch)
	for _, e := range a.batch[had:] {
		e.Remembered, e.Err = nil, e.Context().Err()
		a.ids = append(a.ids, messageID{})
	}
}

// receive goes on with the reply to a request.
func (a *attempt) receive(message *rueidis.RedisMessage) {
	a.query = nil
	p, err := readReply(message)
	if err != nil {
		a.onError(server.Classify(err), err)
		return
	}
	switch {
	case p.code == "" && a.state == committing:
		a.committed()
	case p.code == script.CodeNoEpoch:
		a.block(a.probeAll)
		a.retry(errNoEpoch)
	case p.code == script.CodeFlushing:
		a.retry(errFlushing)
	case p.code == script.CodeYield:
		a.block(a.yield)
	case p.code == script.CodeGroup:
		a.receiveGroup(p)
	default:
		a.onError(server.BadKey, server.ErrReply)
	}
}

// receiveGroup goes on from what Redis has.
func (a *attempt) receiveGroup(p *reply) {
	stored, err := format.ParseGroup(a.entry.key, p.fields, p.sameLayout)
	if err != nil {
		a.fail(format.GroupError(a.entry.name, err))
		return
	}
	for n, i := range a.withIDs() {
		a.ids[i].found = p.found[n]
	}
	if a.write != nil && a.resolve(p, stored) {
		return
	}
	for i := range a.batch {
		a.learn(i)
	}
	a.refill() // since all tasks are applied again anyway
	a.outdated, a.entry.replica, a.state = a.entry.replica, nil, stepping
	if a.env.Client.SeeEpoch(a.entry.shard, p.epoch) {
		a.block(a.probe)
	}
	a.load(p, stored)
}

package commit

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// roundTrip sends the next requests of attempts and hands them the replies.
func (e *env) roundTrip(attempts []*attempt) {
	if len(attempts) == 0 {
		return
	}
	if err := e.Client.ProbeIfSuspect(e.Client.Life); err != nil {
		for _, a := range attempts {
			a.notSent(err)
		}
		return
	}
	ctx, cancel := context.WithTimeout(e.Client.Life, e.Client.Timeout)
	defer cancel()
	attempts = e.withDefinitions(ctx, attempts)
	if len(attempts) == 0 {
		return
	}
	if e.Replicas > 0 {
		e.sendReplicated(ctx, attempts)
		return
	}
	calls := e.scriptCalls(attempts)
	if len(calls) == 1 {
		calls[0].receive(e.Client.Redis.Do(ctx, calls[0].command(e.Client.B())))
		return
	}
	for i, result := range e.Client.Redis.DoMulti(ctx, e.commands(calls)...) {
		calls[i].receive(result)
	}
}

func (e *env) commands(calls []scriptCall) []rueidis.Completed {
	commands := make([]rueidis.Completed, len(calls), len(calls)+1)
	for i, call := range calls {
		commands[i] = call.command(e.Client.B())
	}
	return commands
}

// withDefinitions writes the definitions that commits need to Redis. It returns the attempts that can be sent; the others
// need a definition that could not be written.
func (e *env) withDefinitions(ctx context.Context, attempts []*attempt) (ready []*attempt) {
	if !slices.ContainsFunc(attempts, func(a *attempt) bool { return len(a.neededDefinitions()) > 0 }) {
		return attempts
	}
	lists := make([][]record.Definition, len(attempts))
	for i, a := range attempts {
		lists[i] = a.neededDefinitions()
	}
	failed := e.Definitions.Write(ctx, lists...)
	for _, a := range attempts {
		if err := a.definitionError(failed); err != nil {
			a.notSent(err)
			continue
		}
		ready = append(ready, a)
	}
	return ready
}

// neededDefinitions are the definitions that must be written before the commit is sent.
func (a *attempt) neededDefinitions() []record.Definition {
	if a.write == nil {
		return nil
	}
	return a.write.definitions
}

// definitionError returns why a definition that the commit needs could not be written. If there is none, the commit needs
// no definition any more.
func (a *attempt) definitionError(failed map[tracker.ID]error) error {
	needed := a.neededDefinitions()
	for _, d := range needed {
		if err := failed[d.ID]; err != nil {
			return err
		}
	}
	if len(needed) > 0 {
		a.env.Definitions.MarkWritten(a.write.generation, needed)
		a.write.definitions = nil
	}
	return nil
}

// sendReplicated sends the requests of each shard on a connection of their own, followed by WAIT, which says how many
// replicas have them.
func (e *env) sendReplicated(ctx context.Context, attempts []*attempt) {
	byShard := map[int][]*attempt{}
	for _, a := range attempts {
		byShard[a.entry.shard] = append(byShard[a.entry.shard], a)
	}
	var all sync.WaitGroup
	for _, part := range byShard {
		all.Go(func() { e.sendShard(ctx, part) })
	}
	all.Wait()
}

func (e *env) sendShard(ctx context.Context, attempts []*attempt) {
	connection, release := e.Client.Redis.Dedicate()
	defer release()
	calls := e.scriptCalls(attempts)
	wait := e.Client.B().Wait().Numreplicas(int64(e.Replicas)).Timeout(e.Client.Timeout.Milliseconds()).Build()
	results := connection.DoMulti(ctx, append(e.commands(calls), wait)...)
	have, err := results[len(calls)].AsInt64()
	if err == nil && have < int64(e.Replicas) {
		err = fmt.Errorf("%d of %d replicas have the commit", have, e.Replicas)
	}
	for i, call := range calls {
		for _, a := range call {
			a.missingReplicas = err
		}
		call.receive(results[i])
	}
}

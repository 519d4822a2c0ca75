package commit

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/dictrack/dictrack/cache/rediscache/internal/server"
	"github.com/dictrack/dictrack/record"
)

var (
	errFlushing = errors.New("another process is flushing the cache")
	errNoEpoch  = errors.New("redis was restarted or replaced and has not been checked yet")
)

// onError goes on after an error of a server, or without a reply.
func (a *attempt) onError(class server.ErrorClass, err error) {
	a.query = nil
	switch class {
	case server.BadKey:
		a.fail(&record.CorruptError{Record: fmt.Sprintf("group %q", a.entry.name), Reason: err.Error()})
		return
	case server.Refused:
		a.fail(refused(err))
		return
	case server.NoScript:
		a.block(a.probe)
	case server.InDoubt:
		a.env.Client.MarkSuspect()
		if a.write != nil && a.write.pending != nil {
			a.inDoubt, a.state = err, querying
		}
	case server.Retryable:
		a.env.Client.MarkSuspect()
	}
	a.retry(err)
}

func refused(err error) error { return fmt.Errorf("redis refuses the commit: %w", err) }

// notSent goes on after an error before anything was sent.
func (a *attempt) notSent(err error) {
	switch server.Classify(err) {
	case server.Refused, server.BadKey:
		a.fail(refused(err))
	default:
		a.env.Client.MarkSuspect()
		a.retry(err)
	}
}

// retry tries again after a pause, or fails when that has been done for long enough.
func (a *attempt) retry(err error) {
	if a.failingSince.IsZero() {
		a.failingSince = time.Now()
	}
	c := a.env.Client
	if time.Since(a.failingSince) > c.Timeout || c.Life.Err() != nil {
		a.fail(fmt.Errorf("redis is unavailable, after retrying for %v: %w", c.Timeout, err))
		return
	}
	a.failures++
	a.block(a.backOff)
}

const maxBackoff = 200 * time.Millisecond

// backOff waits, with exponential backoff and jitter.
func (a *attempt) backOff(ctx context.Context) error {
	d := min(time.Millisecond<<min(a.failures, 8), maxBackoff)
	server.Sleep(ctx, d/2+rand.N(d)) // #nosec G404 -- jitter is no secret
	return nil
}

// yield waits a moment for the process that has a lease on the group.
func (a *attempt) yield(ctx context.Context) error {
	server.Sleep(ctx, time.Millisecond+rand.N(2*time.Millisecond)) // #nosec G404 -- as above
	return nil
}

// probe looks for servers that were restarted or replaced.
func (a *attempt) probe(ctx context.Context) error {
	a.env.Client.TryProbe(ctx, false)
	return nil
}

// probeAll gives every shard a new epoch.
func (a *attempt) probeAll(ctx context.Context) error {
	a.env.Client.TryProbe(ctx, true)
	return nil
}

package rediscache

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache"
)

var (
	errFlush = errors.New("the cache is being flushed")
	errFence = errors.New("the servers were not looked at")
)

// passingError is trouble of the store or of a server: what failed can be tried again.
type passingError struct{ error }

func (e passingError) Unwrap() error { return e.error }

func passing(err error) bool {
	var p passingError
	return errors.As(err, &p)
}

// kind says what an error of a server means for a commit.
type kind int

const (
	lost     kind = iota // whether it happened is not known
	notYet               // it did not happen, and may when tried again
	noScript             // it did not happen: the server began anew
	wrong                // it did not happen: a key holds something else
	refused              // it did not happen, and never will
)

// temporary are the beginnings of error replies after which it makes sense to try again.
var temporary = []string{
	"LOADING", "READONLY", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "BUSY", "OOM", "NOREPLICAS", "MISCONF", "MOVED", "ASK",
	"UNBLOCKED",
}

func kindOf(err error) kind {
	var reply *rueidis.RedisError
	if !errors.As(err, &reply) {
		var dial *net.OpError
		if errors.As(err, &dial) && dial.Op == "dial" {
			return notYet
		}
		if errors.Is(err, errAnswer) {
			return wrong
		}
		return lost
	}
	text := plain(reply.Error())
	switch {
	case reply.IsNoScript():
		return noScript
	case strings.Contains(text, "WRONGTYPE"):
		return wrong
	}
	for _, t := range temporary {
		if strings.HasPrefix(text, t) || strings.HasPrefix(text, "ERR "+t) {
			return notYet
		}
	}
	return refused
}

// inScript is in the errors of a script itself.
const inScript = "@user_script:"

// plain is an error reply without what Redis before 7 puts in front of those of a script's commands.
func plain(text string) string {
	if _, behind, ok := strings.Cut(text, inScript+" "); ok {
		_, text, _ = strings.Cut(behind, ": ")
	}
	return strings.TrimPrefix(text, "-")
}

// within tells whether a script had begun when it came to an error: other errors are from before.
func within(err error) bool {
	var reply *rueidis.RedisError
	return !errors.As(err, &reply) || strings.Contains(reply.Error(), inScript)
}

func isCrossSlot(err error) bool {
	var reply *rueidis.RedisError
	return errors.As(err, &reply) && strings.HasPrefix(reply.Error(), "CROSSSLOT")
}

// failedAs goes on after an error of a server, or without an answer.
func (r *round) failedAs(k kind, err error) {
	r.question = nil
	switch k {
	case wrong:
		r.fail(r.outcome(&cache.CorruptError{Record: fmt.Sprintf("group %q", r.slot.name), Reason: err.Error()}))
		return
	case refused:
		r.fail(r.outcome(fmt.Errorf("redis refuses it: %w", err)))
		return
	case noScript:
		r.chore(r.c.lookAgain)
	case lost:
		r.c.suspicious.Store(true)
		if r.write != nil && r.write.what != nil {
			r.doubt, r.ask = err, true
		}
	case notYet:
		r.c.suspicious.Store(true)
	}
	r.again(err)
}

// again tries again later, unless it has been tried for long enough.
func (r *round) again(err error) {
	if r.trouble.IsZero() {
		r.trouble = time.Now()
	}
	if time.Since(r.trouble) > r.c.options.Timeout || r.c.life.Err() != nil {
		r.fail(r.outcome(fmt.Errorf("redis does not do it: %w", err)))
		return
	}
	r.tries++
	r.chore(r.pause)
}

// outcome is an error that also says so when it is not known whether the commit happened.
func (r *round) outcome(err error) error {
	if r.doubt != nil {
		return fmt.Errorf("%w: %w", cache.ErrUnknown, err)
	}
	return err
}

// pause waits the longer the more often it was tried, and never as long as others do. It ends with the cache.
func (r *round) pause(ctx context.Context) error {
	most := min(time.Millisecond<<min(r.tries, 8), 200*time.Millisecond)
	sleep(ctx, most/2+rand.N(most)) // #nosec G404 -- chance to differ, no secret
	return nil
}

// giveWay waits a moment for another process that is let through.
func (c *Cache) giveWay(ctx context.Context) error {
	sleep(ctx, time.Millisecond+rand.N(2*time.Millisecond)) // #nosec G404 -- as above
	return nil
}

// sleep waits, or returns when ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Package timers runs what the clock does to groups that get no messages, when it is due: trackers expire, windows of
// limiters end.
package timers

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/dictrack/dictrack/limiter"
)

const (
	// maxGroups bounds how many groups fire at once.
	maxGroups = 1000
	// lookAhead is how far ahead due times are loaded from the sources, in milliseconds.
	lookAhead = int64(time.Minute / time.Millisecond)
	// maxLoad bounds how many due times are loaded at once.
	maxLoad = 10_000
	// RetryDelay is how long what failed waits for the next attempt.
	RetryDelay = time.Second
)

// Config is what a Scheduler works with. Times are in Unix milliseconds.
type Config struct {
	// Sources know due times; see Sources.
	Sources []Source
	// Now is the current time.
	Now func() int64
	// Logger gets the errors of the loop.
	Logger *slog.Logger
}

// Target is what timers are run on.
type Target interface {
	// FireTimers runs the timers of groups that are due at now, and schedules each group again, also after an error.
	FireTimers(ctx context.Context, now int64, groups []string) error
	// DeleteExpired drops what is remembered no longer than now. It is called about once a minute.
	DeleteExpired(ctx context.Context, now int64) error
}

// Scheduler knows when groups are due. Its methods may be called from any goroutine, Run once.
type Scheduler struct {
	config Config
	wake   chan struct{} // capacity 1: a group is due earlier than any before
	ended  chan struct{} // closed when Run has returned

	mu     sync.Mutex // protects all below
	queue  queue
	until  int64 // due times of the sources up to here are queued
	loaded bool  // they were loaded once
}

// New returns a Scheduler with nothing scheduled.
func New(c Config) *Scheduler {
	return &Scheduler{config: c, wake: make(chan struct{}, 1), ended: make(chan struct{})}
}

// Schedule makes a group fire at due, or earlier if it is scheduled so already; limiter.Never is ignored. What lies too
// far ahead is left to the sources.
func (s *Scheduler) Schedule(group string, due int64) {
	if due == limiter.Never {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if due > s.until && s.loaded {
		return
	}
	if s.queue.push(Due{group, due}) {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// Sweep fires all groups that are due at now, and deletes what has expired.
func (s *Scheduler) Sweep(ctx context.Context, t Target, now int64) error {
	failed, err := s.fireDue(ctx, t, now)
	return errors.Join(failed, err, t.DeleteExpired(ctx, now))
}

// fireDue fires all groups that are due. Failed is about groups, which are scheduled again and stop no others; err ends
// it: a source does not say what is due.
func (s *Scheduler) fireDue(ctx context.Context, t Target, now int64) (failed, err error) {
	for {
		if err := s.load(ctx, now); err != nil {
			return failed, err
		}
		groups := s.popDue(now)
		if len(groups) == 0 {
			return failed, nil
		}
		failed = errors.Join(failed, t.FireTimers(ctx, now, groups))
	}
}

func (s *Scheduler) popDue(now int64) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queue.pop(now, maxGroups)
}

// load queues what the sources say is due within lookAhead, if that was not done lately.
func (s *Scheduler) load(ctx context.Context, now int64) error {
	if len(s.config.Sources) == 0 || !s.needsLoad(now) {
		return nil
	}
	until, all := now+lookAhead, []Due(nil)
	for _, source := range s.config.Sources {
		due, err := source(ctx, until, maxLoad)
		if err != nil {
			return err
		}
		if len(due) == maxLoad {
			until = due[maxLoad-1].At // the rest comes with the next load
		}
		all = append(all, due...)
	}
	s.mu.Lock()
	s.until, s.loaded = until, true
	s.mu.Unlock()
	for _, d := range all {
		s.Schedule(d.Group, d.At)
	}
	return nil
}

// needsLoad reports whether the sources are to be asked again.
func (s *Scheduler) needsLoad(now int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.loaded || now >= s.until-lookAhead/2
}

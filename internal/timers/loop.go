package timers

import (
	"context"
	"errors"
	"time"
)

// maxPause is how long the loop sleeps at most: a clock that is not the system's may jump.
const maxPause = time.Second

// Run fires groups when they are due, until ctx ends. Errors are logged, and what failed is tried again.
func (s *Scheduler) Run(ctx context.Context, t Target) {
	returned := false
	defer func() {
		if !returned { // a handler of events ended this goroutine (runtime.Goexit)
			go s.Run(ctx, t)
			return
		}
		close(s.ended)
	}()
	var deleted int64 // when DeleteExpired was called
	for ctx.Err() == nil {
		now := s.config.Now()
		failed, err := s.fireDue(ctx, t, now)
		if now >= deleted+lookAhead {
			err = errors.Join(err, t.DeleteExpired(ctx, now))
			deleted = now
		}
		if all := errors.Join(failed, err); all != nil && ctx.Err() == nil {
			s.config.Logger.Error("sweep failed, will try again", "error", all)
		}
		s.sleep(ctx, err)
	}
	returned = true
}

// sleep returns when something is due, after an error when RetryDelay is over, or when ctx ends.
func (s *Scheduler) sleep(ctx context.Context, err error) {
	wake := s.wake
	if err != nil {
		wake = nil // a pause, whatever is due
	}
	timer := time.NewTimer(s.pause(err))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

// pause is how long nothing is due.
func (s *Scheduler) pause(err error) time.Duration {
	if err != nil {
		return RetryDelay
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	pause := maxPause
	if at, ok := s.queue.first(); ok {
		pause = min(pause, time.Duration(at-s.config.Now())*time.Millisecond)
	}
	return max(pause, time.Millisecond)
}

// Wait returns nil when Run has returned, or the error of ctx if that ends first. Without Run it returns only with ctx.
func (s *Scheduler) Wait(ctx context.Context) error {
	select {
	case <-s.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

package robustness

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/dictrack/dictrack/internal/faultstore"
)

// crash ends the process: what it does from now on has no effect, and those who waited for it hear nothing good.
func (s *simulation) crash() {
	s.note("crash")
	old := s.manager()
	s.disk.Crash()
	s.reopen()
	s.mu.Lock()
	steps := slices.DeleteFunc(slices.Clone(s.waiting), func(one *stop) bool { return one.client })
	s.waiting = slices.DeleteFunc(s.waiting, func(one *stop) bool { return !one.client })
	s.mu.Unlock()
	for _, one := range steps {
		one.answer <- faultstore.Fail
	}
	if err := old.Close(context.Background()); err != nil && !errors.Is(err, faultstore.ErrInjected) {
		s.fail("close after a crash: %v", err)
	}
}

// release lets all go on.
func (s *simulation) release(v faultstore.Outcome) {
	s.mu.Lock()
	all := s.waiting
	s.waiting = nil
	s.mu.Unlock()
	for _, one := range all {
		one.answer <- v
	}
}

// jump moves the clock.
func (s *simulation) jump() {
	by := s.one(time.Second, 3*time.Second, time.Minute, time.Hour, -time.Hour, -24*time.Hour, 365*24*time.Hour).(time.Duration)
	s.note("%v: jump", by)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now += by.Milliseconds()
}

// cancel ends the context of some call under way.
func (s *simulation) cancel() {
	s.mu.Lock()
	all := slices.Clone(s.cancels)
	s.mu.Unlock()
	if len(all) > 0 {
		s.note("cancel")
		all[s.IntN(len(all))]()
	}
}

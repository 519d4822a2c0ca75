package engine

import "time"

// Observer gets measurements. Each function may be nil; without it no clock is read.
type Observer struct {
	// Committed is called after a write to the store.
	Committed func(groups int, took time.Duration, err error)
	// Loaded is called after a read of a group from the store.
	Loaded func(took time.Duration, err error)
	// TimersFired is called after FireTimers.
	TimersFired func(groups int, took time.Duration, err error)
}

// start returns the current time if somebody measures.
func start(measured bool) (t time.Time) {
	if measured {
		t = time.Now()
	}
	return t
}

package dictrack

import "time"

// Observer gets measurements as they happen, for metrics. Each function may be nil. They are called from many goroutines,
// on the path of what they measure, so they should be quick and must not call the Manager. Without an Observer no clock
// is read.
type Observer struct {
	// Tracked is called after each Track, with one message, and each TrackBatch. Failed counts the messages that returned
	// an error.
	Tracked func(messages, failed int, took time.Duration)
	// Committed is called after each write to the Store, with the number of groups in it. A conflict with another process
	// is an error too; the commit is then tried again.
	Committed func(groups int, took time.Duration, err error)
	// Loaded is called after each read of a group from the Store.
	Loaded func(took time.Duration, err error)
	// TimersFired is called after the clock was applied to groups that were due.
	TimersFired func(groups int, took time.Duration, err error)
}

// tracked measures a call of Track or TrackBatch: call it at the start, and what it returns at the end.
func (o *Observer) tracked() func(messages, failed int) {
	if o.Tracked == nil {
		return nil
	}
	start := time.Now()
	return func(messages, failed int) { o.Tracked(messages, failed, time.Since(start)) }
}

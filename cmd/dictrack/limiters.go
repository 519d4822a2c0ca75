package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/dictrack/dictrack/cmd/dictrack/internal/output"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// limitersText returns the state of all limiters of a tracker at a time.
func limitersText(s *tracker.Snapshot, now time.Time) string {
	if len(s.Limiters) == 0 {
		return output.None
	}
	var all []string
	for i := range s.Limiters {
		all = append(all, limiterText(&s.Limiters[i], now))
	}
	return strings.Join(all, ", ")
}

// limiterText returns the state of a limiter at a time, such as "3 of 10 left", "6 d 23 h left" or "ended 2001-01-08".
// For a custom limiter it is the kind.
func limiterText(l *tracker.LimiterState, now time.Time) string {
	switch {
	case l.Kind == limiter.KindCount:
		return fmt.Sprintf("%d of %d left", l.Left, l.Limit)
	case isCustom(l):
		return output.Plain(l.Kind)
	case windowEnded(l, now):
		return "ended " + l.End.Format(time.DateOnly)
	case now.Before(l.Start) && isFar(l.Start.Sub(now)):
		return "starts " + l.Start.Format(time.DateOnly)
	case now.Before(l.Start):
		return "starts in " + durationText(l.Start.Sub(now))
	case isFar(l.End.Sub(now)):
		return "until " + l.End.Format(time.DateOnly)
	}
	return durationText(l.End.Sub(now)) + " left"
}

func isCustom(l *tracker.LimiterState) bool {
	return l.Kind != limiter.KindCount && l.Kind != limiter.KindTime
}

// holdsBack reports whether a built-in limiter refuses messages at a time.
func holdsBack(l *tracker.LimiterState, now time.Time) bool {
	if l.Kind == limiter.KindCount {
		return l.Left <= 0
	}
	return now.Before(l.Start) || windowEnded(l, now)
}

// windowEnded reports whether the window of a time limiter is over. Its end is inclusive, in whole seconds.
func windowEnded(l *tracker.LimiterState, now time.Time) bool {
	return now.Truncate(time.Second).After(l.End)
}

// expiryText returns when a tracker expires.
func expiryText(s *tracker.Snapshot, now time.Time) string {
	left := s.ExpireAt.Sub(now)
	switch {
	case s.ExpireAt.IsZero():
		return output.None
	case left <= 0 || isFar(left):
		return s.ExpireAt.Format(time.DateOnly)
	}
	return "in " + durationText(left)
}

// day is a day of a duration.
const day = 24 * time.Hour

// isFar reports whether a date says more than a duration of so many days.
func isFar(d time.Duration) bool { return d >= 100*day }

// durationText returns the two largest units of a duration, such as "6 d 23 h" or "40 s".
func durationText(d time.Duration) string {
	switch {
	case d >= day:
		return fmt.Sprintf("%d d %d h", d/day, d%day/time.Hour)
	case d >= time.Hour:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	case d >= time.Minute:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%d s", d/time.Second)
}

package main

import (
	"testing"
	"time"

	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

func TestLimiterText(t *testing.T) {
	now := time.Date(2026, 1, 31, 12, 0, 0, 500e6, time.UTC)
	window := func(start, end string) limiter.Description {
		from, err := time.Parse(time.RFC3339, start)
		if err != nil {
			t.Fatal(err)
		}
		to, err := time.Parse(time.RFC3339, end)
		if err != nil {
			t.Fatal(err)
		}
		return limiter.Description{Kind: limiter.KindTime, Start: from, End: to}
	}
	for _, c := range []struct {
		of        limiter.Description
		want      string
		holdsBack bool
	}{
		{limiter.Description{Kind: limiter.KindCount, Limit: 10, Left: 3}, "3 of 10 left", false},
		{limiter.Description{Kind: limiter.KindCount, Limit: 2}, "0 of 2 left", true},
		{window("2001-01-01T00:00:00Z", "2001-01-08T00:00:00Z"), "ended 2001-01-08", true},
		{window("2026-01-31T11:00:00Z", "2026-01-31T12:00:00Z"), "0 s left", false},
		{window("2026-01-31T11:00:00Z", "2026-01-31T12:00:41Z"), "40 s left", false},
		{window("2026-01-31T11:00:00Z", "2026-01-31T15:03:01Z"), "3 h 3 min left", false},
		{window("2026-01-31T11:00:00Z", "2026-02-07T11:30:00Z"), "6 d 23 h left", false},
		{window("2026-01-31T11:00:00Z", "2049-12-31T00:00:00Z"), "until 2049-12-31", false},
		{window("2026-01-31T12:05:01Z", "2049-12-31T00:00:00Z"), "starts in 5 min 0 s", true},
		{window("2040-01-31T12:05:01Z", "2049-12-31T00:00:00Z"), "starts 2040-01-31", true},
		{limiter.Description{Kind: "bucket"}, "bucket", false},
	} {
		l := &tracker.LimiterState{Description: c.of}
		if got := limiterText(l, now); got != c.want {
			t.Errorf("%+v: %q, want %q", c.of, got, c.want)
		}
		if got := !isCustom(l) && holdsBack(l, now); got != c.holdsBack {
			t.Errorf("%+v: holds back: %v", c.of, got)
		}
	}
}

package main

import (
	"io"
	"log/slog"
	"sync"
	"time"
)

// log is for what no call returns: what somebody should know, and not every second anew.
func (a *app) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(&seldom{to: a.err, last: map[string]time.Time{}}, &slog.HandlerOptions{
		Level: slog.LevelWarn,
		ReplaceAttr: func(groups []string, attr slog.Attr) slog.Attr {
			if len(groups) == 0 && attr.Key == slog.TimeKey {
				return slog.Attr{} // now
			}
			return attr
		},
	}))
}

// quiet is how long a line is not written again.
const quiet = 10 * time.Second

// seldom writes lines, each in one Write, but those that were written a moment ago.
type seldom struct {
	mu   sync.Mutex // protects last
	to   io.Writer
	last map[string]time.Time
}

// Write implements io.Writer.
func (s *seldom) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for told, at := range s.last {
		if now.Sub(at) >= quiet {
			delete(s.last, told)
		}
	}
	if _, ok := s.last[string(line)]; ok {
		return len(line), nil
	}
	s.last[string(line)] = now
	return s.to.Write(line)
}

package main

import (
	"io"
	"log/slog"
	"sync"
	"time"
)

// log is for what no call returns: what somebody should know, and not every second anew.
func (a *app) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(&dedupWriter{to: a.err, written: map[string]time.Time{}}, &slog.HandlerOptions{
		Level: slog.LevelWarn,
		ReplaceAttr: func(groups []string, attr slog.Attr) slog.Attr {
			if len(groups) == 0 && attr.Key == slog.TimeKey {
				return slog.Attr{} // now
			}
			return attr
		},
	}))
}

// dedupInterval is how long a line is not written again.
const dedupInterval = 10 * time.Second

// dedupWriter writes lines, each in one Write, but those that were written a moment ago.
type dedupWriter struct {
	mu      sync.Mutex // protects last
	to      io.Writer
	written map[string]time.Time
}

// Write implements io.Writer.
func (s *dedupWriter) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for told, at := range s.written {
		if now.Sub(at) >= dedupInterval {
			delete(s.written, told)
		}
	}
	if _, ok := s.written[string(line)]; ok {
		return len(line), nil
	}
	s.written[string(line)] = now
	return s.to.Write(line)
}

package main

import (
	"io"
	"log/slog"
	"sync"
	"time"
)

// log returns a logger for warnings and errors that no call returns. A line is not repeated within dedupInterval.
func (a *app) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(&dedupWriter{to: a.err, written: map[string]time.Time{}}, &slog.HandlerOptions{
		Level: slog.LevelWarn,
		ReplaceAttr: func(groups []string, attr slog.Attr) slog.Attr {
			if len(groups) == 0 && attr.Key == slog.TimeKey {
				return slog.Attr{} // the reader sees it as it happens
			}
			return attr
		},
	}))
}

// dedupInterval is how long the same line is suppressed.
const dedupInterval = 10 * time.Second

// dedupWriter drops lines that were written within dedupInterval. Each Write is one line.
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
	for text, at := range s.written {
		if now.Sub(at) >= dedupInterval {
			delete(s.written, text)
		}
	}
	if _, ok := s.written[string(line)]; ok {
		return len(line), nil
	}
	s.written[string(line)] = now
	return s.to.Write(line)
}

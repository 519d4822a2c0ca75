package managertest

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Start is the time of a new [Clock].
var Start = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// A Clock stands still until the test advances it. Any goroutine may use it.
type Clock struct{ ms atomic.Int64 }

func newClock() *Clock {
	c := &Clock{}
	c.ms.Store(Start.UnixMilli())
	return c
}

// Now returns the clock's time.
func (c *Clock) Now() time.Time { return time.UnixMilli(c.ms.Load()) }

// Advance moves the clock forward, by whole milliseconds.
func (c *Clock) Advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// A Log holds what a Manager has logged, as text. Any goroutine may use it.
type Log struct {
	mu   sync.Mutex // protects text
	text bytes.Buffer
}

// Logger returns a logger that writes to the log.
func (l *Log) Logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// Write appends to the log.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String returns all that was logged.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Lines returns how many lines were logged.
func (l *Log) Lines() int { return strings.Count(l.String(), "\n") }

package main

import (
	"bufio"
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/ingest"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/input"
)

// display shows a run: events on standard output, rejected lines and a bar on standard error.
type display struct {
	*streams
	events   *bufio.Writer
	writeErr error                    // why events could not be written
	bar      *progressbar.ProgressBar // nil without a terminal
}

// newDisplay lets a run tell the display everything.
func newDisplay(s *streams, r *ingest.Pipeline) *display {
	d := &display{streams: s, events: bufio.NewWriterSize(s.out, 64<<10)}
	r.Event, r.Flush, r.Reject = d.event, d.flush, d.reject
	if s.errTerminal {
		d.bar = newBar(s, r.Sources)
		r.Progress = d.progress
	}
	return d
}

// newBar is a bar by bytes, or a counter when nobody knows how many there are.
func newBar(s *streams, sources []*input.Source) *progressbar.ProgressBar {
	total := int64(0)
	for _, source := range sources {
		if source.Size < 0 {
			total = -1
			break
		}
		total += source.Size
	}
	if total == 0 {
		total = -1
	}
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(s.err), progressbar.OptionSetDescription("tracking"),
		progressbar.OptionShowBytes(true), progressbar.OptionShowCount(), progressbar.OptionSetWidth(30),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetSpinnerChangeInterval(0), // a bar of its own goroutine would write between our lines
		progressbar.OptionSetRenderBlankState(true), progressbar.OptionClearOnFinish())
}

func (d *display) event(e *dictrack.Event) error {
	text, err := e.MarshalJSON()
	if err != nil {
		return err
	}
	_, _ = d.events.Write(append(text, '\n')) // flush tells
	return nil
}

func (d *display) flush() error {
	if d.events.Buffered() > 0 && d.outTerminal {
		d.clear()
	}
	if err := d.events.Flush(); err != nil && d.writeErr == nil {
		d.writeErr = fmt.Errorf("write events: %w", err)
	}
	return d.writeErr
}

func (d *display) reject(source string, line int, reason error) {
	d.clear()
	d.notef("%s:%d: %s\n", printable(source), line, sanitize(reason.Error()))
}

func (d *display) progress(bytes int64) { _ = d.bar.Set64(bytes) } // a bar that cannot be drawn is no failure

// clear takes the bar away before something else is written to its terminal.
func (d *display) clear() {
	if d.bar != nil {
		_ = d.bar.Clear()
	}
}

// finish takes the bar away.
func (d *display) finish() {
	if d.bar != nil {
		_ = d.bar.Exit()
		_ = d.bar.Clear()
	}
}

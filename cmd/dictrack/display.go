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

// display prints events on standard output, and rejected lines and a progress bar on standard error.
type display struct {
	*streams
	events   *bufio.Writer
	writeErr error                    // the first error of writing events
	bar      *progressbar.ProgressBar // nil without a terminal
}

// newDisplay returns a display for a pipeline, and sets the functions of the pipeline that it implements.
func newDisplay(s *streams, r *ingest.Pipeline) *display {
	d := &display{streams: s, events: bufio.NewWriterSize(s.out, 64<<10)}
	r.Event, r.Flush, r.Reject = d.event, d.flush, d.reject
	if s.errTerminal {
		d.bar = newBar(s, r.Sources)
		r.Progress = d.progress
	}
	return d
}

// newBar returns a progress bar by bytes, or a counter when the number of bytes is unknown.
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
		progressbar.OptionSetSpinnerChangeInterval(0), // an animated bar would write between the lines of other output
		progressbar.OptionSetRenderBlankState(true), progressbar.OptionClearOnFinish())
}

func (d *display) event(e *dictrack.Event) error {
	text, err := e.MarshalJSON()
	if err != nil {
		return err
	}
	_, _ = d.events.Write(append(text, '\n')) // flush returns the error
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

func (d *display) progress(bytes int64) { _ = d.bar.Set64(bytes) } // failing to draw the bar is harmless

// clear removes the bar before something else is written to its terminal.
func (d *display) clear() {
	if d.bar != nil {
		_ = d.bar.Clear()
	}
}

// finish removes the bar for good.
func (d *display) finish() {
	if d.bar != nil {
		_ = d.bar.Exit()
		_ = d.bar.Clear()
	}
}

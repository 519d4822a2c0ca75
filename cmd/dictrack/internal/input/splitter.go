package input

import (
	"bytes"
	"errors"
	"io"
)

// Splitter cuts one stream into Records. The first byte that is not white space decides: a [ opens an array, and after
// its end another array or lines may follow; anything else starts lines, and then a [ is only the start of a line.
// A Cutter is for one goroutine.
type Splitter struct {
	r          io.Reader
	bufferSize int // of a buffer
	maxText    int // length of a text
	remainder  []byte
	err        error // of r, once it gave one

	mode mode
	line int // of the byte at

	pos        int  // start of what is not cut yet
	scanned    int  // up to here there is no end of the text that begins at
	discarding bool // the text that begins at is too long, and its start is dropped

	nesting         nesting // of an array element, up to seen
	inElement       bool    // an array element has begun
	elementRequired bool    // an array element must follow
}

// mode says what the bytes that come next belong to.
type mode uint8

const (
	atStart       mode = iota // the start of the stream
	betweenValues             // after an array
	inArray
	inLines
)

// NewSplitter cuts what r gives. An ErrIdle of r ends a batch and not the stream.
func NewSplitter(r io.Reader) *Splitter { return newSplitter(r, bufferSize, MaxText) }

func newSplitter(r io.Reader, size, maxText int) *Splitter {
	return &Splitter{r: r, bufferSize: size, maxText: maxText, line: 1}
}

// Fill reads the next records into b, at least one, and returns nil, or what ended the stream: io.EOF or the reader's
// error. Records may come with it. What b held before is gone.
func (c *Splitter) Fill(b *Batch) error {
	b.reset(c.remainder, c.bufferSize)
	c.pos, c.scanned = 0, len(c.remainder)
	for {
		err := c.read(b)
		c.split(b)
		if len(b.Records) > 0 || err != nil && !errors.Is(err, ErrIdle) {
			c.remainder = append(c.remainder[:0], b.buf[c.pos:]...)
			return c.ignoreIdle(err)
		}
		c.makeSpace(b)
	}
}

// ignoreIdle is the result of Fill: an idle stream goes on.
func (c *Splitter) ignoreIdle(err error) error {
	if errors.Is(err, ErrIdle) {
		return nil
	}
	return err
}

// read fills the buffer, so that what a batch holds does not depend on how the bytes come in.
func (c *Splitter) read(b *Batch) error {
	for len(b.buf) < cap(b.buf) && c.err == nil {
		n, err := c.r.Read(b.buf[len(b.buf):cap(b.buf)])
		b.buf = b.buf[:len(b.buf)+n]
		if errors.Is(err, ErrIdle) {
			return ErrIdle
		}
		c.err = err
	}
	if len(b.buf) < cap(b.buf) {
		return c.err
	}
	return nil
}

// makeSpace moves the text that is not finished to the front, or drops it when it is too long, or grows the buffer.
func (c *Splitter) makeSpace(b *Batch) {
	if c.pos > 0 {
		b.buf = append(b.buf[:0], b.buf[c.pos:]...)
		c.pos, c.scanned = 0, c.scanned-c.pos
	}
	if len(b.buf) == cap(b.buf) {
		b.grow()
	}
}

// split takes all whole texts out of the buffer.
func (c *Splitter) split(b *Batch) {
	for more := true; more; {
		switch c.mode {
		case inLines:
			more = c.splitLine(b)
		case inArray:
			more = c.splitElement(b)
		default:
			more = c.detectMode(b)
		}
	}
	c.rejectTooLong(b)
}

// atEOF tells whether nothing comes after the buffer.
func (c *Splitter) atEOF(b *Batch) bool { return errors.Is(c.err, io.EOF) && len(b.buf) < cap(b.buf) }

var byteOrderMark = []byte("\ufeff")

// detectMode finds out what comes next.
func (c *Splitter) detectMode(b *Batch) (more bool) {
	rest := b.buf[c.pos:]
	if c.mode == atStart {
		if len(rest) < len(byteOrderMark) && bytes.HasPrefix(byteOrderMark, rest) && !c.atEOF(b) {
			return false
		}
		c.pos += len(rest) - len(bytes.TrimPrefix(rest, byteOrderMark))
		c.mode = betweenValues
	}
	c.skipSpace(b)
	if c.pos == len(b.buf) {
		return false
	}
	c.mode = inLines
	if b.buf[c.pos] == '[' {
		c.pos++
		c.mode, c.elementRequired = inArray, false
	}
	c.scanned = c.pos
	return true
}

// skipSpace passes over white space.
func (c *Splitter) skipSpace(b *Batch) {
	to := c.pos
	for to < len(b.buf) && isSpace(b.buf[to]) {
		to++
	}
	c.advance(b, to)
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

func trim(text []byte) []byte {
	for len(text) > 0 && isSpace(text[0]) {
		text = text[1:]
	}
	for len(text) > 0 && isSpace(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	return text
}

// advance moves on to offset to, counting lines.
func (c *Splitter) advance(b *Batch, to int) {
	c.line += bytes.Count(b.buf[c.pos:to], []byte{'\n'})
	c.pos, c.scanned = to, to
}

// splitLine takes a line out of the buffer.
func (c *Splitter) splitLine(b *Batch) (more bool) {
	end := bytes.IndexByte(b.buf[c.scanned:], '\n') + c.scanned
	if end < c.scanned {
		c.scanned = len(b.buf)
		if c.pos < len(b.buf) && c.atEOF(b) {
			c.emit(b, len(b.buf))
			c.pos = len(b.buf)
		}
		return false
	}
	c.emit(b, end)
	c.pos, c.scanned = end+1, end+1
	c.line++
	return true
}

// emit makes a record of the text from at to end.
func (c *Splitter) emit(b *Batch, end int) {
	text := b.buf[c.pos:end]
	switch trimmed := trim(text); {
	case c.discarding:
		c.discarding = false
	case len(text) > c.maxText:
		c.reject(b, ErrTooLong)
	case len(trimmed) > 0:
		b.Records = append(b.Records, Record{Text: trimmed, Line: c.line})
	}
}

func (c *Splitter) reject(b *Batch, err error) {
	b.Records = append(b.Records, Record{Line: c.line, Err: err})
}

// rejectTooLong refuses the text that is not finished once it is too long, and drops what there is of it.
func (c *Splitter) rejectTooLong(b *Batch) {
	if !c.discarding && len(b.buf)-c.pos <= c.maxText {
		return
	}
	if !c.discarding {
		c.reject(b, ErrTooLong)
		c.discarding = true
	}
	c.advance(b, len(b.buf))
}

package feed

import (
	"bytes"
	"errors"
	"io"
)

// Cutter cuts one stream into Records. The first byte that is not white space decides: a [ opens an array, and after
// its end another array or lines may follow; anything else starts lines, and then a [ is only the start of a line.
// A Cutter is for one goroutine.
type Cutter struct {
	r     io.Reader
	size  int // of a buffer
	max   int // length of a text
	carry []byte
	err   error // of r, once it gave one

	mode mode
	line int // of the byte at

	at       int  // start of what is not cut yet
	seen     int  // up to here there is no end of the text that begins at
	skipping bool // the text that begins at is too long, and its start is dropped

	nesting nesting // of an array element, up to seen
	open    bool    // an array element has begun
	comma   bool    // an array element must follow
}

// mode says what the bytes that come next belong to.
type mode uint8

const (
	atStart mode = iota // the start of the stream
	between             // after an array
	inArray
	inLines
)

// NewCutter cuts what r gives. An ErrIdle of r ends a batch and not the stream.
func NewCutter(r io.Reader) *Cutter { return newCutter(r, bufferSize, MaxText) }

func newCutter(r io.Reader, size, most int) *Cutter {
	return &Cutter{r: r, size: size, max: most, line: 1}
}

// Fill reads the next records into b, at least one, and returns nil, or what ended the stream: io.EOF or the reader's
// error. Records may come with it. What b held before is gone.
func (c *Cutter) Fill(b *Batch) error {
	b.begin(c.carry, c.size)
	c.at, c.seen = 0, len(c.carry)
	for {
		err := c.read(b)
		c.cut(b)
		if len(b.Records) > 0 || err != nil && !errors.Is(err, ErrIdle) {
			c.carry = append(c.carry[:0], b.buf[c.at:]...)
			return c.end(err)
		}
		c.makeRoom(b)
	}
}

// end is the result of Fill: an idle stream goes on.
func (c *Cutter) end(err error) error {
	if errors.Is(err, ErrIdle) {
		return nil
	}
	return err
}

// read fills the buffer, so that what a batch holds does not depend on how the bytes come in.
func (c *Cutter) read(b *Batch) error {
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

// makeRoom moves the text that is not finished to the front, or drops it when it is too long, or grows the buffer.
func (c *Cutter) makeRoom(b *Batch) {
	if c.at > 0 {
		b.buf = append(b.buf[:0], b.buf[c.at:]...)
		c.at, c.seen = 0, c.seen-c.at
	}
	if len(b.buf) == cap(b.buf) {
		b.grow()
	}
}

// cut takes all whole texts out of the buffer.
func (c *Cutter) cut(b *Batch) {
	for more := true; more; {
		switch c.mode {
		case inLines:
			more = c.cutLine(b)
		case inArray:
			more = c.cutElement(b)
		default:
			more = c.start(b)
		}
	}
	c.dropLong(b)
}

// last tells whether nothing comes after the buffer.
func (c *Cutter) last(b *Batch) bool { return errors.Is(c.err, io.EOF) && len(b.buf) < cap(b.buf) }

var byteOrderMark = []byte("\ufeff")

// start finds out what comes next.
func (c *Cutter) start(b *Batch) (more bool) {
	rest := b.buf[c.at:]
	if c.mode == atStart {
		if len(rest) < len(byteOrderMark) && bytes.HasPrefix(byteOrderMark, rest) && !c.last(b) {
			return false
		}
		c.at += len(rest) - len(bytes.TrimPrefix(rest, byteOrderMark))
		c.mode = between
	}
	c.space(b)
	if c.at == len(b.buf) {
		return false
	}
	c.mode = inLines
	if b.buf[c.at] == '[' {
		c.at++
		c.mode, c.comma = inArray, false
	}
	c.seen = c.at
	return true
}

// space passes over white space.
func (c *Cutter) space(b *Batch) {
	to := c.at
	for to < len(b.buf) && isSpace(b.buf[to]) {
		to++
	}
	c.pass(b, to)
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

// pass moves on to offset to, counting lines.
func (c *Cutter) pass(b *Batch, to int) {
	c.line += bytes.Count(b.buf[c.at:to], []byte{'\n'})
	c.at, c.seen = to, to
}

// cutLine takes a line out of the buffer.
func (c *Cutter) cutLine(b *Batch) (more bool) {
	end := bytes.IndexByte(b.buf[c.seen:], '\n') + c.seen
	if end < c.seen {
		c.seen = len(b.buf)
		if c.at < len(b.buf) && c.last(b) {
			c.emit(b, len(b.buf))
			c.at = len(b.buf)
		}
		return false
	}
	c.emit(b, end)
	c.at, c.seen = end+1, end+1
	c.line++
	return true
}

// emit makes a record of the text from at to end.
func (c *Cutter) emit(b *Batch, end int) {
	text := b.buf[c.at:end]
	switch trimmed := trim(text); {
	case c.skipping:
		c.skipping = false
	case len(text) > c.max:
		c.refuse(b, ErrTooLong)
	case len(trimmed) > 0:
		b.Records = append(b.Records, Record{Text: trimmed, Line: c.line})
	}
}

func (c *Cutter) refuse(b *Batch, err error) {
	b.Records = append(b.Records, Record{Line: c.line, Err: err})
}

// dropLong refuses the text that is not finished once it is too long, and drops what there is of it.
func (c *Cutter) dropLong(b *Batch) {
	if !c.skipping && len(b.buf)-c.at <= c.max {
		return
	}
	if !c.skipping {
		c.refuse(b, ErrTooLong)
		c.skipping = true
	}
	c.pass(b, len(b.buf))
}

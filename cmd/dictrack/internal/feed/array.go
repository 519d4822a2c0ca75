package feed

// cutElement takes an element of an array out of the buffer. Where it ends is decided by brackets and strings alone;
// whether it is JSON is for others to say.
func (c *Cutter) cutElement(b *Batch) (more bool) {
	if !c.open {
		c.space(b)
		c.open, c.nesting = c.at < len(b.buf), nesting{}
	}
	end, ok := c.nesting.end(b.buf, c.seen)
	if !ok {
		c.seen = end
		if c.last(b) {
			c.unclosed(b)
		}
		return false
	}
	closed := b.buf[end] == ']'
	c.element(b, end, closed)
	c.pass(b, end+1)
	c.open, c.comma = false, !closed
	if closed {
		c.mode = between
	}
	return true
}

// element makes a record of the element that ends before a comma or the closing bracket.
func (c *Cutter) element(b *Batch, end int, closed bool) {
	empty := c.at == end && !c.skipping
	if empty && (c.comma || !closed) {
		c.refuse(b, ErrNoText)
		return
	}
	c.emit(b, end)
}

// unclosed ends an array that the stream did not.
func (c *Cutter) unclosed(b *Batch) {
	c.emit(b, len(b.buf))
	c.pass(b, len(b.buf))
	c.refuse(b, ErrUnclosed)
	c.mode = between
}

// nesting is how far inside an array element a place is. The zero nesting is where one begins.
type nesting struct {
	depth    int
	inString bool
	escaped  bool
}

// end finds the comma or bracket after the element, from offset i on; false when there is none, and then the nesting
// is that at the end of text.
func (n *nesting) end(text []byte, i int) (int, bool) {
	for ; i < len(text); i++ {
		if n.inString {
			n.string(text[i])
		} else if n.outside(text[i]) {
			return i, true
		}
	}
	return i, false
}

func (n *nesting) string(c byte) {
	switch {
	case n.escaped:
		n.escaped = false
	case c == '\\':
		n.escaped = true
	case c == '"':
		n.inString = false
	}
}

// outside takes in a byte outside of strings, and tells whether the element ends before it.
func (n *nesting) outside(c byte) (ends bool) {
	switch c {
	case '"':
		n.inString = true
	case '{', '[':
		n.depth++
	case ',':
		return n.depth == 0
	case ']':
		if n.depth == 0 {
			return true
		}
		n.depth--
	case '}':
		n.depth = max(0, n.depth-1)
	}
	return false
}

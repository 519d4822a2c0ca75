package input

// splitElement takes an element of an array out of the buffer. Where it ends is decided by brackets and strings alone;
// whether it is JSON is for others to say.
func (c *Splitter) splitElement(b *Batch) (more bool) {
	if !c.inElement {
		c.skipSpace(b)
		c.inElement, c.nesting = c.pos < len(b.buf), nesting{}
	}
	end, ok := c.nesting.findEnd(b.buf, c.scanned)
	if !ok {
		c.scanned = end
		if c.atEOF(b) {
			c.endUnclosedArray(b)
		}
		return false
	}
	closed := b.buf[end] == ']'
	c.endElement(b, end, closed)
	c.advance(b, end+1)
	c.inElement, c.elementRequired = false, !closed
	if closed {
		c.mode = betweenValues
	}
	return true
}

// endElement makes a record of the element that ends before a comma or the closing bracket.
func (c *Splitter) endElement(b *Batch, end int, closed bool) {
	empty := c.pos == end && !c.discarding
	if empty && (c.elementRequired || !closed) {
		c.reject(b, ErrMissingElement)
		return
	}
	c.emit(b, end)
}

// endUnclosedArray ends an array that the stream did not.
func (c *Splitter) endUnclosedArray(b *Batch) {
	c.emit(b, len(b.buf))
	c.advance(b, len(b.buf))
	c.reject(b, ErrUnclosed)
	c.mode = betweenValues
}

// nesting is how far inside an array element a place is. The zero nesting is where one begins.
type nesting struct {
	depth    int
	inString bool
	escaped  bool
}

// findEnd finds the comma or bracket after the element, from offset i on; false when there is none, and then the nesting
// is that at the end of text.
func (n *nesting) findEnd(text []byte, i int) (int, bool) {
	for ; i < len(text); i++ {
		if n.inString {
			n.insideString(text[i])
		} else if n.outsideString(text[i]) {
			return i, true
		}
	}
	return i, false
}

func (n *nesting) insideString(c byte) {
	switch {
	case n.escaped:
		n.escaped = false
	case c == '\\':
		n.escaped = true
	case c == '"':
		n.inString = false
	}
}

// outsideString takes in a byte outside of strings, and tells whether the element ends before it.
func (n *nesting) outsideString(c byte) (ends bool) {
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

package input

// splitElement splits off the next element of an array. Brackets and strings alone decide where it ends; whether it is
// valid JSON is not checked. It returns false when the buffer has no end of an element.
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

// endElement emits the element that ends before the comma or the closing bracket at end.
func (c *Splitter) endElement(b *Batch, end int, closed bool) {
	empty := c.pos == end && !c.discarding
	if empty && (c.elementRequired || !closed) {
		c.reject(b, ErrMissingElement)
		return
	}
	c.emit(b, end)
}

// endUnclosedArray emits what is left of an array without a closing bracket, and an ErrUnclosed.
func (c *Splitter) endUnclosedArray(b *Batch) {
	c.emit(b, len(b.buf))
	c.advance(b, len(b.buf))
	c.reject(b, ErrUnclosed)
	c.mode = betweenValues
}

// nesting is the state of scanning an array element. The zero nesting is the beginning of one.
type nesting struct {
	depth    int
	inString bool
	escaped  bool
}

// findEnd returns the offset of the comma or bracket after the element, searching from offset i. Without one it returns
// false, and the nesting is the state at the end of text.
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

// outsideString handles a byte outside of strings, and reports whether the element ends before it.
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

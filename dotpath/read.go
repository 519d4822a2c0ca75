package dotpath

import (
	"errors"

	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/value"
)

// readValue reads the value at i into the slots of n and the nodes below it.
func (s *scan) readValue(n *node, i, depth int) int {
	c := s.At(i)
	switch {
	case c == '{':
		return s.readComposite(n, value.Object, i, depth)
	case c == '[':
		return s.readComposite(n, value.List, i, depth)
	case n.slot == noSlot:
		return s.Skip(i, depth)
	case c == '"':
		return s.readString(&s.dst[n.slot], i)
	case c == 't', c == 'f', c == 'n':
		return s.readLiteral(&s.dst[n.slot], c, i)
	}
	number, end := s.ReadNumber(i)
	switch {
	case end < 0:
	case number.IsInt:
		s.dst[n.slot].SetInt(number.Int)
	default:
		s.dst[n.slot] = value.OfFloat(number.Float)
	}
	return end
}

func (s *scan) readString(slot *value.Value, i int) int {
	end, escaped := s.SkipString(i)
	if end < 0 {
		return -1
	}
	slot.SetString(s.View(rawjson.Text{Start: i + 1, End: end - 1, Escaped: escaped}))
	return end
}

func (s *scan) readLiteral(slot *value.Value, c byte, i int) int {
	if c == 'n' {
		*slot = value.NullValue()
	} else {
		*slot = value.OfBool(c == 't')
	}
	return s.SkipLiteral(i)
}

// readComposite reads a list or an object: its content if that is requested, then what the nodes below n request.
func (s *scan) readComposite(n *node, kind value.Kind, i, depth int) int {
	end := 0
	if n.slot != noSlot {
		s.dst[n.slot] = value.Shallow(kind)
		if n.withContent {
			end = s.readContent(n, i, depth)
		}
	}
	switch {
	case end < 0:
		return -1
	case kind == value.Object && len(n.children) > 0:
		return s.readObject(n, i, depth+1)
	case kind == value.List && len(n.positive)+len(n.negative) > 0:
		return s.readList(n, i, depth+1)
	case end > 0:
		return end
	}
	return s.Skip(i, depth)
}

func (s *scan) readContent(n *node, i, depth int) int {
	v, end := s.Decode(i, depth)
	if end >= 0 {
		s.dst[n.slot] = value.Of(v)
		return end
	}
	var duplicate *rawjson.DuplicateKeyError
	if errors.As(s.Err(), &duplicate) {
		return s.FailWith(&DuplicateError{Path: n.path, Key: duplicate.Key})
	}
	return -1
}

// readList reads the items of the list at i that n's children request. Indexes from the end need its length first.
func (s *scan) readList(n *node, i, depth int) int {
	w := itemIterator{positive: n.positive, negative: n.negative}
	if len(w.negative) > 0 {
		length := s.listLength(i, depth)
		if length < 0 {
			return -1
		}
		w.setLength(length)
	}
	item := 0
	for i = s.OpenList(i, depth); i > 0; item++ {
		if s.Data[i] == ']' {
			return i + 1
		}
		if i = s.readItem(&w, i, depth, item); i < 0 {
			return -1
		}
		i = s.NextItem(i)
	}
	return -1
}

func (s *scan) listLength(i, depth int) int {
	length := 0
	for i = s.OpenList(i, depth); i > 0; length++ {
		if s.Data[i] == ']' {
			return length
		}
		if i = s.Skip(i, depth); i < 0 {
			return -1
		}
		i = s.NextItem(i)
	}
	return -1
}

// readItem reads the item at i for each node that requests it: several can name one item, as 0, 00 and -1 may.
func (s *scan) readItem(w *itemIterator, i, depth, item int) int {
	end := 0
	for n := w.next(item); n != nil; n = w.next(item) {
		if end = s.readValue(n, i, depth); end < 0 {
			return -1
		}
	}
	if end == 0 {
		return s.Skip(i, depth)
	}
	return end
}

// itemIterator iterates over the nodes that request items of a list, in the order of the list.
type itemIterator struct {
	positive, negative []*node
	length             int
}

// setLength sets the length of the list, and drops the indexes from the end that are before its start.
func (w *itemIterator) setLength(length int) {
	w.length = length
	for len(w.negative) > 0 && w.negative[0].segment.index+length < 0 {
		w.negative = w.negative[1:]
	}
}

// next returns the next node that requests the item, or nil.
func (w *itemIterator) next(item int) *node {
	var n *node
	switch {
	case len(w.positive) > 0 && w.positive[0].segment.index == item:
		n, w.positive = w.positive[0], w.positive[1:]
	case len(w.negative) > 0 && w.negative[0].segment.index+w.length == item:
		n, w.negative = w.negative[0], w.negative[1:]
	}
	return n
}

package dotpath

import (
	"errors"

	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/value"
)

// value reads the value at i for n and the nodes below it.
func (s *scan) value(n *node, i, depth int) int {
	c := s.At(i)
	switch {
	case c == '{':
		return s.composite(n, value.Object, i, depth)
	case c == '[':
		return s.composite(n, value.List, i, depth)
	case n.slot == noSlot:
		return s.Skip(i, depth)
	case c == '"':
		return s.text(&s.into[n.slot], i)
	case c == 't', c == 'f', c == 'n':
		return s.literal(&s.into[n.slot], c, i)
	}
	number, end := s.ReadNumber(i)
	switch {
	case end < 0:
	case number.IsInt:
		s.into[n.slot].SetInt(number.Int)
	default:
		s.into[n.slot] = value.OfFloat(number.Float)
	}
	return end
}

func (s *scan) text(slot *value.Value, i int) int {
	end, escaped := s.String(i)
	if end < 0 {
		return -1
	}
	slot.SetString(s.View(rawjson.Text{Start: i + 1, End: end - 1, Escaped: escaped}))
	return end
}

func (s *scan) literal(slot *value.Value, c byte, i int) int {
	if c == 'n' {
		*slot = value.NullValue()
	} else {
		*slot = value.OfBool(c == 't')
	}
	return s.Literal(i)
}

// composite reads a list or an object: its content where that is wanted, then what the nodes below n want of it.
func (s *scan) composite(n *node, kind value.Kind, i, depth int) int {
	end := 0
	if n.slot != noSlot {
		s.into[n.slot] = value.Shallow(kind)
		if n.deep {
			end = s.content(n, i, depth)
		}
	}
	switch {
	case end < 0:
		return -1
	case kind == value.Object && len(n.children) > 0:
		return s.object(n, i, depth+1)
	case kind == value.List && len(n.positive)+len(n.negative) > 0:
		return s.list(n, i, depth+1)
	case end > 0:
		return end
	}
	return s.Skip(i, depth)
}

func (s *scan) content(n *node, i, depth int) int {
	v, end := s.Decode(i, depth)
	if end >= 0 {
		s.into[n.slot] = value.Of(v)
		return end
	}
	var twice *rawjson.DuplicateKeyError
	if errors.As(s.Err(), &twice) {
		return s.FailWith(&DuplicateError{Path: n.path, Key: twice.Key})
	}
	return -1
}

// list goes through the list at i, some of whose items are wanted. Indexes from the end need its length first.
func (s *scan) list(n *node, i, depth int) int {
	w := wanted{front: n.positive, back: n.negative}
	if len(w.back) > 0 {
		length := s.length(i, depth)
		if length < 0 {
			return -1
		}
		w.start(length)
	}
	item := 0
	for i = s.OpenList(i, depth); i > 0; item++ {
		if s.Data[i] == ']' {
			return i + 1
		}
		if i = s.item(&w, i, depth, item); i < 0 {
			return -1
		}
		i = s.NextItem(i)
	}
	return -1
}

func (s *scan) length(i, depth int) int {
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

// item reads the item at i for each node that wants it: several can name one item, as 0, 00 and -1 may.
func (s *scan) item(w *wanted, i, depth, item int) int {
	end := 0
	for n := w.next(item); n != nil; n = w.next(item) {
		if end = s.value(n, i, depth); end < 0 {
			return -1
		}
	}
	if end == 0 {
		return s.Skip(i, depth)
	}
	return end
}

// wanted is what is still to come of a list's wanted items, in the order of the list.
type wanted struct {
	front, back []*node
	length      int
}

// start drops the indexes from the end that are before the start of a list of that length.
func (w *wanted) start(length int) {
	w.length = length
	for len(w.back) > 0 && w.back[0].segment.index+length < 0 {
		w.back = w.back[1:]
	}
}

// next takes a node that wants the item, or is nil.
func (w *wanted) next(item int) *node {
	var n *node
	switch {
	case len(w.front) > 0 && w.front[0].segment.index == item:
		n, w.front = w.front[0], w.front[1:]
	case len(w.back) > 0 && w.back[0].segment.index+w.length == item:
		n, w.back = w.back[0], w.back[1:]
	}
	return n
}

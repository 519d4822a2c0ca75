package dotpath

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/value"
)

// ErrNotObject is the answer to JSON that is no object.
var ErrNotObject = errors.New("data must be a JSON object")

// DuplicateError says that an object key on a used path is given twice, so that the data does not say which to use.
// Path is the wanted path, or a prefix of one, that the key ends; or, for a key within the content of a path that is
// read deep, that path.
type DuplicateError struct {
	Path string
	Key  string
}

func (e *DuplicateError) Error() string {
	return fmt.Sprintf("object key %q is given twice, at path %q", e.Key, e.Path)
}

// Scan fills into with the values found in data, the text of one JSON object, in a single pass. It checks all of it:
// syntax, UTF-8, at most 64 levels of nesting, numbers finite as float64. The error is *rawjson.SyntaxError,
// ErrNotObject, or *DuplicateError for an object key on a used path, or in the content of a Deep one, given twice;
// into is then undefined. It needs len(into) >= Slots().
//
// Strings without escapes alias data: they are valid only while data is unchanged.
func (p *Plan) Scan(data []byte, into []value.Value) error {
	return p.scan(data, into, false)
}

// ScanTrusted is Scan for data that is known to be strict JSON: it skips what is not wanted without checking it, and
// finds the same values. On other data it returns an error or some values.
func (p *Plan) ScanTrusted(data []byte, into []value.Value) error {
	return p.scan(data, into, true)
}

// scan is one pass over data.
type scan struct {
	rawjson.Scanner
	into    []value.Value
	trusted bool

	// Bits of the nodes without a slot that were found; most plans do with those that need no allocation.
	seen     [seenWords]uint64
	seenMore []uint64
}

const seenWords = 8

func (p *Plan) scan(data []byte, into []value.Value, trusted bool) error {
	into = into[:p.slots]
	clear(into)
	var s scan
	s.Data, s.into, s.trusted = data, into, trusted
	if p.inner > 64*seenWords {
		s.seenMore = make([]uint64, p.inner/64-seenWords+1)
	}
	if err := s.document(&p.root); err != nil {
		return err
	}
	p.copySlots(into)
	return nil
}

func (s *scan) document(root *node) error {
	i := s.Space(0)
	isObject := s.At(i) == '{'
	if isObject {
		i = s.object(root, i, 1)
	} else {
		i = s.Skip(i, 0)
	}
	if i >= 0 && s.End(i) >= 0 && !isObject {
		return ErrNotObject
	}
	return s.Err()
}

// object goes through the object at i, whose members are wanted as n's children say.
func (s *scan) object(n *node, i, depth int) int {
	for i = s.OpenObject(i, depth); i > 0; i = s.NextMember(i) {
		if s.Data[i] == '}' {
			return i + 1
		}
		at, key := s.Key(i)
		if at < 0 {
			return -1
		}
		if i = s.member(s.find(n, key), at, depth); i < 0 {
			return -1
		}
	}
	return -1
}

// member reads a member's value for n, or skips it when n is nil.
func (s *scan) member(n *node, i, depth int) int {
	switch {
	case n == nil:
		return s.skip(i, depth)
	case s.mark(n):
		return s.value(n, i, depth)
	}
	return s.Refuse(&DuplicateError{Path: n.path, Key: n.segment.key})
}

func (s *scan) skip(i, depth int) int {
	if s.trusted {
		return s.Jump(i)
	}
	return s.Skip(i, depth)
}

// find is the child of n for an object key, or nil.
func (s *scan) find(n *node, key rawjson.Text) *node {
	switch {
	case key.Escaped:
		return s.findEscaped(n, key)
	case !n.mayHave(key.End - key.Start):
		return nil
	}
	return n.find(s.head(key), s.Data[key.Start:key.End])
}

func (s *scan) findEscaped(n *node, t rawjson.Text) *node {
	var buf [64]byte
	key := s.AppendText(buf[:0], t)
	if !n.mayHave(len(key)) {
		return nil
	}
	return n.find(headOf(key), key)
}

// head is headOf the key, read as a whole where the data goes on long enough.
func (s *scan) head(key rawjson.Text) uint64 {
	if key.Start+8 > len(s.Data) {
		return headOf(s.Data[key.Start:key.End])
	}
	head := binary.LittleEndian.Uint64(s.Data[key.Start : key.Start+8])
	if length := key.End - key.Start; length < 8 {
		head &= 1<<(8*length) - 1
	}
	return head
}

// mark notes that n was found; false when it was before.
func (s *scan) mark(n *node) bool {
	if n.slot != noSlot {
		return s.into[n.slot].Kind() == value.Absent
	}
	bit := uint64(1) << (n.bit % 64)
	word := s.seenWord(n.bit / 64)
	fresh := *word&bit == 0
	*word |= bit
	return fresh
}

func (s *scan) seenWord(i int) *uint64 {
	if i < seenWords {
		return &s.seen[i]
	}
	return &s.seenMore[i-seenWords]
}

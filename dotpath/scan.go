package dotpath

import (
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
// Strings without escapes alias data: they are valid only while data is unchanged. Until it is cleared, into may keep
// memory that earlier scans filled it with.
func (p *Plan) Scan(data []byte, dst []value.Value) error {
	return p.scan(data, dst, false)
}

// ScanTrusted is Scan for data that is known to be strict JSON: it skips what is not wanted without checking it, and
// finds the same values and the same keys given twice. On other data it returns an error or some values; what is wanted
// is checked all the same, and that the object ends.
func (p *Plan) ScanTrusted(data []byte, dst []value.Value) error {
	return p.scan(data, dst, true)
}

// scan is one pass over data.
type scan struct {
	rawjson.Scanner
	dst []value.Value

	// Bits of the nodes without a slot that were found; most plans do with those that need no allocation.
	seen     [seenWords]uint64
	seenOverflow []uint64
}

const seenWords = 8

func (p *Plan) scan(data []byte, dst []value.Value, trusted bool) error {
	dst = dst[:p.slots]
	for i := range dst {
		dst[i].Unset()
	}
	var s scan
	s.Data, s.Trusted, s.dst = data, trusted, dst
	if p.interior > 64*seenWords {
		s.seenOverflow = make([]uint64, p.interior/64-seenWords+1)
	}
	if err := s.readDocument(&p.root); err != nil {
		return err
	}
	p.copySlots(dst)
	return nil
}

func (s *scan) readDocument(root *node) error {
	i := s.SkipSpace(0)
	isObject := s.At(i) == '{'
	if isObject {
		i = s.readObject(root, i, 1)
	} else {
		i = s.Skip(i, 0)
	}
	if i >= 0 && s.End(i) >= 0 && !isObject {
		return ErrNotObject
	}
	return s.Err()
}

// readObject goes through the object at i, whose members are wanted as n's children say.
func (s *scan) readObject(n *node, i, depth int) int {
	d := s.Data
	for i = s.OpenObject(i, depth); i > 0; {
		at, key := s.FindMember(i, &n.keys, depth)
		if key < 0 {
			return at
		}
		child := n.children[key]
		if !s.markSeen(child) {
			return s.FailWith(&DuplicateError{Path: child.path, Key: child.segment.key})
		}
		if i = s.readValue(child, at, depth); i > 0 && i < len(d)-1 && d[i] == ',' && d[i+1] == '"' {
			i++
		} else if i > 0 {
			i = s.NextMember(i)
		}
	}
	return -1
}

// markSeen notes that n was found; false when it was before.
func (s *scan) markSeen(n *node) bool {
	if n.slot != noSlot {
		return s.dst[n.slot].Kind() == value.Absent
	}
	bit := uint64(1) << (n.seenBit % 64)
	word := s.seenWord(n.seenBit / 64)
	fresh := *word&bit == 0
	*word |= bit
	return fresh
}

func (s *scan) seenWord(i int) *uint64 {
	if i < seenWords {
		return &s.seen[i]
	}
	return &s.seenOverflow[i-seenWords]
}

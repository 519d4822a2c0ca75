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
func (p *Plan) Scan(data []byte, into []value.Value) error {
	return p.scan(data, into, false)
}

// ScanTrusted is Scan for data that is known to be strict JSON: it skips what is not wanted without checking it, and
// finds the same values and the same keys given twice. On other data it returns an error or some values; what is wanted
// is checked all the same, and that the object ends.
func (p *Plan) ScanTrusted(data []byte, into []value.Value) error {
	return p.scan(data, into, true)
}

// scan is one pass over data.
type scan struct {
	rawjson.Scanner
	into []value.Value

	// Bits of the nodes without a slot that were found; most plans do with those that need no allocation.
	seen     [seenWords]uint64
	seenMore []uint64
}

const seenWords = 8

func (p *Plan) scan(data []byte, into []value.Value, trusted bool) error {
	into = into[:p.slots]
	for i := range into {
		into[i].Unset()
	}
	var s scan
	s.Data, s.Trusted, s.into = data, trusted, into
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
	d := s.Data
	for i = s.OpenObject(i, depth); i > 0; {
		at, key := s.Seek(i, &n.keys, depth)
		if key < 0 {
			return at
		}
		child := n.children[key]
		if !s.mark(child) {
			return s.FailWith(&DuplicateError{Path: child.path, Key: child.segment.key})
		}
		if i = s.value(child, at, depth); i > 0 && i < len(d)-1 && d[i] == ',' && d[i+1] == '"' {
			i++
		} else if i > 0 {
			i = s.NextMember(i)
		}
	}
	return -1
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

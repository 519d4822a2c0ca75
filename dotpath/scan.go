package dotpath

import (
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/value"
)

// ErrNotObject is the error of JSON that is not an object.
var ErrNotObject = errors.New("data must be a JSON object")

// DuplicateError reports an object key on a requested path that is given twice, so that the value is ambiguous. Path is
// the requested path, or the prefix of one, that ends in the key; or, for a key within the content of a path that is
// read with its content, that path.
type DuplicateError struct {
	Path string
	Key  string
}

func (e *DuplicateError) Error() string {
	return fmt.Sprintf("object key %q is given twice, at path %q", e.Key, e.Path)
}

// Scan sets dst to the values in data by slot. Data is the text of one JSON object, which is read in a single pass and
// checked as a whole: syntax, UTF-8, at most 64 levels of nesting, numbers finite as float64. The error is a
// *rawjson.SyntaxError, ErrNotObject, or a *DuplicateError for a key that is given twice on a requested path or in the
// content of one; the content of dst is then undefined. It requires len(dst) >= Slots().
//
// Strings without escapes share memory with data: they are valid only while data is unchanged. Until it is cleared, dst
// may hold references to the memory of earlier scans.
func (p *Plan) Scan(data []byte, dst []value.Value) error {
	return p.scan(data, dst, false)
}

// ScanTrusted is Scan for data that is known to be strict JSON: it skips values that are not requested without checking
// them, and finds the same values and duplicate keys. On invalid JSON it returns an error or any values, but the
// requested values, and that the object ends, are checked all the same.
func (p *Plan) ScanTrusted(data []byte, dst []value.Value) error {
	return p.scan(data, dst, true)
}

// scan is one pass over data.
type scan struct {
	rawjson.Scanner
	dst []value.Value

	// A bit for each interior node that was found: those in seen need no allocation, and most plans need no others.
	seen         [seenWords]uint64
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

// readObject reads the members of the object at i that n's children request.
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

// markSeen records that n was found; false when it was found before.
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

package rawjson

import (
	"fmt"
	"unsafe"
)

// DuplicateKeyError reports a key that an object has twice, and the offset of the second one.
type DuplicateKeyError struct {
	Offset int
	Key    string
}

func (e *DuplicateKeyError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: object key %q is given twice", e.Offset, e.Key)
}

// Decode reads one strict JSON text into nil, bool, int64, float64, string, []any and map[string]any that share no
// memory with data. An integer literal that fits is int64, every other number float64. A key given twice in one
// object is a *DuplicateKeyError; every other error, such as anything but white space after the value, is a *SyntaxError.
func Decode(data []byte) (any, error) {
	s := Scanner{Data: data}
	v, end := s.Decode(s.SkipSpace(0), 0)
	if end >= 0 {
		end = s.End(end)
	}
	if end < 0 {
		return nil, s.err
	}
	return v, nil
}

// Decode reads the value at i as the function Decode does.
func (s *Scanner) Decode(i, depth int) (any, int) {
	switch s.At(i) {
	case '"':
		end, escaped := s.SkipString(i)
		if end < 0 {
			return nil, -1
		}
		return s.Text(Text{Start: i + 1, End: end - 1, Escaped: escaped}), end
	case '{':
		return s.decodeObject(i, depth+1)
	case '[':
		return s.decodeList(i, depth+1)
	case 't':
		return true, s.SkipLiteral(i)
	case 'f':
		return false, s.SkipLiteral(i)
	case 'n':
		return nil, s.SkipLiteral(i)
	}
	return s.decodeNumber(i)
}

func (s *Scanner) decodeNumber(i int) (any, int) {
	n, end := s.ReadNumber(i)
	switch {
	case end < 0:
		return nil, -1
	case n.IsInt:
		return n.Int, end
	}
	return n.Float, end
}

// Text returns a copy of the characters of a checked string.
func (s *Scanner) Text(t Text) string {
	if !t.Escaped {
		return string(s.Data[t.Start:t.End])
	}
	return string(s.AppendText(make([]byte, 0, t.End-t.Start), t))
}

// View returns the characters of a checked string. If it has no escapes, the result shares memory with the data and is
// valid only while the data is unchanged.
func (s *Scanner) View(t Text) string {
	if t.Escaped {
		return s.unescape(t)
	}
	return unsafeString(s.Data[t.Start:t.End])
}

func (s *Scanner) unescape(t Text) string {
	return unsafeString(s.AppendText(make([]byte, 0, t.End-t.Start), t))
}

// unsafeString returns text as a string that shares its memory.
func unsafeString(text []byte) string {
	return unsafe.String(unsafe.SliceData(text), len(text)) // #nosec G103 -- callers keep text unchanged
}

func (s *Scanner) decodeObject(i, depth int) (any, int) {
	members := map[string]any{}
	for i = s.OpenObject(i, depth); i > 0; {
		if s.Data[i] == '}' {
			return members, i + 1
		}
		at, text := s.Key(i)
		if at < 0 {
			break
		}
		key := s.Text(text)
		if _, duplicate := members[key]; duplicate {
			return nil, s.FailWith(&DuplicateKeyError{Offset: i, Key: key})
		}
		members[key], i = s.Decode(at, depth)
		if i < 0 {
			break
		}
		i = s.NextMember(i)
	}
	return nil, -1
}

func (s *Scanner) decodeList(i, depth int) (any, int) {
	items := []any{}
	for i = s.OpenList(i, depth); i > 0; {
		if s.Data[i] == ']' {
			return items, i + 1
		}
		var item any
		if item, i = s.Decode(i, depth); i < 0 {
			break
		}
		items = append(items, item)
		i = s.NextItem(i)
	}
	return nil, -1
}

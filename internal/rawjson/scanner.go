// Package rawjson reads strict JSON from bytes, and builds only the values that the caller asks for.
//
// Strict means: the grammar of RFC 8259, valid UTF-8 with no lone surrogate escapes, at most 64 levels of nesting (the
// outermost list or object is level 1), and every number finite as float64.
package rawjson

import "fmt"

// MaxDepth is how deep lists and objects may be nested.
const MaxDepth = 64

// SyntaxError reports where data is not strict JSON, and why.
type SyntaxError struct {
	Offset int
	Msg    string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Msg)
}

// Scanner reads one JSON text. Its methods take the offset to read at, and return the offset after what they read, or
// -1 on failure; Err then returns the error. Depth is the number of lists and objects that enclose the offset. A
// Scanner is not safe for concurrent use.
type Scanner struct {
	// Data is the text. It must not change while the Scanner is in use.
	Data []byte
	// Trusted means that Data is known to be strict JSON, so that Skip does not check it.
	Trusted bool

	err error
}

// Err returns why the text is invalid: a *SyntaxError, a *DuplicateKeyError, or the error given to FailWith.
func (s *Scanner) Err() error { return s.err }

// Fail records a *SyntaxError at offset i, unless there is an error already, and returns -1.
func (s *Scanner) Fail(i int, msg string) int {
	if s.err == nil {
		if i >= len(s.Data) {
			msg = "unexpected end, " + msg
		}
		s.err = &SyntaxError{Offset: i, Msg: msg}
	}
	return -1
}

// FailWith records err, replacing any earlier error, and returns -1.
func (s *Scanner) FailWith(err error) int {
	s.err = err
	return -1
}

// At returns the byte at offset i, or 0 past the end. No valid JSON contains a 0 byte.
func (s *Scanner) At(i int) byte {
	if uint(i) < uint(len(s.Data)) {
		return s.Data[i]
	}
	return 0
}

// SkipSpace returns the offset of the next byte that is not white space.
func (s *Scanner) SkipSpace(i int) int {
	if uint(i) < uint(len(s.Data)) && s.Data[i] > ' ' {
		return i
	}
	return s.skipSpaceSlow(i)
}

func (s *Scanner) skipSpaceSlow(i int) int {
	for i < len(s.Data) {
		switch s.Data[i] {
		case ' ', '\n', '\t', '\r':
			i++
		default:
			return i
		}
	}
	return i
}

// End checks that only white space follows offset i.
func (s *Scanner) End(i int) int {
	if i = s.SkipSpace(i); i < len(s.Data) {
		return s.Fail(i, "expected nothing after the value")
	}
	return i
}

// Skip checks the value at i and returns the offset after it. If the text is Trusted, it only finds the end of the
// value: on invalid JSON it returns some later offset, or -1 when the data ends first.
func (s *Scanner) Skip(i, depth int) int {
	if s.Trusted {
		return s.skipUnchecked(i)
	}
	d := s.Data
	switch c := s.At(i); {
	case c == '"':
		if i = skipPlainText(d, i+1); i < len(d) && d[i] == '"' {
			return i + 1
		}
		i, _ = s.finishString(i)
		return i
	case c == '{':
		return s.skipObject(i, depth+1)
	case c == '[':
		return s.skipList(i, depth+1)
	case c-'0' < 10, c == '-':
		i, _ = s.SkipNumber(i)
		return i
	case c == 't', c == 'f', c == 'n':
		return s.SkipLiteral(i)
	}
	return s.Fail(i, wantValue)
}

// SkipLiteral checks the true, false or null at i.
func (s *Scanner) SkipLiteral(i int) int {
	rest := s.Data[i:]
	switch {
	case len(rest) >= 4 && (string(rest[:4]) == "true" || string(rest[:4]) == "null"):
		return i + 4
	case len(rest) >= 5 && string(rest[:5]) == "false":
		return i + 5
	}
	return s.Fail(i, wantValue)
}

func (s *Scanner) skipObject(i, depth int) int {
	i, _ = s.FindMember(s.OpenObject(i, depth), &noKeys, depth)
	return i
}

var noKeys Keys

func (s *Scanner) skipList(i, depth int) int {
	d := s.Data
	for i = s.OpenList(i, depth); i > 0; {
		if d[i] == ']' {
			return i + 1
		}
		if i = s.Skip(i, depth); i < 0 {
			return -1
		}
		if i < len(d)-1 && d[i] == ',' && d[i+1] > ' ' && d[i+1] != ']' {
			i++
		} else if i = s.NextItem(i); i < 0 {
			return -1
		}
	}
	return -1
}

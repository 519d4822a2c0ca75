package value

import (
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// AppendCanonical appends the canonical JSON of a Go value, as Of sees it, to dst: object keys sorted bytewise, no
// spaces, strings escaped only where JSON requires it, a float that is an int64 written as that integer (1 and 1.0
// have one text, -0 is 0), other floats in their shortest form. Equal values have equal text. An Unsupported value, text
// that is not valid UTF-8, and nesting deeper than 64 levels are errors that name the path to it; dst is then returned
// unchanged.
func AppendCanonical(dst []byte, v any) ([]byte, error) {
	out, err := appendCanonical(dst, v, 0)
	if err != nil {
		return dst, err
	}
	return out, nil
}

// Hash returns the first 16 bytes of the SHA-256 hash of v's canonical JSON, with the errors of AppendCanonical.
func Hash(v any) ([16]byte, error) {
	text, err := AppendCanonical(make([]byte, 0, 512), v)
	if err != nil {
		return [16]byte{}, err
	}
	sum := sha256.Sum256(text)
	return [16]byte(sum[:16]), nil
}

func appendCanonical(dst []byte, v any, depth int) ([]byte, *canonicalError) {
	x := Of(v)
	switch x.kind {
	case Null:
		return append(dst, "null"...), nil
	case Bool:
		return strconv.AppendBool(dst, x.Bool()), nil
	case Int:
		return strconv.AppendInt(dst, x.Int(), 10), nil
	case Float:
		return appendFloat(dst, x.Float()), nil
	case String:
		return appendString(dst, x.str)
	case List:
		return appendList(dst, x.List(), depth+1)
	case Object:
		return appendObject(dst, x.Object(), depth+1)
	}
	return nil, &canonicalError{reason: fmt.Sprintf("%T is no JSON value", v)}
}

func appendList(dst []byte, items []any, depth int) ([]byte, *canonicalError) {
	if depth > maxDepth {
		return nil, errTooDeep()
	}
	dst = append(dst, '[')
	for i, item := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err *canonicalError
		if dst, err = appendCanonical(dst, item, depth); err != nil {
			return nil, prependPath(strconv.Itoa(i), err)
		}
	}
	return append(dst, ']'), nil
}

func appendObject(dst []byte, members map[string]any, depth int) ([]byte, *canonicalError) {
	if depth > maxDepth {
		return nil, errTooDeep()
	}
	var buf [16]string
	dst = append(dst, '{')
	for i, key := range sortedKeys(buf[:0], members) {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err *canonicalError
		if dst, err = appendMember(dst, key, members[key], depth); err != nil {
			return nil, prependPath(strings.ReplaceAll(key, ".", `\.`), err)
		}
	}
	return append(dst, '}'), nil
}

func sortedKeys(keys []string, members map[string]any) []string {
	for key := range members {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func appendMember(dst []byte, key string, v any, depth int) ([]byte, *canonicalError) {
	dst, err := appendString(dst, key)
	if err != nil {
		return nil, err
	}
	return appendCanonical(append(dst, ':'), v, depth)
}

func appendFloat(dst []byte, f float64) []byte {
	if f == math.Trunc(f) && f >= -1<<63 && f < 1<<63 {
		return strconv.AppendInt(dst, int64(f), 10)
	}
	if abs := math.Abs(f); abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	if n := len(dst); string(dst[n-4:n-1]) == "e-0" {
		dst = append(dst[:n-2], dst[n-1]) // strconv writes two digits at least
	}
	return dst
}

const hexDigits = "0123456789abcdef"

func appendString(dst []byte, s string) ([]byte, *canonicalError) {
	if !utf8.ValidString(s) {
		return nil, &canonicalError{reason: fmt.Sprintf("%.40q is not valid UTF-8", s)}
	}
	dst = append(dst, '"')
	start := 0
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			dst = appendEscape(append(dst, s[start:i]...), c)
			start = i + 1
		}
	}
	return append(append(dst, s[start:]...), '"'), nil
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// canonicalError reports the path of a value without canonical JSON, and why; callers prepend their segments to the path.
type canonicalError struct {
	path   string
	reason string
}

func (e *canonicalError) Error() string {
	if e.path == "" {
		return "no canonical JSON: " + e.reason
	}
	return fmt.Sprintf("no canonical JSON at %q: %s", e.path, e.reason)
}

func errTooDeep() *canonicalError {
	return &canonicalError{reason: fmt.Sprintf("nested deeper than %d", maxDepth)}
}

func prependPath(segment string, inner *canonicalError) *canonicalError {
	if inner.path != "" {
		segment += "." + inner.path
	}
	return &canonicalError{path: segment, reason: inner.reason}
}

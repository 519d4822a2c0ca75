// Package dotpath reads values at paths like "a.b.0.c" from Go maps and from raw JSON.
//
// A path is a list of segments separated by dots; `\.` is a literal dot, any other backslash stands for itself. A
// segment is the key of an object's member, or the index of a list's item in ASCII digits, optionally after '-': -1 is
// the last item. Nothing else has members or items. Parse a path once and look it up often; Plan reads many paths at
// once.
package dotpath

import (
	"errors"
	"math"
	"strings"
)

// ErrEmpty is the error of an empty path.
var ErrEmpty = errors.New("empty path: want keys or list indexes joined by dots")

// Path is a parsed path, immutable and safe to share. The zero Path finds nothing.
type Path struct {
	text     string
	segments []segment
}

// segment is one segment of a path: a key, and the list index that it stands for, if any.
type segment struct {
	key     string
	index   int
	isIndex bool
}

// Parse parses a path. The only error is ErrEmpty: every other text is a path, and segments may be empty.
func Parse(text string) (Path, error) {
	if text == "" {
		return Path{}, ErrEmpty
	}
	keys := split(text)
	segments := make([]segment, len(keys))
	for i, key := range keys {
		index, ok := parseIndex(key)
		segments[i] = segment{key: key, index: index, isIndex: ok}
	}
	return Path{text: text, segments: segments}, nil
}

// String returns the text that the path was parsed from.
func (p Path) String() string { return p.text }

// split splits at dots that no backslash precedes, and removes the backslashes before dots.
func split(text string) []string {
	var keys []string
	var key strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '.':
			keys = append(keys, key.String())
			key.Reset()
		case strings.HasPrefix(text[i:], `\.`):
			i++
			fallthrough
		default:
			key.WriteByte(text[i])
		}
	}
	return append(keys, key.String())
}

// parseIndex parses a list index; false for other text and for indexes larger than any list.
func parseIndex(key string) (int, bool) {
	digits := strings.TrimPrefix(key, "-")
	if digits == "" {
		return 0, false
	}
	index := 0
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' || index >= math.MaxInt/10 {
			return 0, false
		}
		index = index*10 + int(c-'0')
	}
	if len(digits) < len(key) {
		index = -index
	}
	return index, true
}

// escape returns a key as it is written within a path.
func escape(key string) string { return strings.ReplaceAll(key, ".", `\.`) }

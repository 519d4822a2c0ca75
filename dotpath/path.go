// Package dotpath reads values at paths like "a.b.0.c" from Go maps and from raw JSON.
//
// A path is split at dots; `\.` is a literal dot, any other backslash stands for itself. Into an object a segment is
// a key; into a list it is an index of ASCII digits, optionally with '-' in front: -1 is the last item. A step into
// anything else leads nowhere. Parse a path once and look it up often; for many paths at a time there is Plan.
package dotpath

import (
	"errors"
	"math"
	"strings"
)

// ErrEmpty is the answer to an empty path.
var ErrEmpty = errors.New("empty path: want keys or list indexes joined by dots")

// Path is a parsed path, immutable and safe to share. The zero Path leads nowhere.
type Path struct {
	text     string
	segments []segment
}

// segment is one step: a key, and what it means as a list index.
type segment struct {
	key     string
	index   int
	isIndex bool
}

// Parse reads a path. The only error is ErrEmpty: every other text is a path, empty segments included.
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

// String is the text that the path was parsed from.
func (p Path) String() string { return p.text }

// split cuts at dots that no backslash precedes, and takes the backslashes before dots away.
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

// parseIndex reads a list index; false for other text and for indexes that no list reaches.
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

// escape is the text of a segment within a path.
func escape(key string) string { return strings.ReplaceAll(key, ".", `\.`) }

package trackerfile

import (
	"strconv"
	"strings"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/rawjson"
)

// maxDepth is how deep lists and objects may be nested, a tracker being the first.
const maxDepth = rawjson.MaxDepth

// depthOfTop is the depth at which a file begins, so that its trackers are at depth 1.
func depthOfTop(isList bool) int {
	if isList {
		return -1
	}
	return -2
}

// kind says which of its fields a node uses.
type kind uint8

const (
	scalar kind = iota
	list
	object
)

// position is a position in the text, counted from 1; columns in characters.
type position struct{ line, column int }

// node is one value of a file and where it stands, whichever syntax it came from.
type node struct {
	position // of the key when the node is a field of an object, otherwise of the value

	parent *node
	key    string // in the parent, when that is an object
	index  int    // in the parent, when that is a list

	kind   kind
	value  any              // of a scalar: nil, bool, int64, float64 or string
	items  []*node          // of a list
	fields map[string]*node // of an object

	// broken tells that the value could not be read, or not all of it, and that this was said.
	broken bool
}

// addItem makes the next item of the list n.
func (n *node) addItem(at position) *node {
	item := &node{position: at, parent: n, index: len(n.items)}
	n.items = append(n.items, item)
	return item
}

// addField makes a field of the object n. When there is one with that key, it is a mistake, and the new node belongs
// to nothing.
func (n *node) addField(key string, at position, r *report) *node {
	field := &node{position: at, parent: n, key: key}
	if first := n.fields[key]; first != nil {
		r.addNode(field, "given twice, first at line "+strconv.Itoa(first.line))
		return field
	}
	if n.fields == nil {
		n.fields = map[string]*node{}
	}
	n.fields[key] = field
	return field
}

// goValue is the value in Go form, shared with nobody.
func (n *node) goValue() any {
	switch n.kind {
	case list:
		items := make([]any, len(n.items))
		for i, item := range n.items {
			items[i] = item.goValue()
		}
		return items
	case object:
		fields := make(map[string]any, len(n.fields))
		for key, field := range n.fields {
			fields[key] = field.goValue()
		}
		return fields
	}
	return n.value
}

// path says where the node is, in the notation of field.Error. Long keys and paths are cut, since there may be many
// mistakes below them.
func (n *node) path() string {
	switch {
	case n.parent == nil:
		return ""
	case n.parent.kind == list:
		return cut(field.Index(n.parent.path(), n.index), 300)
	}
	return cut(field.Join(n.parent.path(), cut(n.key, 60)), 300)
}

// cut shortens a text to at most that many bytes.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most-3], "") + "..."
}

// locate returns the node that path, from n on, leads to, or the last one on the way when the rest is missing.
func (n *node) locate(path string) *node {
	for path != "" {
		next, rest := n.step(path)
		if next == nil {
			break
		}
		n, path = next, rest
	}
	return n
}

// step takes one step of a path. A key may contain what separates steps, but only the last key of a path does: all
// before it are known fields.
func (n *node) step(path string) (next *node, rest string) {
	if i, rest, ok := cutIndex(path); ok && i < len(n.items) {
		return n.items[i], rest
	}
	if next = n.fields[path]; next != nil {
		return next, ""
	}
	key, rest := cutKey(path)
	return n.fields[key], rest
}

// cutKey cuts the first step off a path that begins with a key.
func cutKey(path string) (key, rest string) {
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		return path, ""
	}
	return path[:end], strings.TrimPrefix(path[end:], ".")
}

// cutIndex cuts the first step off a path that begins with an index.
func cutIndex(path string) (i int, rest string, ok bool) {
	digits, rest, ok := strings.Cut(strings.TrimPrefix(path, "["), "]")
	if !ok || path[0] != '[' {
		return 0, "", false
	}
	i, err := strconv.Atoi(digits)
	return i, strings.TrimPrefix(rest, "."), err == nil && i >= 0
}

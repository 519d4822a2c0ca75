package trackerfile

import (
	"errors"
	"unicode/utf8"

	"github.com/dictrack/dictrack/internal/rawjson"
)

// readJSON reads strict JSON as a tree; nil when it is broken, which is then recorded.
func readJSON(text []byte, r *report) *node {
	j := jsonReader{Scanner: rawjson.Scanner{Data: text}, report: r, now: position{1, 1}}
	start := j.SkipSpace(0)
	root := &node{position: j.moveTo(start)}
	end := j.fill(root, start, depthOfTop(text[start] == '['))
	if end >= 0 {
		end = j.End(end)
	}
	if end >= 0 {
		return root
	}
	var wrong *rawjson.SyntaxError
	if errors.As(j.Err(), &wrong) {
		r.addSyntax(positionOf(text, wrong.Offset), "invalid JSON: "+wrong.Msg)
	}
	return nil
}

// jsonReader builds the tree of one JSON text. As in the scanner, its methods take an offset and return the one after
// what they read, or -1.
type jsonReader struct {
	rawjson.Scanner
	*report

	offset int      // how far places are known
	now    position // of offset
}

// fill reads the value at offset i into n; depth is that of what encloses it.
func (j *jsonReader) fill(n *node, i, depth int) (end int) {
	switch j.At(i) {
	case '{':
		n.kind = object
		return j.fillObject(n, i, depth+1)
	case '[':
		n.kind = list
		return j.fillList(n, i, depth+1)
	}
	n.value, end = j.Decode(i, depth)
	return end
}

func (j *jsonReader) fillObject(n *node, i, depth int) (end int) {
	for i = j.OpenObject(i, depth); i >= 0 && j.At(i) != '}'; i = j.NextMember(i) {
		at, key := j.Key(i)
		if at < 0 {
			return -1
		}
		field := n.addField(j.Text(key), j.moveTo(i), j.report)
		if i = j.fill(field, at, depth); i < 0 {
			return -1
		}
	}
	return after(i)
}

func (j *jsonReader) fillList(n *node, i, depth int) (end int) {
	for i = j.OpenList(i, depth); i >= 0 && j.At(i) != ']'; i = j.NextItem(i) {
		if i = j.fill(n.addItem(j.moveTo(i)), i, depth); i < 0 {
			return -1
		}
	}
	return after(i)
}

// after is the offset after the bracket at i, -1 when there is none.
func after(i int) int {
	if i < 0 {
		return -1
	}
	return i + 1
}

// moveTo returns the place of an offset. Offsets only grow, so that one pass over the text finds all places.
func (j *jsonReader) moveTo(offset int) position {
	for ; j.offset < offset; j.offset++ {
		if j.Data[j.offset] == '\n' {
			j.now.line++
			j.now.column = 0
		}
		if utf8.RuneStart(j.Data[j.offset]) {
			j.now.column++
		}
	}
	return j.now
}

// Package trackerfile reads and writes definition files: YAML or JSON that says which trackers there are.
//
//	trackers:
//	  - name: late-departures
//	    kind: count
//	    where:
//	      - {op: ge, key: delay, value: 15}
//	    targets: [10, 50, 100]
//
// The top is an object with the one field trackers, or the list itself. Whoever wrote the file gets every
// mistake of it at once, each with its line; only broken syntax ends the search, since nothing after it can be
// trusted.
//
// A text whose first character is { or [ is JSON, and strict: no comments, no trailing commas. Everything else
// is YAML, one document, read as YAML 1.2 means it, and refused where another reader could mean something else:
//
//   - true, True and TRUE are true, and so for false; null, Null, NULL, ~ and nothing are null. Yes, no, on, off
//     and times such as 2001-01-01T00:00:00Z are texts, quoted or not.
//   - A number is decimal. Whole numbers of int64 are exact, all others float64. Hexadecimal, octal and binary
//     numbers, leading zeros, 1_000, infinity and NaN are mistakes, unless they are quoted and so are texts.
//   - A key is the text that is written, whatever it looks like.
//   - Anchors and aliases are allowed, as long as the aliases stand for at most 100,000 values in all, a long text
//     counting as one for every 100 bytes, and none contains itself. Merge keys (<<) are not.
//   - Tags are not allowed, except !!str, !!map and !!seq on what they fit.
//
// In both, a key given twice and nesting deeper than 64 levels inside a tracker are mistakes, and the text is
// UTF-8, with or without a byte order mark.
package trackerfile

import (
	"bytes"
	"fmt"
	"os"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/tracker"
)

// Read reads the file called name as Parse does. When the file cannot be read, the error wraps that of os.ReadFile.
func Read(name string, r *tracker.Registry) ([]*tracker.Definition, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read definition file: %w", err)
	}
	return Parse(name, text, r)
}

// Parse reads the text of a definition file and returns its trackers in their order; there may be none. Name is what
// messages call the file, and may be empty. The registry binds custom kinds; nil knows only the built-in ones. The
// error is an *Error with every mistake, and there are no definitions then. Parse does not keep text, and is safe for
// any goroutine.
func Parse(name string, text []byte, r *tracker.Registry) ([]*tracker.Definition, error) {
	f := file{registry: r, named: map[string]*node{}}
	if root := f.root(bytes.TrimPrefix(text, []byte("\ufeff"))); root != nil {
		f.trackers(root)
	}
	if err := f.err(name); err != nil {
		return nil, err
	}
	return f.definitions, nil
}

// file is one text being read.
type file struct {
	report

	registry    *tracker.Registry
	named       map[string]*node // where the name of each tracker stands
	definitions []*tracker.Definition
}

// root reads the text as a tree; nil when it cannot be read to its end.
func (f *file) root(text []byte) *node {
	if !f.checkUTF8(text) {
		return nil
	}
	start := bytes.TrimLeft(text, " \t\r\n")
	if len(start) > 0 && (start[0] == '{' || start[0] == '[') {
		return readJSON(text, &f.report)
	}
	return readYAML(text, &f.report)
}

// trackers reads every tracker below the root.
func (f *file) trackers(root *node) {
	found := f.find(root)
	if found == nil {
		return
	}
	for _, item := range found.items {
		f.checkName(item)
		if d := f.tracker(item); d != nil {
			f.definitions = append(f.definitions, d)
		}
	}
}

const wantTop = "want an object with the field trackers, or a list of trackers"

// find returns the list of trackers; nil when there is none.
func (f *file) find(root *node) *node {
	switch {
	case root.kind == list:
		return root
	case root.kind == scalar:
		f.refuse(root, wantTop)
		return nil
	case root.fields["trackers"] == nil && root.fields["targets"] != nil:
		f.addNode(root, "a tracker by itself: "+wantTop)
		return nil
	}
	f.checkTop(root)
	trackers := root.fields["trackers"]
	if trackers != nil && trackers.kind != list {
		f.refuse(trackers, "want a list of trackers")
	}
	return trackers
}

// checkTop checks which fields the object at the top has.
func (f *file) checkTop(root *node) {
	if root.fields["trackers"] == nil && !root.broken {
		f.addNode(root, "trackers is missing: "+wantTop)
	}
	for name, n := range root.fields {
		if name != "trackers" {
			f.addNode(n, "unknown field; allowed here: "+field.Known(name, []string{"trackers"}))
		}
	}
}

// checkName refuses a name that an earlier tracker of the file has.
func (f *file) checkName(item *node) {
	field := item.fields["name"]
	if field == nil {
		return
	}
	name, ok := field.value.(string)
	if !ok {
		return
	}
	if first := f.named[name]; first != nil {
		f.refuse(field, fmt.Sprintf("the tracker at line %d has this name", first.line))
		return
	}
	f.named[name] = field
}

package trackerfile

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dictrack/dictrack/field"
)

// Error is all that is wrong with one file, at least one mistake, ordered by line and column.
type Error struct {
	// File is the name that Parse was given.
	File        string
	Diagnostics []Diagnostic
}

// Error prints one mistake a line, each after the name of the file.
func (e *Error) Error() string {
	lines := make([]string, len(e.Diagnostics))
	for i, m := range e.Diagnostics {
		lines[i] = m.String()
		if e.File != "" {
			lines[i] = e.File + ":" + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}

// Diagnostic is one thing that is wrong. A mistake about a field stands where its key stands, one about an item of a
// list where the item begins, and one about a missing field where the object stands that should have it.
type Diagnostic struct {
	// Line and Column count from 1, columns in characters.
	Line, Column int
	// Path says where in the tree, from the top of the file: "trackers[2].where[0].value". Empty for the top itself,
	// and for broken syntax.
	Path string
	// Text says what was found and what is allowed.
	Text string
}

// String is "line:column: path: text" on one line, without the path when there is none. Characters that a terminal does
// not print become U+FFFD, line breaks and tabs spaces.
func (m Diagnostic) String() string {
	text := m.Text
	if m.Path != "" {
		text = m.Path + ": " + text
	}
	return fmt.Sprintf("%d:%d: %s", m.Line, m.Column, strings.Map(printable, text))
}

func printable(c rune) rune {
	switch {
	case unicode.IsSpace(c):
		return ' '
	case !unicode.IsPrint(c):
		return unicode.ReplacementChar
	}
	return c
}

// report gathers the mistakes of one file.
type report struct{ diagnostics []Diagnostic }

// add records a mistake.
func (r *report) add(at position, path, text string) {
	r.diagnostics = append(r.diagnostics, Diagnostic{Line: at.line, Column: at.column, Path: path, Text: text})
}

// addNode records a mistake about a node.
func (r *report) addNode(n *node, text string) { r.add(n.position, n.path(), text) }

// addSyntax records a mistake about the text itself.
func (r *report) addSyntax(at position, text string) { r.add(at, "", text) }

// markBroken records what is wrong with the node itself, and marks it so that nothing more is said about its value.
func (r *report) markBroken(n *node, text string) {
	n.broken = true
	r.addNode(n, text)
}

// refuse records that the value of a node is not what is wanted there, unless something is wrong with it already.
func (r *report) refuse(n *node, want string) {
	if n.broken {
		return
	}
	v := n.goValue()
	if v == nil {
		v = field.Null{}
	}
	r.addNode(n, (&field.Error{Value: v, Want: want}).Error())
}

// err is the mistakes as an *Error, nil when there are none.
func (r *report) err(name string) error {
	if len(r.diagnostics) == 0 {
		return nil
	}
	slices.SortStableFunc(r.diagnostics, func(a, b Diagnostic) int {
		return cmp.Or(a.Line-b.Line, a.Column-b.Column, strings.Compare(a.Path, b.Path))
	})
	return &Error{File: name, Diagnostics: r.diagnostics}
}

// checkUTF8 tells whether the text is UTF-8, and records where it first is not.
func (r *report) checkUTF8(text []byte) bool {
	if utf8.Valid(text) {
		return true
	}
	offset := 0
	for {
		c, size := utf8.DecodeRune(text[offset:])
		if c == utf8.RuneError && size == 1 {
			break
		}
		offset += size
	}
	r.addSyntax(positionOf(text, offset), "the text is not UTF-8")
	return false
}

// positionOf is where the byte at offset stands in the text.
func positionOf(text []byte, offset int) position {
	before := text[:min(offset, len(text))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return position{line: bytes.Count(before, []byte("\n")) + 1, column: utf8.RuneCount(before[start:]) + 1}
}

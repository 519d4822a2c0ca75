package trackerfile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// checkYAMLText refuses characters that YAML does not allow, and those that older YAML takes for line breaks: with
// them a file could mean two things. The text is UTF-8.
func checkYAMLText(text []byte, r *report) bool {
	for offset := 0; offset < len(text); {
		c, size := utf8.DecodeRune(text[offset:])
		if !inYAML(c) {
			r.addSyntax(positionOf(text, offset), fmt.Sprintf("invalid YAML: the character %U must be written as an escape, in double quotes", c))
			return false
		}
		offset += size
	}
	return true
}

func inYAML(c rune) bool {
	switch {
	case c < ' ':
		return c == '\t' || c == '\n' || c == '\r'
	case c < 0x7F:
		return true
	}
	return c >= 0xA0 && c != 0x2028 && c != 0x2029 && c != 0xFFFE && c != 0xFFFF
}

// explainYAML says where and why the text is no YAML.
func explainYAML(text []byte, err error) (position, string) {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return position{1, 1}, "invalid YAML: " + err.Error()
	}
	at := position{max(load.Mark.Line, 1), max(load.Mark.Column, 1)}
	why := load.Message
	if load.ContextMsg != "" && load.ContextMark.Line > 0 && load.ContextMark.Line != at.line {
		why += fmt.Sprintf(" %s that begins at line %d", load.ContextMsg, load.ContextMark.Line)
	}
	return at, "invalid YAML: " + why + hint(text, at, load.Message)
}

// hint adds what usually is behind a message.
func hint(text []byte, at position, message string) string {
	switch {
	case strings.Contains(message, "cannot start any token"):
		return hintChar(charAt(text, at))
	case strings.Contains(message, "incompatible YAML"):
		return "; leave the line with %YAML out"
	case strings.Contains(message, "mapping values are not allowed"):
		return "; a text with a colon and a space needs quotes, and fields of one object need the same indentation"
	case strings.Contains(message, "expected key"), strings.Contains(message, "'-' indicator"), strings.Contains(message, "<document start>"):
		return "; is the line indented like those it belongs to?"
	}
	return ""
}

func hintChar(c rune) string {
	switch c {
	case '\t':
		return "; lines are indented with spaces, not with tabs"
	case utf8.RuneError:
		return ""
	}
	return fmt.Sprintf("; a text that begins with %c needs quotes", c)
}

// charAt is the character at a place, utf8.RuneError past the end.
func charAt(text []byte, at position) rune {
	for range at.line - 1 {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	for range at.column - 1 {
		_, size := utf8.DecodeRune(text)
		text = text[size:]
	}
	c, _ := utf8.DecodeRune(text)
	return c
}

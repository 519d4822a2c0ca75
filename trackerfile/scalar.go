package trackerfile

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

const tagText = "!!str"

const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

// isPlain tells whether the scalar has neither quotes nor a tag, so that its look decides what it is.
func isPlain(n *yaml.Node) bool { return n.Style&(quoted|yaml.TaggedStyle) == 0 && n.Tag != "!" }

// scalarOf is the value of a scalar, or what is wrong with it.
func scalarOf(n *yaml.Node) (v any, wrong string) {
	switch {
	case n.Style&yaml.TaggedStyle != 0 && n.Tag != tagText:
		return nil, wrongTag(n.Tag)
	case isPlain(n):
		return plainScalar(n.Value)
	}
	return n.Value, ""
}

// plainScalar is the value of a scalar without quotes: what the core schema of YAML 1.2 says, except that numbers that
// are not written in decimal, or that another reader could take for something else, are wrong.
func plainScalar(text string) (v any, wrong string) {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return nil, ""
	case "true", "True", "TRUE":
		return true, ""
	case "false", "False", "FALSE":
		return false, ""
	}
	if !strings.ContainsRune("+-.0123456789", rune(text[0])) {
		return text, ""
	}
	switch {
	case decimalNumber.MatchString(text):
		return number(text)
	case endless.MatchString(text):
		return nil, wrongNumber(text, "want a finite number, or quotes for a text")
	case otherNumber.MatchString(text):
		return nil, wrongNumber(text, "want a decimal number without leading zeros or _, or quotes for a text")
	}
	return text, ""
}

var (
	decimalNumber = regexp.MustCompile(`^[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$`)
	endless       = regexp.MustCompile(`^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$`)

	// otherNumber is what is a number only to some readers of YAML.
	otherNumber = regexp.MustCompile(`^[-+]?(0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]+|0[bB][01_]+|[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?)$`)
)

// number is the value of a decimal number: int64 when it is whole and fits, otherwise float64.
func number(text string) (v any, wrong string) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, ""
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) {
		return nil, wrongNumber(text, "want a number in the range of float64, or quotes for a text")
	}
	return f, ""
}

// wrongNumber cuts a long number to a readable length.
func wrongNumber(text, want string) string {
	return fmt.Sprintf("%.60s is not allowed: %s", text, want)
}

package trackerfile

import (
	"fmt"
	"io"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// Write writes a definition file in YAML: the definitions in their order, with the default of every field left out.
// With the same custom kinds, Parse makes definitions of the same IDs of it, if their names differ. The error is that
// of w.
func Write(w io.Writer, defs []*tracker.Definition) error {
	trackers := &yaml.Node{Kind: yaml.SequenceNode}
	for _, d := range defs {
		fields, err := rawjson.Decode(d.JSON())
		if err != nil {
			return fmt.Errorf("write definition %q: %w", d.Name(), err)
		}
		trackers.Content = append(trackers.Content, blockOf(fields))
	}
	if len(defs) == 0 {
		trackers.Style = yaml.FlowStyle
	}
	top := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{textOf("trackers"), trackers}}
	return dump(w, top)
}

func dump(w io.Writer, top *yaml.Node) error {
	text, err := yaml.Dump(top, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1))
	if err != nil {
		return fmt.Errorf("write definitions: %w", err)
	}
	_, err = w.Write(text)
	return err
}

// fieldOrder is the order in which people write fields: those of definitions, conditions and limiters. All others follow
// by name.
var fieldOrder = slices.Concat(
	[]string{"op"}, tracker.FieldNames(), []string{"value", "case_sensitive", "limit", "start", "end", "duration"},
)

// blockOf is a tracker with a line for each field, and for each condition and limiter.
func blockOf(fields any) *yaml.Node {
	n := nodeOf(fields)
	n.Style = 0
	for i := 0; i < len(n.Content); i += 2 {
		if name := n.Content[i].Value; name == "where" || name == "limiters" {
			n.Content[i+1].Style = 0
		}
	}
	return n
}

// nodeOf is a value on one line.
func nodeOf(v any) *yaml.Node {
	switch v := v.(type) {
	case string:
		return textOf(v)
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, item := range v {
			n.Content = append(n.Content, nodeOf(item))
		}
		return n
	case map[string]any:
		n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		for _, name := range sortedFields(v) {
			n.Content = append(n.Content, textOf(name), nodeOf(v[name]))
		}
		return n
	}
	text, _ := value.AppendCanonical(nil, v) // null, a bool or a finite number always has a text
	return &yaml.Node{Kind: yaml.ScalarNode, Value: string(text)}
}

func sortedFields(fields map[string]any) []string {
	var names []string
	for _, name := range fieldOrder {
		if _, ok := fields[name]; ok {
			names = append(names, name)
		}
	}
	known := len(names)
	for name := range fields {
		if !slices.Contains(fieldOrder, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names[known:])
	return names
}

// unquoted is a text that every reader of YAML takes for that text, unless it is one of a few words: words and durations.
var unquoted = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_./-]*( [\p{L}\p{N}_./-]+)*$|^([0-9]+[hms])+$`)

// special are the words that are no texts to some readers of YAML.
var special = regexp.MustCompile(`^(?i:null|true|false|yes|no|on|off|y|n)$`)

func textOf(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: tagText, Value: s}
	if !unquoted.MatchString(s) || special.MatchString(s) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

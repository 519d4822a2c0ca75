package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"go.yaml.in/yaml/v4"
)

// yamlWriter writes a sequence.
type yamlWriter struct {
	w     io.Writer
	begun bool
}

func (y *yamlWriter) Add(item any) error {
	text, err := marshal(item)
	if err != nil {
		return err
	}
	node, err := nodeOf(text)
	if err != nil {
		return fmt.Errorf("write as YAML: %w", err)
	}
	list := &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{node}}
	out, err := yaml.Dump(list, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1))
	if err != nil {
		return fmt.Errorf("write as YAML: %w", err)
	}
	y.begun = true
	_, err = y.w.Write(out)
	return err
}

func (y *yamlWriter) Close() error {
	if y.begun {
		return nil
	}
	_, err := io.WriteString(y.w, "[]\n")
	return err
}

// nodeOf is JSON as YAML: the same fields in the same order, numbers digit by digit.
func nodeOf(text []byte) (*yaml.Node, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return next(decoder)
}

// next reads one value.
func next(d *json.Decoder) (*yaml.Node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		return composite(d, token)
	case string:
		return textNode(token), nil
	case nil:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: "null"}, nil
	default: // a number or a bool
		return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(token)}, nil
	}
}

// composite reads the rest of a list or an object. Lists of plain values stand on one line.
func composite(d *json.Decoder, open json.Delim) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.MappingNode}
	if open == '[' {
		n.Kind, n.Style = yaml.SequenceNode, yaml.FlowStyle
	}
	for d.More() {
		one, err := next(d)
		if err != nil {
			return nil, err
		}
		if one.Kind != yaml.ScalarNode {
			n.Style = 0
		}
		n.Content = append(n.Content, one)
	}
	if len(n.Content) == 0 {
		n.Style = yaml.FlowStyle
	}
	_, err := d.Token()
	return n, err
}

// textNode is a text that every reader of YAML takes for one.
func textNode(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if !isWord(s) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// isWord tells whether a text is of letters only, joined by _ or -, and none of the words that mean something else.
func isWord(s string) bool {
	for i, c := range s {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c != '_' && c != '-') {
			return false
		}
	}
	switch s {
	case "", "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE", "yes", "Yes", "YES",
		"no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "y", "Y", "n", "N":
		return false
	}
	return true
}

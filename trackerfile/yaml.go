package trackerfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v4"
)

// maxAliased bounds the values that aliases stand for, all of a file together: a few lines of aliases to aliases could
// otherwise fill any memory. For the same reason a long text counts as many values, one for each longText bytes.
const (
	maxAliased = 100_000
	longText   = 100
)

const isEmpty = "nothing is defined here; want such as trackers: [{name: visits, kind: count, targets: [10]}]"

// readYAML reads one YAML document as a tree; nil when it is broken, which is then recorded.
func readYAML(text []byte, r *report) *node {
	if !checkYAMLText(text, r) {
		return nil
	}
	top := compose(text, r)
	if top == nil {
		return nil
	}
	y := yamlReader{report: r, open: map[*yaml.Node]bool{}}
	root := &node{position: placeOfYAML(top)}
	if y.fill(root, top, depthOfTop(top.Kind == yaml.SequenceNode)); y.spent {
		return nil
	}
	return root
}

// compose returns the top node of the only document; nil when there is not exactly one, which is then recorded.
func compose(text []byte, r *report) *yaml.Node {
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	var first, second yaml.Node
	if err == nil {
		err = loader.Load(&first)
	}
	if err == nil {
		err = loader.Load(&second)
	}
	switch {
	case err == nil:
		r.addSyntax(placeOfYAML(&second), "a second document; want one document in a file")
	case !errors.Is(err, io.EOF):
		r.addSyntax(explainYAML(text, err))
	case len(first.Content) == 0 || isNothing(first.Content[0]):
		r.addSyntax(position{1, 1}, isEmpty)
	default:
		return first.Content[0]
	}
	return nil
}

// isNothing tells whether the node is what a document without content has.
func isNothing(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Style == 0 && n.Value == "" }

func placeOfYAML(n *yaml.Node) position { return position{n.Line, n.Column} }

// yamlReader builds the tree of one YAML document.
type yamlReader struct {
	*report

	open    map[*yaml.Node]bool // the aliased nodes around the one being read
	aliased int                 // how many values were read in place of aliases
	spent   bool                // there were too many of them
}

// fill reads a YAML node into n; depth is that of what encloses it.
func (y *yamlReader) fill(n *node, from *yaml.Node, depth int) {
	if len(y.open) > 0 && !y.spend(n, from.Value) {
		return
	}
	switch from.Kind {
	case yaml.AliasNode:
		y.fillAlias(n, from, depth)
	case yaml.MappingNode:
		y.fillObject(n, from, depth+1)
	case yaml.SequenceNode:
		y.fillList(n, from, depth+1)
	default:
		y.fillScalar(n, from)
	}
}

// spend counts a value of n that is read in place of an alias, and tells whether there may be that many.
func (y *yamlReader) spend(n *node, text string) bool {
	y.aliased += 1 + len(text)/longText
	if y.aliased > maxAliased && !y.spent {
		y.spent = true
		y.markBroken(n, fmt.Sprintf("the aliases of this file stand for more than %d values", maxAliased))
	}
	return !y.spent
}

func (y *yamlReader) fillAlias(n *node, from *yaml.Node, depth int) {
	target := from.Alias
	if y.open[target] {
		y.markBroken(n, fmt.Sprintf("the alias *%s contains itself", cut(from.Value, 60)))
		return
	}
	y.open[target] = true
	y.fill(n, target, depth)
	delete(y.open, target)
}

func (y *yamlReader) fillObject(n *node, from *yaml.Node, depth int) {
	if !y.mayOpen(n, from, depth, "!!map") {
		return
	}
	n.kind = object
	for i := 0; i+1 < len(from.Content) && !y.spent; i += 2 {
		at := placeOfYAML(from.Content[i])
		key, wrong := keyOf(from.Content[i])
		if wrong != "" {
			n.broken = true
			y.add(at, n.path(), wrong)
			continue
		}
		if (len(y.open) > 0 || from.Content[i].Kind == yaml.AliasNode) && !y.spend(n, key) {
			return
		}
		y.fill(n.addField(key, at, y.report), from.Content[i+1], depth)
	}
}

func (y *yamlReader) fillList(n *node, from *yaml.Node, depth int) {
	if !y.mayOpen(n, from, depth, "!!seq") {
		return
	}
	n.kind = list
	for _, item := range from.Content {
		if y.spent {
			return
		}
		y.fill(n.addItem(placeOfYAML(item)), item, depth)
	}
}

// mayOpen refuses a list or an object that is nested too deep or has a tag that is not its own.
func (y *yamlReader) mayOpen(n *node, from *yaml.Node, depth int, tag string) bool {
	switch {
	case depth > maxDepth:
		y.markBroken(n, fmt.Sprintf("nested deeper than %d levels", maxDepth))
	case from.Style&yaml.TaggedStyle != 0 && from.Tag != tag:
		y.markBroken(n, wrongTag(from.Tag))
	default:
		return true
	}
	return false
}

func (y *yamlReader) fillScalar(n *node, from *yaml.Node) {
	v, wrong := scalarOf(from)
	if wrong != "" {
		y.markBroken(n, wrong)
		return
	}
	n.value = v
}

// keyOf is the key that a node stands for, or what is wrong with it.
func keyOf(n *yaml.Node) (key, wrong string) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch {
	case n.Kind != yaml.ScalarNode:
		return "", "a key is a list or an object; want a text"
	case isPlain(n) && n.Value == "<<":
		return "", "merge keys (<<) are not allowed; write the fields out, or use an alias for a whole value"
	case isPlain(n) && n.Value == "":
		return "", "a key is missing"
	case n.Style&yaml.TaggedStyle != 0 && n.Tag != tagText:
		return "", wrongTag(n.Tag)
	}
	return n.Value, ""
}

func wrongTag(tag string) string {
	return fmt.Sprintf("the tag %s is not allowed here; leave it out", cut(tag, 60))
}

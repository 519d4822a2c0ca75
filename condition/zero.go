package condition

import "github.com/dictrack/dictrack/field"

// zeroExpr is the expression of the zero Condition.
var zeroExpr = expr{
	root: zeroNode{},
	err:  &field.Error{Path: "op", Value: "", Want: "want an operator or a registered kind"},
}

// zeroNode is the tree of the zero Condition: it has no operator and is always false.
type zeroNode struct{}

func (zeroNode) op() Op { return "" }

func (zeroNode) pathCount() int { return 0 }

func (zeroNode) eval(*Input, []int32) bool { return false }

func (zeroNode) usesData() bool { return false }

func (zeroNode) fields() map[string]any { return map[string]any{"op": "", "key": ""} }

func (zeroNode) text() string { return "" }

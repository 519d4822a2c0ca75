package dotpath

import (
	"fmt"

	"github.com/dictrack/dictrack/value"
)

// Request is a path that a Plan reads.
type Request struct {
	Path Path
	// WithContent asks for the content of a list or an object found there. Without it, a scan of raw JSON answers a
	// value.Shallow of its kind.
	WithContent bool
}

// Plan reads many paths from one data, in slots numbered as the wants it was made from. It is immutable and safe for
// concurrent use.
type Plan struct {
	root   node
	slots  int
	interior  int // nodes without a slot
	copies []slotCopy
}

// slotCopy fills the slot of a path that is wanted more than once.
type slotCopy struct{ from, to int }

// noSlot marks a node that only leads to others.
const noSlot = -1

// NewPlan is the plan for wants. Wanting a path more than once is fine; its content is read if any of them is Deep.
func NewPlan(requests []Request) *Plan {
	p := &Plan{root: node{slot: noSlot}, slots: len(requests)}
	b := builder{plan: p, nodes: map[childKey]*node{}}
	for slot, request := range requests {
		if len(request.Path.segments) > 0 {
			b.add(request, slot)
		}
	}
	p.root.prepare(&p.interior)
	return p
}

// builder grows a plan's tree.
type builder struct {
	plan  *Plan
	nodes map[childKey]*node
}

// childKey is the way from a node to its child.
type childKey struct {
	parent *node
	key    string
}

func (b *builder) add(request Request, slot int) {
	n, path := &b.plan.root, ""
	for i, segment := range request.Path.segments {
		if i > 0 {
			path += "."
		}
		path += escape(segment.key)
		n = b.child(n, segment, path)
	}
	n.withContent = n.withContent || request.WithContent
	if n.slot == noSlot {
		n.slot = slot
		return
	}
	b.plan.copies = append(b.plan.copies, slotCopy{from: n.slot, to: slot})
}

func (b *builder) child(parent *node, s segment, path string) *node {
	key := childKey{parent: parent, key: s.key}
	if c, ok := b.nodes[key]; ok {
		return c
	}
	c := &node{segment: s, path: path, slot: noSlot}
	b.nodes[key] = c
	parent.children = append(parent.children, c)
	return c
}

// Slots is how many values the plan reads: the number of wants.
func (p *Plan) Slots() int { return p.slots }

// Lookup fills into with the values found in data, each as Path.Lookup finds it. A Go value without a JSON form, at a
// path or on the way to one, is a *LookupError; into is then undefined. It needs len(into) >= Slots().
func (p *Plan) Lookup(data map[string]any, dst []value.Value) error {
	dst = dst[:p.slots]
	clear(dst)
	for _, n := range p.root.children {
		if v, ok := data[n.segment.key]; ok {
			if err := n.lookup(v, dst); err != nil {
				return err
			}
		}
	}
	p.copySlots(dst)
	return nil
}

// LookupError says that the Go value at a path has no JSON form.
type LookupError struct {
	Path  string
	Value any
}

func (e *LookupError) Error() string {
	return fmt.Sprintf("data at path %q: %T has no JSON form", e.Path, e.Value)
}

func (p *Plan) copySlots(dst []value.Value) {
	for _, c := range p.copies {
		dst[c.to] = dst[c.from]
	}
}

func (n *node) lookup(v any, dst []value.Value) error {
	if n.slot != noSlot {
		found := value.Of(v)
		if found.Kind() == value.Unsupported {
			return &LookupError{Path: n.path, Value: v}
		}
		dst[n.slot] = found
	}
	if len(n.children) == 0 {
		return nil
	}
	v = value.Plain(v) // once for all children
	if found := value.Of(v); found.Kind() == value.Unsupported {
		return &LookupError{Path: n.path, Value: v}
	}
	for _, child := range n.children {
		if next, ok := child.segment.lookup(v); ok {
			if err := child.lookup(next, dst); err != nil {
				return err
			}
		}
	}
	return nil
}

package dotpath

import (
	"fmt"

	"github.com/dictrack/dictrack/value"
)

// Request is a path that a Plan reads.
type Request struct {
	Path Path
	// WithContent requests the content of a list or an object found there. Without it, a scan of raw JSON finds a
	// value.Shallow of its kind.
	WithContent bool
}

// Plan reads many paths from a message's data at once. Each request has a slot for its value, numbered in the order of
// the requests. A Plan is immutable and safe for concurrent use.
type Plan struct {
	root     node
	slots    int
	interior int // number of interior nodes
	copies   []slotCopy
}

// slotCopy copies the value of a path that is requested more than once to another slot.
type slotCopy struct{ from, to int }

// noSlot is the slot of an interior node, which no request ends at.
const noSlot = -1

// NewPlan returns the plan that reads requests. A path may be requested more than once; its content is read if any of
// the requests has WithContent.
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

// builder builds a plan's tree.
type builder struct {
	plan  *Plan
	nodes map[childKey]*node
}

// childKey identifies a child by its parent and its key.
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

// Slots returns how many values the plan reads: the number of requests.
func (p *Plan) Slots() int { return p.slots }

// Lookup sets dst to the values in data by slot, each as Path.Lookup finds it. A Go value without a JSON form, at a path
// or at a prefix of one, is a *LookupError; the content of dst is then undefined. It requires len(dst) >= Slots().
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

// LookupError reports a Go value at a path that has no JSON form.
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

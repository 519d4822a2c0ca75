package group

import "github.com/dictrack/dictrack/tracker"

// definitionList is the definitions of a group, in order: first those that it may share with other groups, then its
// own. An element never changes: definitions are appended, and to replace one a new list is made.
type definitionList struct {
	base, own []*tracker.Definition
}

func (l *definitionList) len() int { return len(l.base) + len(l.own) }

func (l *definitionList) at(index int) *tracker.Definition {
	if index < len(l.base) {
		return l.base[index]
	}
	return l.own[index-len(l.base)]
}

// all returns a new slice of all definitions.
func (l *definitionList) all() []*tracker.Definition {
	return append(append(make([]*tracker.Definition, 0, l.len()), l.base...), l.own...)
}

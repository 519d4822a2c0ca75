package tracker

import (
	"strings"

	"github.com/dictrack/dictrack/field"
)

// Policy says what a reset resets: a set of flags.
type Policy uint8

// The flags, and their usual combinations. ResetStage is for a reset by hand only.
const (
	ResetProgress Policy = 1 << iota // progress back to 0
	ResetLimiter                     // every limiter starts again
	ResetStage                       // back to stage 1, cycle 1
	ResetNone     Policy = 0
	ResetAll             = ResetProgress | ResetLimiter
)

// Has tells whether all flags of f are set.
func (p Policy) Has(f Policy) bool { return p&f == f }

// Valid tells whether p has known flags only.
func (p Policy) Valid() bool { return p <= ResetAll|ResetStage }

// names returns the flags as written in definition files.
func (p Policy) names() []string {
	var names []string
	switch {
	case p.Has(ResetAll):
		names = append(names, "all")
	case p.Has(ResetProgress):
		names = append(names, "progress")
	case p.Has(ResetLimiter):
		names = append(names, "limiter")
	}
	if p.Has(ResetStage) {
		names = append(names, "stage")
	}
	if names == nil {
		names = []string{"none"}
	}
	return names
}

// String joins the names of the flags with a comma: "none", "all,stage".
func (p Policy) String() string { return strings.Join(p.names(), ",") }

// Fields returns the JSON form, in Go form: a name, or a list of names.
func (p Policy) Fields() any {
	names := p.names()
	if len(names) == 1 {
		return names[0]
	}
	list := make([]any, len(names))
	for i, name := range names {
		list[i] = name
	}
	return list
}

// ParsePolicy reads none, progress, limiter, all or stage, or a list of them, in Go form.
func ParsePolicy(v any) (Policy, error) {
	if list, ok := v.([]any); ok {
		var p Policy
		for _, item := range list {
			if _, nested := item.([]any); nested { // perhaps in itself
				return 0, policyError(v)
			}
			flag, err := ParsePolicy(item)
			if err != nil {
				return 0, policyError(v)
			}
			p |= flag
		}
		return p, nil
	}
	name, _ := v.(string)
	switch name {
	case "none":
		return ResetNone, nil
	case "progress":
		return ResetProgress, nil
	case "limiter":
		return ResetLimiter, nil
	case "all":
		return ResetAll, nil
	case "stage":
		return ResetStage, nil
	}
	return 0, policyError(v)
}

func policyError(v any) error {
	return &field.Error{Value: field.OrNull(v), Want: "want none, progress, limiter, all or stage, or a list of them"}
}

// checkOwn refuses what a tracker's own policy cannot be.
func (p Policy) checkOwn() error {
	const want = "want none, progress, limiter or all; stage is for a reset by hand"
	switch {
	case !p.Valid():
		return &field.Error{Path: "reset", Value: uint8(p), Want: want}
	case p.Has(ResetStage):
		return &field.Error{Path: "reset", Value: p.String(), Want: want}
	}
	return nil
}

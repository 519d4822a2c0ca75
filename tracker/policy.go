package tracker

import (
	"strings"

	"github.com/dictrack/dictrack/field"
)

// Policy says what a reset resets: a set of flags, or ResetNone. The zero Policy is ResetDefault.
type Policy uint8

// The flags, and their usual combinations.
const (
	// ResetProgress sets the progress back to 0.
	ResetProgress Policy = 1 << iota
	// ResetLimiter starts every limiter again.
	ResetLimiter
	// ResetStage goes back to stage 1 of cycle 1. It is for a reset by hand only.
	ResetStage
	// ResetNone resets nothing. It is no flag, and stands alone.
	ResetNone

	// ResetDefault is ResetLimiter in a definition, and the tracker's own policy in a reset by hand.
	ResetDefault Policy = 0
	// ResetAll resets progress and limiters.
	ResetAll = ResetProgress | ResetLimiter
)

// Has reports whether all flags of f are set.
func (p Policy) Has(f Policy) bool { return p&f == f }

// Valid reports whether p is ResetDefault, ResetNone or has known flags only.
func (p Policy) Valid() bool { return p <= ResetAll|ResetStage || p == ResetNone }

// or is p, or other when p is the default.
func (p Policy) or(other Policy) Policy {
	if p == ResetDefault {
		return other
	}
	return p
}

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
	switch p {
	case ResetNone:
		names = []string{"none"}
	case ResetDefault:
		names = []string{"default"}
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
		if flags := p &^ ResetNone; flags != 0 {
			return flags, nil
		}
		return ResetNone, nil
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

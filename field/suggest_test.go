package field_test

import (
	"testing"

	"github.com/dictrack/dictrack/field"
)

func TestKnownSuggestsTheClosestName(t *testing.T) {
	names := []string{"name", "targets", "where", "in", "not_in"}
	const list = "name, targets, where, in, not_in"
	for found, want := range map[string]string{
		"target":  `; did you mean "targets"?`,
		"TARGETS": `; did you mean "targets"?`,
		"wehre":   `; did you mean "where"?`,
		"notin":   `; did you mean "not_in"?`,
		"nme":     `; did you mean "name"?`,
		"is":      "",
		"":        "",
		"tragest": `; did you mean "targets"?`,
		"origin":  "",
		"\xff":    "",
	} {
		if got := field.Known(found, names); got != list+want {
			t.Errorf("%q: %s, want %s%s", found, got, list, want)
		}
	}
	if got := field.Known("x", nil); got != "" {
		t.Errorf("no names: %q", got)
	}
}

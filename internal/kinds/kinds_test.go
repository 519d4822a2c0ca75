package kinds_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/internal/kinds"
)

type shape interface{ Sides() int }

type polygon int

func (p polygon) Sides() int { return int(p) }

func TestRegistry(t *testing.T) {
	var r kinds.Registry[shape]
	builtin := []string{"square"}
	factories := map[string]kinds.Factory[shape]{
		"polygon": func(args any) (shape, error) { return polygon(args.(int)), nil }, // panics for other arguments
		"none":    func(any) (shape, error) { return nil, nil },
		"picky":   func(any) (shape, error) { return nil, errors.New("want sides") },
	}
	for kind, f := range factories {
		if err := r.Register("shape", kind, builtin, f); err != nil {
			t.Fatal(err)
		}
	}
	for _, kind := range []string{"", "square", "polygon"} {
		if err := r.Register("shape", kind, builtin, factories["polygon"]); err == nil {
			t.Errorf("%q was registered", kind)
		}
	}
	if err := r.Register("shape", "new", builtin, nil); err == nil {
		t.Error("a nil factory was registered")
	}
	if s, err := r.Make("polygon", 5); err != nil || s.Sides() != 5 {
		t.Errorf("polygon: %v, %v", s, err)
	}
	for kind, want := range map[string]string{"polygon": "panicked", "none": "nil", "picky": "want sides"} {
		if _, err := r.Make(kind, "x"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", kind, err, want)
		}
	}
	if names := r.Names(builtin); !slices.Equal(names, []string{"square", "none", "picky", "polygon"}) {
		t.Errorf("names %v", names)
	}
}

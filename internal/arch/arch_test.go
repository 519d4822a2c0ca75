package arch_test

import (
	"os"
	"slices"
	"testing"

	"github.com/dictrack/dictrack/internal/arch"
)

// module is the root of the module, as seen from this package.
const module = "../.."

// TestModule holds the module to its import rule.
func TestModule(t *testing.T) {
	breaches, err := arch.Check(os.DirFS(module), arch.Table())
	if err != nil {
		t.Fatalf("read the module: %v", err)
	}
	for _, breach := range breaches {
		t.Error(breach)
	}
}

// TestModuleIsRead guards TestModule against passing because it looked at
// nothing.
func TestModuleIsRead(t *testing.T) {
	files, err := arch.Read(os.DirFS(module))
	if err != nil {
		t.Fatalf("read the module: %v", err)
	}
	isThis := func(f arch.File) bool { return f.Name == "internal/arch/read.go" && len(f.Imports) > 0 }
	if !slices.ContainsFunc(files, isThis) {
		t.Errorf("internal/arch/read.go and its imports are not among the %d files read", len(files))
	}
}

// TestTableNamesEachPackageOnce keeps the table readable: a second rule for a
// package would have no effect.
func TestTableNamesEachPackageOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, rule := range arch.Table() {
		for _, name := range rule.For {
			if seen[name] {
				t.Errorf("two rules name %q", name)
			}
			seen[name] = true
		}
		if rule.Ring == "" || rule.Why == "" {
			t.Errorf("rule for %v: Ring and Why must be said", rule.For)
		}
	}
}

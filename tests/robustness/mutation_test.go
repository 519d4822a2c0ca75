package robustness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// moduleRoot is where the module is, seen from this package.
const moduleRoot = "../.."

// mutation is a bug put into the engine: in file, each old, which stands there once, becomes new.
type mutation struct {
	name, file string
	edits      []edit
	// catches names the package whose tests must fail, and run those of its tests that are run; all when empty.
	catches, run string
}

type edit struct{ old, new string }

// TestMutations puts bugs into the engine that are known to be bad. The tests must see every one of them, or they
// would not see such a mistake of ours either.
func TestMutations(t *testing.T) {
	all := mutations
	if !fullRun() {
		all = mutations[:2]
	}
	for _, m := range all {
		t.Run(strings.ReplaceAll(m.name, " ", "-"), func(t *testing.T) {
			overlay, err := m.overlay(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			out, err := m.test(overlay)
			switch {
			case err == nil:
				t.Errorf("%s: the tests of %s do not notice", m.name, m.catches)
			case !bytes.Contains(out, []byte("--- FAIL")) && !bytes.Contains(out, []byte("panic: ")):
				t.Errorf("%s: the tests did not run: %v\n%s", m.name, err, out)
			}
		})
	}
}

// TestMutationsApply makes sure that every bug still has its place in the code.
func TestMutationsApply(t *testing.T) {
	for _, m := range mutations {
		if _, err := m.overlay(t.TempDir()); err != nil {
			t.Error(err)
		}
	}
}

// overlay writes the changed file, and what tells the go command to take it for the original.
func (m *mutation) overlay(dir string) (path string, err error) {
	original, err := filepath.Abs(filepath.Join(moduleRoot, m.file))
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(original) // #nosec G304 -- a file of this module
	if err != nil {
		return "", fmt.Errorf("%s: %w: the code was moved; name in mutations_test.go the file where it is now", m.name, err)
	}
	source := string(text)
	for _, e := range m.edits {
		if n := strings.Count(source, e.old); n != 1 {
			return "", fmt.Errorf("%s: %q occurs %d times in %s, want once: the code was changed; quote in mutations_test.go the line that does the same now", m.name, e.old, n, m.file)
		}
		source = strings.Replace(source, e.old, e.new, 1)
	}
	changed := filepath.Join(dir, "changed.go")
	if err := os.WriteFile(changed, []byte(source), 0o600); err != nil {
		return "", err
	}
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{original: changed}})
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, replace, 0o600)
}

// test runs the tests that must fail.
func (m *mutation) test(overlay string) (output []byte, err error) {
	args := []string{"test", "-count=1", "-failfast", "-vet=off", "-timeout=90s", "-overlay", overlay}
	if m.run != "" {
		args = append(args, "-run", m.run)
	}
	c := exec.Command("go", append(args, m.catches)...) // #nosec G204 -- from the list of mutations
	c.Dir = moduleRoot
	c.Env = append(os.Environ(), "DICTRACK_PROVE=", "DICTRACK_SOAK=", "DICTRACK_KILLS=20", "DICTRACK_SEEDS=400")
	return c.CombinedOutput()
}

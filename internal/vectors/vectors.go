// Package vectors runs the contract's cases, testdata/*.jsonl, on anything that can play them. The cases
// are the truth: when one fails, the code is wrong. internal/vectors/README.md describes their form.
package vectors

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"os"
	"path/filepath"

	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/tracker"
)

//go:embed testdata
var testdata embed.FS

// Dir is the environment variable that names a directory to read instead of the embedded cases.
const Dir = "DICTRACK_VECTORS"

// Case is one line of a file, in Go form.
type Case map[string]any

// ID is the case's name in failures.
func (c Case) ID() string { return fmt.Sprint(c["id"]) }

// Invalid tells whether the definition or condition must be refused.
func (c Case) Invalid() bool { return c["invalid"] == true }

// Load reads the cases of "conditions", "trackers" or "groups".
func Load(name string) ([]Case, error) {
	text, err := read(name + ".jsonl")
	if err != nil {
		return nil, fmt.Errorf("load vectors: %w", err)
	}
	var cases []Case
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for lines.Scan() {
		v, err := rawjson.Decode(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("load vectors %s, line %d: %w", name, len(cases)+1, err)
		}
		c := v.(map[string]any)
		translate(c)
		cases = append(cases, c)
	}
	return cases, lines.Err()
}

func read(file string) ([]byte, error) {
	if dir := os.Getenv(Dir); dir != "" {
		return os.ReadFile(filepath.Join(dir, file)) // #nosec G304 G703 -- the tester names the directory
	}
	return testdata.ReadFile("testdata/" + file)
}

// Player is what plays tracker and group cases: one group, driven step by step.
type Player interface {
	// Add adds trackers, in their JSON form, at now (Unix seconds); an error refuses them.
	Add(definitions []any, now int64) error
	// Do plays one step at now.
	Do(step map[string]any, now int64) (Answer, error)
	// Look describes all trackers, in order.
	Look() ([]tracker.Snapshot, error)
}

// NewPlayer makes a player for a case, and what is to be done when that is over.
type NewPlayer func(id string) (p Player, done func(), err error)

// Answer is what a step did.
type Answer struct {
	Outcome string
	Events  []tracker.Event
}

// Score counts the cases of one file.
type Score struct {
	Passed   int
	Failures []string // "id: what went wrong"
}

// note takes one case into the score.
func (s *Score) note(c Case, err error) {
	if err == nil {
		s.Passed++
		return
	}
	s.Failures = append(s.Failures, fmt.Sprintf("%s (%v): %v", c.ID(), c["case"], err))
}

// String is the line that a test prints.
func (s *Score) String() string {
	return fmt.Sprintf("%d passed, %d failed", s.Passed, len(s.Failures))
}

// translate takes two traces of Python out of recorded cases: True where a count limit stands for 1,
// and the name of a Python class beside an operator that says the same.
func translate(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			translate(item)
		}
	case map[string]any:
		if _, isCondition := v["op"]; isCondition {
			delete(v, "class")
			return
		}
		if v["limit"] == true {
			v["limit"] = int64(1)
		}
		if left, ok := v["count_left"].([]any); ok && left[0] == true {
			left[0] = int64(1)
		}
		for _, key := range []string{"definition", "where", "steps", "expect"} {
			translate(v[key])
		}
	}
}

package trackerfile_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/trackerfile"
)

// compile returns the JSON Schema of definition files, which must be one of draft 2020-12.
func compile(t *testing.T, r *tracker.Registry) *jsonschema.Schema {
	t.Helper()
	text, err := trackerfile.Schema(r)
	if err != nil {
		t.Fatal(err)
	}
	form, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("file.json", form); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("file.json")
}

// validate returns what the schema says about a file, read as an editor reads it.
func validate(t *testing.T, s *jsonschema.Schema, text []byte) error {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	form, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(form)
}

// Every definition file of this repository that Parse accepts satisfies the schema.
func TestSchemaAllowsWhatParseAccepts(t *testing.T) {
	s := compile(t, nil)
	files := definitionFiles(t)
	accepted := 0
	for name, text := range files {
		if _, err := trackerfile.Parse(name, text, nil); err != nil {
			continue
		}
		accepted++
		if err := validate(t, s, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if accepted < 20 {
		t.Errorf("only %d files of %d were accepted", accepted, len(files))
	}
}

// definitionFiles returns the texts of all YAML and JSON files, those in archives too.
func definitionFiles(t *testing.T) map[string][]byte {
	files := map[string][]byte{}
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !isDefinitionFile(name) && filepath.Ext(name) != ".txtar" {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil || filepath.Ext(name) != ".txtar" {
			files[name] = text
			return err
		}
		for _, f := range txtar.Parse(text).Files {
			if isDefinitionFile(f.Name) {
				files[name+":"+f.Name] = f.Data
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func isDefinitionFile(name string) bool {
	switch filepath.Ext(name) {
	case ".yaml", ".yml", ".json":
		return !strings.Contains(name, ".git/")
	}
	return false
}

func TestSchemaRefusesWhatParseRefuses(t *testing.T) {
	s := compile(t, nil)
	for name, text := range map[string]string{
		"no tracker list":            `{name: a, kind: count, targets: [1]}`,
		"unknown field at the top":   `{trackers: [], version: 1}`,
		"unknown field":              `[{name: a, kind: count, targets: [1], loops: true}]`,
		"missing name":               `[{kind: count, targets: [1]}]`,
		"empty name":                 `[{name: "", kind: count, targets: [1]}]`,
		"unknown kind":               `[{name: a, kind: cuont, targets: [1]}]`,
		"no targets":                 `[{name: a, kind: count, targets: []}]`,
		"text as a target":           `[{name: a, kind: count, targets: [far]}]`,
		"target of 0 in a loop":      `[{name: a, kind: count, targets: [0], loop: true}]`,
		"sum without a key":          `[{name: a, kind: sum, targets: [1]}]`,
		"count with a key":           `[{name: a, kind: count, key: x, targets: [1]}]`,
		"count with args":            `[{name: a, kind: count, args: 1, targets: [1]}]`,
		"reset of a stage":           `[{name: a, kind: count, targets: [1], reset: [all, stage]}]`,
		"duration without a unit":    `[{name: a, kind: count, targets: [1], expire: "90"}]`,
		"two expiries":               `[{name: a, kind: count, targets: [1], expire: 1h, expire_at: 5}]`,
		"date as an expiry":          `[{name: a, kind: count, targets: [1], expire_at: "2026-01-31"}]`,
		"unknown operator":           `[{name: a, kind: count, targets: [1], where: [{op: equals, key: x, value: 1}]}]`,
		"operand of exists":          `[{name: a, kind: count, targets: [1], where: [{op: exists, key: x, value: 1}]}]`,
		"bool to be less than":       `[{name: a, kind: count, targets: [1], where: [{op: lt, key: x, value: true}]}]`,
		"no operand":                 `[{name: a, kind: count, targets: [1], where: [{op: eq, key: x}]}]`,
		"case of numbers":            `[{name: a, kind: count, targets: [1], where: [{op: eq, key: x, value: 1, case_sensitive: false}]}]`,
		"limit of 0":                 `[{name: a, kind: count, targets: [1], limiters: [{kind: count, limit: 0}]}]`,
		"limit of a window":          `[{name: a, kind: count, targets: [1], limiters: [{kind: time, duration: 1h, limit: 1}]}]`,
		"window without an end":      `[{name: a, kind: count, targets: [1], limiters: [{kind: time, start: 5}]}]`,
		"window with two ends":       `[{name: a, kind: count, targets: [1], limiters: [{kind: time, end: 5, duration: 1h}]}]`,
		"condition that is a text":   `[{name: a, kind: count, targets: [1], where: [x]}]`,
		"limiter of an unknown kind": `[{name: a, kind: count, targets: [1], limiters: [{kind: rate}]}]`,
	} {
		text = "---\n" + text // without it Parse reads strict JSON
		if _, err := trackerfile.Parse("", []byte(text), nil); err == nil || strings.Contains(err.Error(), "invalid") {
			t.Errorf("%s: Parse says %v", name, err)
		}
		if err := validate(t, s, []byte(text)); err == nil {
			t.Errorf("%s: the schema allows it", name)
		}
	}
}

func TestSchemaHasRegisteredKinds(t *testing.T) {
	r := &tracker.Registry{}
	never := func(any) (condition.Predicate, error) {
		return condition.PredicateFunc(func(map[string]any) bool { return false }), nil
	}
	if err := r.Conditions.Register("weekend", never); err != nil {
		t.Fatal(err)
	}
	if err := r.Limiters.Register("none", func(any) (limiter.Rule, error) { return limiter.BaseRule{}, nil }); err != nil {
		t.Fatal(err)
	}
	text := []byte("---\n" + `[{name: a, kind: count, targets: [1], where: [{op: weekend, args: [6, 7]}], limiters: [{kind: none}]}]`)
	if _, err := trackerfile.Parse("", text, r); err != nil {
		t.Fatal(err)
	}
	if err := validate(t, compile(t, r), text); err != nil {
		t.Error(err)
	}
	if err := validate(t, compile(t, nil), text); err == nil {
		t.Error("the schema without a registry allows registered kinds")
	}
}

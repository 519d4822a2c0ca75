package script

import (
	"regexp"
	"strings"
	"testing"
)

// redisNames are words in capital letters that are no constants: those of Lua in Redis, and commands in quotes.
var quoted = regexp.MustCompile(`'[^']*'`)

// Every name of a script is in the table, and every name of the table is used.
func TestConstantsAreUsed(t *testing.T) {
	used := map[string]bool{"KEYS": true, "ARGV": true}
	entries, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		source, err := files.ReadFile(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		text := quoted.ReplaceAllString(comments.ReplaceAllString(string(source), ""), "")
		for _, name := range names.FindAllString(text, -1) {
			if used[name] = true; Constants[name] == "" && name != "KEYS" && name != "ARGV" {
				t.Errorf("%s: %s is not in Constants", entry.Name(), name)
			}
		}
	}
	for name := range Constants {
		if !used[name] {
			t.Errorf("no script uses %s", name)
		}
	}
}

// No constant is left in the text that servers get.
func TestConstantsAreReplaced(t *testing.T) {
	for _, s := range append(Loaded, NewEpoch) {
		for name := range Constants {
			if regexp.MustCompile(`\b` + name + `\b`).MatchString(s.Text) {
				t.Errorf("%s is left in %s", name, strings.TrimSpace(s.Text)[:40])
			}
		}
	}
}

// The commit script takes apart what Go packs: the arithmetic of read_sizes.
func TestSizes(t *testing.T) {
	want := Sizes{Keys: keySizes - 1, IDs: idSizes - 1, Fields: fieldSizes - 1, Args: 1<<21 - 1}
	if got := string(want.Append(nil)); got != "9007199254740991" {
		t.Errorf("the largest sizes are %s, want the largest integer that Lua has", got)
	}
	if got := string(Sizes{Keys: 2, Fields: 4, Args: 6}.Append(nil)); got != "25786580994" {
		t.Errorf("packed %s", got)
	}
}

package arch_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dictrack/dictrack/internal/arch"
)

// TestBannedWords keeps private words that were replaced from coming back. exceptions.txt says where they are still in
// use.
func TestBannedWords(t *testing.T) {
	findings, err := arch.Words(os.DirFS(module), arch.BannedWords())
	if err != nil {
		t.Fatal(err)
	}
	counts := arch.ByFolder(findings)
	inUse := map[string]int{}
	for key := range counts {
		inUse[key] = 1
	}
	allowed := baseline(t, "exceptions.txt", inUse)
	for _, f := range findings {
		key := arch.Folder(f)
		if allowed[key] == 0 {
			t.Error(f)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(allowed)) {
		if counts[key] == 0 {
			t.Errorf("exceptions.txt allows %q, which is not in use; %s", key, toLower)
		}
	}
	if t.Failed() {
		t.Log("banned.txt lists the words; if a word means something else here, add the identifier or phrase to its line; " +
			"if a folder was moved, move its lines in exceptions.txt")
	}
}

// made are the words of the tests below: real ones would be found.
var made = []arch.Banned{
	{Kind: arch.Word, Word: "blorp", Replacement: "batch", Allowed: []string{"BlorpScale", "old blorp"}},
	{Kind: arch.Part, Word: "zap", Replacement: "index"},
	{Kind: arch.Exact, Word: "Quux", Replacement: "Option"},
	{Kind: arch.Phrase, Word: "a glim", Replacement: "a message", Allowed: []string{"glim race"}},
}

func TestWordsFound(t *testing.T) {
	tests := []struct {
		name, file, text string
		want             []string // line and text
	}{
		{"identifier", "a.go", "package a\nvar blorp, theBlorpSize, HTTPBlorp, blorp_2 int", []string{"2 blorp", "2 theBlorpSize", "2 HTTPBlorp", "2 blorp_2"}},
		{"longer word", "a.go", "package a\nvar blorps, zapper, Quuxes int // blorping", nil},
		{"allowed identifier", "a.go", "package a\nvar BlorpScale int // BlorpScale is allowed", nil},
		{"comment", "a.go", "package a\n// x\n// A blorp, the sendBlorp.", []string{"3 blorp", "3 sendBlorp"}},
		{"comment of several lines", "a.go", "package a\n/* x\nblorp */", []string{"3 blorp"}},
		{"string", "a.go", "package a\nvar s = `one\nBLORP`", []string{"3 BLORP"}},
		{"allowed phrase", "a.go", "package a\n// the old\n// blorp stays", nil},
		{"allowed phrase in camel case", "a.go", "package a\nvar theOldBlorp, newBlorp int", []string{"2 newBlorp"}},
		{"part in code", "a.go", "package a\nvar reZap int", []string{"2 reZap"}},
		{"part in prose", "a.md", "zap it", nil},
		{"exact in code", "a.go", "package a\nvar Quux, quux, aQuux int", []string{"2 Quux"}},
		{"phrase in code", "a.go", "package a\nvar a, glim int", nil},
		{"phrase in prose", "a.md", "# x\n\nNow a\nglim comes.", []string{"3 a glim"}},
		{"phrase and apostrophe", "a.md", "a glim's end", nil},
		{"phrase that means something else", "a.md", "a glim race", nil},
		{"Lua", "s.lua", "-- x\nlocal blorp = 1", []string{"2 blorp"}},
		{"SQL", "s.sql", "select blorp", []string{"1 blorp"}},
		{"name of a file", "x/blorp_test.go", "package a", []string{"1 x/blorp_test.go"}},
		{"name of a folder", "blorp/a.go", "package a", []string{"1 blorp/a.go"}},
		{"other files", "a.txt", "blorp", nil},
		{"test data", "testdata/a.md", "blorp", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			findings, err := arch.Words(fstest.MapFS{tt.file: {Data: []byte(tt.text)}}, made)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range findings {
				got = append(got, fmt.Sprint(f.Line, " ", f.Text))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestBannedList(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range arch.BannedWords() {
		if !slices.Contains([]arch.Kind{arch.Word, arch.Part, arch.Exact, arch.Phrase}, b.Kind) || b.Word == "" || b.Replacement == "" {
			t.Errorf("line of %q: want a kind, a word and a replacement, separated by tabs", b.Word)
		}
		if b.Kind != arch.Exact && b.Word != strings.ToLower(b.Word) {
			t.Errorf("%q: only exact identifiers may have capitals", b.Word)
		}
		if seen[b.Word] {
			t.Errorf("%q is listed twice", b.Word)
		}
		seen[b.Word] = true
	}
}

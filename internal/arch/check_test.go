package arch_test

import (
	"fmt"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dictrack/dictrack/internal/arch"
)

// own makes the import path of a package of this module.
func own(name string) string { return path.Join(arch.Module, name) }

// importing is a made-up file that imports the given packages.
func importing(paths ...string) string {
	source := "package made\n\n"
	for _, p := range paths {
		source += fmt.Sprintf("import _ %q\n", p)
	}
	return source
}

// check holds a made-up module of one file to the table.
func check(t *testing.T, name, source string) []string {
	t.Helper()
	breaches, err := arch.Check(fstest.MapFS{name: {Data: []byte(source)}}, arch.Table())
	if err != nil {
		t.Fatalf("check %s: %v", name, err)
	}
	return breaches
}

func TestForbiddenImports(t *testing.T) {
	tests := []struct{ what, file, imports, rule string }{
		{"core sideways", "condition/eq.go", own("limiter"), "ring 0"},
		{"core sideways, the other way", "limiter/count.go", own("condition"), "ring 0"},
		{"core sideways, early", "field/reader.go", own("dotpath"), "ring 0"},
		{"core outwards, one step", "decimal/parse.go", own("value"), "ring 0"},
		{"core outwards, some steps", "dotpath/path.go", own("tracker"), "ring 0"},
		{"core outwards, between internals", "internal/match/set.go", own("group"), "ring 0"},
		{"core to a port", "group/change.go", own("store"), "ring 0"},
		{"core to the root", "tracker/step.go", own("."), "ring 0"},
		{"core to a library", "decimal/big.go", "github.com/shopspring/decimal", "ring 0"},
		{"core to context", "tracker/step.go", "context", "ring 0"},
		{"core to the network", "value/url.go", "net", "ring 0"},
		{"core to the network, below", "value/url.go", "net/url", "ring 0"},
		{"core to the system", "dotpath/env.go", "os", "ring 0"},
		{"core to logs", "limiter/time.go", "log/slog", "ring 0"},
		{"core to locks", "condition/registry.go", "sync", "ring 0"},
		{"core to atomics", "tracker/state.go", "sync/atomic", "ring 0"},
		{"core to chance", "internal/rawjson/scan.go", "math/rand/v2", "ring 0"},
		{"core to chance, of the system", "internal/rawjson/scan.go", "crypto/rand", "ring 0"},
		{"core to databases", "group/load.go", "database/sql", "ring 0"},
		{"core to plugins", "condition/custom.go", "plugin", "ring 0"},
		{"core to system calls", "decimal/fast.go", "syscall", "ring 0"},

		{"port to port", "cache/cache.go", own("store"), "ring 1"},
		{"port to port, the other way", "store/store.go", own("cache"), "ring 1"},
		{"port to adapter", "store/open.go", own("store/memorystore"), "ring 1"},
		{"port to root", "cache/cache.go", own("."), "ring 1"},
		{"port to a library", "store/store.go", "go.mongodb.org/mongo-driver/v2/mongo", "ring 1"},

		{"adapter to adapter", "store/pebblestore/open.go", own("store/memorystore"), "ring 2"},
		{"adapter to adapter of the other port", "cache/memorycache/load.go", own("store/memorystore"), "ring 2"},
		{"adapter to the other port", "cache/memorycache/load.go", own("store"), "ring 2"},
		{"adapter to the other port, from a store", "store/memorystore/store.go", own("cache"), "ring 2"},
		{"adapter to root", "store/pebblestore/open.go", own("."), "ring 2"},
		{"adapter to another's library", "store/memorystore/store.go", "github.com/cockroachdb/pebble/v2", "ring 2"},
		{"library with a longer name", "store/pebblestore/open.go", "github.com/cockroachdb/pebble/v22", "ring 2"},

		{"suite to adapter", "store/storetest/run.go", own("store/memorystore"), "conformance suite"},
		{"suite to the other port", "cache/cachetest/run.go", own("store"), "conformance suite"},
		{"suite to suite", "cache/cachetest/run.go", own("store/storetest"), "only tests import"},
		{"adapter to its suite", "store/memorystore/store.go", own("store/storetest"), "only tests import"},
		{"program to suite", "cmd/dictrack/main.go", own("cache/cachetest"), "only tests import"},
		{"testing in the root", "manager.go", "testing", "only tests and conformance suites"},
		{"testing in a program", "bench/main.go", "testing/fstest", "only tests and conformance suites"},

		{"root to an adapter with a library", "options.go", own("store/pebblestore"), "library's face"},
		{"root to a library", "manager.go", "github.com/cockroachdb/pebble/v2", "library's face"},
		{"root to definition files", "manager.go", own("trackerfile"), "library's face"},
		{"root to a program", "manager.go", own("cmd/dictrack"), "library's face"},
		{"definition files to the root", "trackerfile/read.go", own("."), "definition files"},
		{"definition files to another library", "trackerfile/read.go", "gopkg.in/yaml.v3", "definition files"},
		{"the rule to what it judges", "internal/arch/check.go", own("value"), "this rule"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			breaches := check(t, tt.file, importing(tt.imports))
			if len(breaches) != 1 {
				t.Fatalf("%s imports %s: got %d breaches, want 1: %q", tt.file, tt.imports, len(breaches), breaches)
			}
			for _, part := range []string{tt.file + ":3: ", fmt.Sprintf("imports %q", tt.imports), "rule: ", tt.rule, "why: "} {
				if !strings.Contains(breaches[0], part) {
					t.Errorf("breach does not say %q:\n%s", part, breaches[0])
				}
			}
		})
	}
}

func TestAllowedImports(t *testing.T) {
	tests := []struct {
		file    string
		imports []string
	}{
		{"value/value.go", []string{own("decimal"), "time", "strings", "encoding/json", "io"}},
		{"dotpath/path.go", []string{own("decimal"), own("value"), own("internal/rawjson")}},
		{"tracker/step.go", []string{own("condition"), own("limiter"), own("value"), "log2"}},
		{"internal/match/set.go", []string{own("tracker"), "slices"}},
		{"group/group.go", []string{own("internal/match"), own("tracker")}},
		{"cache/cache.go", []string{own("group"), "context"}},
		{"cache/cachetest/run.go", []string{own("cache"), own("tracker"), "testing", "testing/synctest"}},
		{"store/storetest/run.go", []string{own("store"), "testing"}},
		{"store/pgstore/open.go", []string{own("store"), own("group"), "github.com/jackc/pgx/v5", "github.com/jackc/pgx/v5/pgxpool"}},
		{"store/pebblestore/open.go", []string{own("store"), own("group"), "os", "github.com/cockroachdb/pebble/v2", "github.com/cockroachdb/pebble/v2/vfs"}},
		{"manager.go", []string{own("cache/memorycache"), own("store/memorystore"), own("group"), "log/slog", "sync"}},
		{"trackerfile/read.go", []string{own("tracker"), "go.yaml.in/yaml/v4"}},
		{"cmd/dictrack/main.go", []string{own("."), own("store/pebblestore"), "github.com/spf13/cobra"}},
		{"internal/testserver/postgres/postgres.go", []string{own("internal/testserver"), "github.com/jackc/pgx/v5"}},
		{"tests/robustness/crash/kill.go", []string{own("."), "os/exec"}},
	}
	for _, tt := range tests {
		if breaches := check(t, tt.file, importing(tt.imports...)); len(breaches) > 0 {
			t.Errorf("%s: unexpected breach: %q", tt.file, breaches)
		}
	}
}

func TestClock(t *testing.T) {
	tests := []struct {
		what, source string
		want         string // empty: allowed
	}{
		{"call", "import \"time\"\nvar now = time.Now()", "uses time.Now"},
		{"function taken as a value", "import \"time\"\nvar wait = time.Sleep", "uses time.Sleep"},
		{"other name", "import clock \"time\"\nvar age = clock.Since(clock.Time{})", "uses time.Since"},
		{"timer", "import \"time\"\nfunc f() { t := time.NewTimer(1); <-t.C }", "uses time.NewTimer"},
		{"ticker", "import \"time\"\nvar t = time.NewTicker(1)", "uses time.NewTicker"},
		{"channel", "import \"time\"\nfunc f() { <-time.After(1) }", "uses time.After"},
		{"no name", "import . \"time\"\nvar now = Now()", "package time without its name"},
		{"time as a value", "import \"time\"\nfunc f(t time.Time) time.Time { return t.Add(time.Second) }", ""},
		{"same name elsewhere", "import \"time\"\ntype a struct{ Now time.Time }\nfunc f(x a) time.Time { return x.Now }", ""},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			breaches := strings.Join(check(t, "limiter/time.go", "package limiter\n"+tt.source), "\n")
			if (tt.want == "") != (breaches == "") || !strings.Contains(breaches, tt.want) {
				t.Errorf("got %q, want %q", breaches, tt.want)
			}
		})
	}
	if breaches := check(t, "clock.go", "package dictrack\nimport \"time\"\nvar now = time.Now"); len(breaches) > 0 {
		t.Errorf("the clock outside the core: unexpected breach: %q", breaches)
	}
}

func TestUnknownPackage(t *testing.T) {
	for _, file := range []string{"helpers/strings.go", "internal/other/other.go", "store/pebblestore/codec/codec.go"} {
		breaches := check(t, file, importing("fmt"))
		if len(breaches) != 1 || !strings.Contains(breaches[0], "say in the table") {
			t.Errorf("%s: got %q, want a breach that asks for a rule", file, breaches)
		}
	}
}

func TestFilesRead(t *testing.T) {
	bad := importing("net/http")
	read := []string{"tracker/step.go", "tracker/step_windows.go", "tracker/tagged.go"}
	passedOver := []string{
		"tracker/step_test.go", "tracker/testdata/x.go", "tracker/_old/x.go", "tracker/.x.go", "vendor/a/x.go", "bench/others/x.go",
	}
	module := fstest.MapFS{"go.mod": {}, "bench/others/go.mod": {}, "tracker/notes.txt": {Data: []byte("no Go")}}
	for _, name := range append(read, passedOver...) {
		module[name] = &fstest.MapFile{Data: []byte("//go:build never\n\n" + bad)}
	}
	files, err := arch.Read(module)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		names = append(names, file.Name)
	}
	if got, want := strings.Join(names, " "), strings.Join(read, " "); got != want {
		t.Errorf("read %s, want %s", got, want)
	}
}

func TestFileThatIsNotGo(t *testing.T) {
	_, err := arch.Check(fstest.MapFS{"value/broken.go": {Data: []byte("no package here")}}, arch.Table())
	if err == nil || !strings.Contains(err.Error(), "value/broken.go") {
		t.Errorf("got error %v, want one that names value/broken.go", err)
	}
}

package arch_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"slices"
	"testing"

	"github.com/dictrack/dictrack/internal/arch"
)

var update = flag.Bool("update", false, "lower the entries of circles.txt and exceptions.txt to what is needed")

// baseline reads a table of exceptions and, with -update, lowers it to what is measured.
func baseline(t *testing.T, file string, measured map[string]int) arch.Baseline {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b, err := arch.ParseBaseline(string(text))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if !*update {
		return b
	}
	b = b.Shrink(measured)
	if err := os.WriteFile(file, []byte(b.Replace(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	return b
}

const toLower = "good: lower it with `go test ./internal/arch -update`"

// TestCircles holds the files of every package to forming no circle larger than arch.MaxCircle, except where
// circles.txt says so.
func TestCircles(t *testing.T) {
	packages, err := arch.Packages(module)
	if err != nil {
		t.Fatal(err)
	}
	largest := arch.LargestCircles(packages)
	allowed := baseline(t, "circles.txt", largest)
	for _, p := range packages {
		if n := largest[p.Name]; n > max(allowed[p.Name], arch.MaxCircle) {
			t.Errorf("package %s: %d files use each other in a circle, allowed are %d: %v\n\t"+
				"move declarations so that uses point one way, or split the package", p.Name, n, max(allowed[p.Name], arch.MaxCircle), p.Circles()[0])
		}
	}
	for name, n := range allowed {
		if n > largest[name] {
			t.Errorf("circles.txt allows package %s a circle of %d files, its largest has %d or less; %s", name, n, max(largest[name], arch.MaxCircle), toLower)
		}
	}
}

// checkFiles type-checks a made-up package, a file for each name.
func checkFiles(t *testing.T, sources map[string]string) *arch.Package {
	t.Helper()
	p := &arch.Package{
		Positions: token.NewFileSet(),
		Info:      &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}},
	}
	for name, source := range sources {
		file, err := parser.ParseFile(p.Positions, name, "package made\n"+source, 0)
		if err != nil {
			t.Fatal(err)
		}
		p.Files = append(p.Files, file)
	}
	var err error
	p.Types, err = new(types.Config).Check("made", p.Positions, p.Files, p.Info)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCirclesOfFiles(t *testing.T) {
	p := checkFiles(t, map[string]string{
		"a.go": "func A() { B() }",
		"b.go": "func B() { var c C; c.method() }",
		"c.go": "type C struct{ field int }; func (C) method() { A() }; const N = 1",
		"d.go": "func D() int { A(); return N }", // points into the circle only
		"e.go": "type E struct{ f int }; func (e E) use() { _ = F{}.e }",
		"f.go": "type F struct{ e int }; func use(e E) { _ = e.f; var N int; _ = N }",
	})
	got := p.Circles()
	want := [][]string{{"a.go", "b.go", "c.go"}, {"e.go", "f.go"}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFieldsFormNoCircle(t *testing.T) {
	p := checkFiles(t, map[string]string{
		"a.go": "type A struct{ n int }; func make() A { return A{} }",
		"b.go": "func b() int { a := make(); return a.n }",
	})
	if got := p.Circles(); len(got) > 0 {
		t.Errorf("got %v, want none", got)
	}
}

func TestBaselineOnlyShrinks(t *testing.T) {
	b, err := arch.ParseBaseline("# head\na\t7\nb c\t3\n\nd\t2\n")
	if err != nil {
		t.Fatal(err)
	}
	lower := b.Shrink(map[string]int{"a": 6, "b c": 4, "e": 1})
	if got, want := lower.Replace("# head\nx\t1\n"), "# head\na\t6\nb c\t3\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := arch.ParseBaseline("a 7\n"); err == nil {
		t.Error("a line without a tab is accepted")
	}
}

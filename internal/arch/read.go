package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A File is what the import rule needs to know about a Go file.
type File struct {
	// Name is the slash-separated path of the file in the module.
	Name string
	// Imports are the packages it imports.
	Imports []Use
	// Clock are its uses of package time that read the clock or wait for it.
	Clock []Use
}

// Package returns the path of the file's package in the module.
func (f File) Package() string { return path.Dir(f.Name) }

// A Use is the place where a file names a package or a function.
type Use struct {
	// Path is an import path, or a function written with its package.
	Path string
	// Line counts from 1.
	Line int
}

// clock lists what package time offers to read the clock or to wait for it.
var clock = []string{
	"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until",
}

// Read parses every Go file of the module rooted at fsys that is not a test,
// whatever its build constraints say, in the order of their names. Like the go
// command it passes over testdata, vendor, names that begin with "." or "_",
// and modules inside the module. The error is that of the file system or of
// the first file that is not Go.
func Read(fsys fs.FS) ([]File, error) {
	var files []File
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && passedOver(fsys, name):
			return fs.SkipDir
		case entry.IsDir() || !isSource(entry.Name()):
			return nil
		}
		file, err := parse(fsys, name)
		files = append(files, file)
		return err
	})
	return files, err
}

// passedOver tells whether the go command takes the directory for a part of
// the module.
func passedOver(fsys fs.FS, dir string) bool {
	base := path.Base(dir)
	if dir == "." {
		return false
	}
	_, err := fs.Stat(fsys, path.Join(dir, "go.mod"))
	return err == nil || base == "testdata" || base == "vendor" || hidden(base)
}

func isSource(base string) bool {
	return strings.HasSuffix(base, ".go") && !strings.HasSuffix(base, "_test.go") && !hidden(base)
}

func hidden(base string) bool { return base[0] == '.' || base[0] == '_' }

// parse reads one file.
func parse(fsys fs.FS, name string) (File, error) {
	file := File{Name: name}
	source, err := fs.ReadFile(fsys, name)
	if err != nil {
		return file, err
	}
	positions := token.NewFileSet()
	syntax, err := parser.ParseFile(positions, name, source, parser.SkipObjectResolution)
	if err != nil {
		return file, err
	}
	line := func(node ast.Node) int { return positions.Position(node.Pos()).Line }
	for _, spec := range syntax.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value) // the parser has checked the quotes
		file.Imports = append(file.Imports, Use{Path: imported, Line: line(spec)})
		if imported == "time" {
			file.Clock = append(file.Clock, clockUses(syntax, spec, line)...)
		}
	}
	return file, nil
}

// clockUses finds what the file takes of the clock through one import of
// package time, be it called or only named. An import with a dot counts as a
// use itself, since nothing in the file tells any more what comes from it.
func clockUses(syntax *ast.File, spec *ast.ImportSpec, line func(ast.Node) int) []Use {
	local := "time"
	if spec.Name != nil {
		local = spec.Name.Name
	}
	if local == "." {
		return []Use{{Path: "package time without its name", Line: line(spec)}}
	}
	var uses []Use
	for node := range ast.Preorder(syntax) {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok || !slices.Contains(clock, selector.Sel.Name) {
			continue
		}
		if from, ok := selector.X.(*ast.Ident); ok && from.Name == local {
			uses = append(uses, Use{Path: "time." + selector.Sel.Name, Line: line(selector)})
		}
	}
	return uses
}

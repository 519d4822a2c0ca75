package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A Package is one type-checked package of a module, without its tests.
type Package struct {
	// Name is the package's path in its module, "." for the root.
	Name string
	// Files are its parsed files, in the order of their names.
	Files []*ast.File
	// Types and Info are the results of type checking.
	Types *types.Package
	Info  *types.Info
	// Positions resolves the positions in Files.
	Positions *token.FileSet
}

// listed is what `go list -json` prints of a package.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	Module                  *struct {
		Path string
		Main bool
	}
}

// Packages type-checks every package of the module at dir, in the order of
// their names. It runs `go list -export`, which compiles what is not in
// the build cache, and reads the files that the go command chooses for this
// platform.
func Packages(dir string) ([]*Package, error) {
	all, err := list(dir)
	if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	for _, l := range all {
		exports[l.ImportPath] = l.Export
	}
	positions := token.NewFileSet()
	imports := importer.ForCompiler(positions, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	var packages []*Package
	for _, l := range all {
		if l.Module == nil || !l.Module.Main || len(l.GoFiles) == 0 {
			continue
		}
		p, err := typeCheck(l, positions, imports)
		if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
	slices.SortFunc(packages, func(a, b *Package) int { return strings.Compare(a.Name, b.Name) })
	return packages, nil
}

// list returns the packages of the module at dir and all that they import.
func list(dir string) ([]listed, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,Module", "./...")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%v in %s: %w\n%s", cmd.Args, dir, err, stderr.Bytes())
	}
	var all []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		switch err := decoder.Decode(&l); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		}
		all = append(all, l)
	}
}

// typeCheck parses and checks one package.
func typeCheck(l listed, positions *token.FileSet, imports types.Importer) (*Package, error) {
	name := strings.TrimPrefix(strings.TrimPrefix(l.ImportPath, l.Module.Path), "/")
	p := &Package{Name: name, Positions: positions}
	if name == "" {
		p.Name = "."
	}
	for _, base := range l.GoFiles {
		file, err := parser.ParseFile(positions, filepath.Join(l.Dir, base), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p.Files = append(p.Files, file)
	}
	p.Info = &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	var err error
	p.Types, err = (&types.Config{Importer: imports}).Check(l.ImportPath, positions, p.Files, p.Info)
	return p, err
}

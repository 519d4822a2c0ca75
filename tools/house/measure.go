package main

import (
	"go/ast"
	"os"
	"path"
	"strings"

	"github.com/dictrack/dictrack/internal/arch"
)

// support lists the folders whose packages do not reach users.
var support = []string{
	"bench", "cache/cachetest", "examples", "internal/arch", "internal/faultstore", "internal/ferretdb", "internal/managertest",
	"internal/prove", "internal/testprocess", "internal/testserver", "internal/vectors", "store/storetest", "tests", "tools",
}

func isSupport(name string) bool {
	for _, folder := range support {
		if name == folder || strings.HasPrefix(name, folder+"/") {
			return true
		}
	}
	return false
}

// measure measures the checkout at dir.
func measure(dir string) (*report, error) {
	findings, err := arch.Words(os.DirFS(dir), arch.BannedWords())
	if err != nil {
		return nil, err
	}
	packages, err := arch.Packages(dir)
	if err != nil {
		return nil, err
	}
	r := &report{}
	r.countBanned(findings)
	var functions, files []int
	for _, p := range packages {
		of := packageReport{Package: p.Name, Files: len(p.Files)}
		if circles := p.Circles(); len(circles) > 0 {
			of.LargestCircle = len(circles[0])
		}
		fileLines := fileLines(p)
		for _, n := range fileLines {
			of.Lines += n
		}
		if isSupport(p.Name) {
			r.Support = append(r.Support, of)
			continue
		}
		r.Product = append(r.Product, of)
		files = append(files, fileLines...)
		functions = append(functions, functionLines(p)...)
		r.countDocumented(p)
	}
	r.FunctionLines, r.FileLines = spreadOf(functions), spreadOf(files)
	return r, nil
}

// countBanned counts the uses of banned words.
func (r *report) countBanned(findings []arch.Finding) {
	different := map[[2]string]bool{}
	for _, f := range findings {
		if !f.Identifier {
			r.BannedProse++
			continue
		}
		r.BannedUses++
		different[[2]string{path.Dir(f.File), f.Text}] = true
	}
	r.BannedIdentifiers = len(different)
}

// fileLines returns the number of lines of each file.
func fileLines(p *arch.Package) []int {
	var all []int
	for _, file := range p.Files {
		all = append(all, p.Positions.File(file.Package).LineCount())
	}
	return all
}

// functionLines returns the number of lines of each function.
func functionLines(p *arch.Package) []int {
	var all []int
	for _, file := range p.Files {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				all = append(all, p.Positions.Position(f.End()).Line-p.Positions.Position(f.Pos()).Line+1)
			}
		}
	}
	return all
}

package main

import (
	"go/ast"

	"github.com/dictrack/dictrack/internal/arch"
)

// countDocumented counts the exported package-level names and methods of a
// package, and those with a doc comment. A name in a group is documented by
// its own comment, the one at its end of line, or the group's.
func (r *report) countDocumented(p *arch.Package) {
	for _, file := range p.Files {
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil || ast.IsExported(receiver(d)) {
					r.count(d.Name, d.Doc)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					r.countSpec(spec, d.Doc)
				}
			}
		}
	}
}

func (r *report) countSpec(spec ast.Spec, group *ast.CommentGroup) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		r.count(s.Name, s.Doc, s.Comment, group)
	case *ast.ValueSpec:
		for _, name := range s.Names {
			r.count(name, s.Doc, s.Comment, group)
		}
	}
}

// count counts a name if it is exported.
func (r *report) count(name *ast.Ident, comments ...*ast.CommentGroup) {
	if !name.IsExported() {
		return
	}
	r.Exported++
	for _, c := range comments {
		if c.Text() != "" {
			r.Documented++
			return
		}
	}
}

// receiver returns the name of a method's receiver type.
func receiver(d *ast.FuncDecl) string {
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

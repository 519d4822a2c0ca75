package arch

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Module is the import path of the module that [Table] is about.
const Module = "github.com/dictrack/dictrack"

// Check holds every file of the module rooted at fsys to the table and
// returns its breaches, by file: each says where it is, what it is, which rule
// it breaks and why there is such a rule.
//
// It looks at what [Read] reads. A package that no rule names is a breach; of
// several rules that name it, the first counts. The error is that of Read.
func Check(fsys fs.FS, table []Rule) ([]string, error) {
	files, err := Read(fsys)
	if err != nil {
		return nil, err
	}
	var breaches []string
	for _, file := range files {
		breaches = append(breaches, checkFile(file, table)...)
	}
	return breaches, nil
}

// checkFile returns the breaches of one file.
func checkFile(file File, table []Rule) []string {
	rule, ok := ruleFor(table, file.Package())
	if !ok {
		return []string{fmt.Sprintf("%s: no rule names package %q: say in the table of internal/arch where it stands",
			file.Name, file.Package())}
	}
	var breaches []string
	report := func(line int, what, rule, why string) {
		breaches = append(breaches, fmt.Sprintf("%s:%d: %s\n\trule: %s\n\twhy: %s", file.Name, line, what, rule, why))
	}
	for _, imp := range file.Imports {
		if rule, why, ok := breach(rule, imp.Path, table); ok {
			report(imp.Line, fmt.Sprintf("imports %q", imp.Path), rule, why)
		}
	}
	if rule.Timeless {
		for _, use := range file.Clock {
			report(use.Line, "uses "+use.Path, rule.Ring+"; time comes as an argument", rule.Why)
		}
	}
	return breaches
}

// breach tells whether a package under the rule may not import what is at the
// path, by which rule and for which reason.
func breach(rule Rule, importPath string, table []Rule) (broken, why string, ok bool) {
	name, inner := inModule(importPath)
	target, _ := ruleFor(table, name)
	switch {
	case inner && target.Suite && (!rule.Suite || !matches(rule.Inner, name)):
		return "only tests import a conformance suite", target.Why, true
	case !rule.Suite && matches([]string{"testing/..."}, importPath):
		return `only tests and conformance suites import "testing"`, "test code must not reach a user's binary", true
	case inner:
		return rule.Ring, rule.Why, !matches(rule.Inner, name)
	case strings.Contains(strings.Split(importPath, "/")[0], "."):
		return rule.Ring, rule.Why, !matches(rule.Libraries, importPath)
	default:
		return rule.Ring, rule.Why, matches(rule.Banned, importPath)
	}
}

// inModule turns an import path into a path in this module, if it is one.
func inModule(importPath string) (name string, ok bool) {
	if importPath == Module {
		return ".", true
	}
	return strings.CutPrefix(importPath, Module+"/")
}

// ruleFor finds the first rule that names the package.
func ruleFor(table []Rule, name string) (Rule, bool) {
	i := slices.IndexFunc(table, func(r Rule) bool { return matches(r.For, name) })
	if i < 0 {
		return Rule{}, false
	}
	return table[i], true
}

// matches tells whether one of the patterns stands for the path.
func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		tree, ok := strings.CutSuffix(pattern, "/...")
		return pattern == "..." || pattern == name || ok && (name == tree || strings.HasPrefix(name, tree+"/"))
	})
}

package arch

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Words finds every use of the banned words in the files under fsys, by file
// and line: in the names of Go files and folders, in Go identifiers, comments
// and strings, and in Markdown, Lua and SQL. Unlike [Read] it looks at tests
// and at modules inside the module too, but not at testdata, at what begins
// with a dot, or at this package, which has to name the words.
func Words(fsys fs.FS, banned []Banned) ([]Finding, error) {
	l := newLexicon(banned)
	var all []Finding
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (name != "." && hidden(entry.Name()) || entry.Name() == "testdata" || name == "internal/arch"):
			return fs.SkipDir
		case entry.IsDir() || !slices.Contains([]string{".go", ".md", ".lua", ".sql"}, path.Ext(name)):
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		all = append(all, l.file(name, string(text))...)
		return err
	})
	return all, err
}

// file returns the banned words of one file and of its name.
func (l *lexicon) file(name, text string) []Finding {
	var all []Finding
	found := func(line int, word string, identifier bool, b Banned) {
		all = append(all, Finding{File: name, Line: line, Text: word, Identifier: identifier, Banned: b})
	}
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("/._-", r) }) {
		if b, ok := l.parts[part]; ok && !slices.Contains(b.Allowed, part) {
			found(1, name, true, b)
		}
	}
	if path.Ext(name) == ".go" {
		l.goFile(text, found)
	} else {
		l.text(text, func(b Banned, lines int, word string) { found(1+lines, word, false, b) })
	}
	return all
}

// goFile calls found with the banned words of a Go file. Comments that follow
// each other are one text, so that phrases may cross lines.
func (l *lexicon) goFile(text string, found func(line int, word string, identifier bool, b Banned)) {
	file := token.NewFileSet().AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), nil, scanner.ScanComments)
	comment, begin := "", 0
	report := func(begin int, text string) {
		l.text(text, func(b Banned, lines int, word string) { found(begin+lines, word, false, b) })
	}
	for {
		pos, tok, literal := s.Scan()
		line := file.Line(pos)
		if tok == token.COMMENT {
			if comment == "" {
				begin = line
			}
			comment += strings.Repeat("\n", line-begin-strings.Count(comment, "\n")) + literal
			continue
		}
		report(begin, comment)
		comment = ""
		switch tok {
		case token.EOF:
			return
		case token.IDENT:
			if b, ok := l.identifier(literal); ok {
				found(line, literal, true, b)
			}
		case token.STRING:
			report(line, literal)
		}
	}
}

package arch

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

//go:embed banned.txt
var bannedText string

// A Kind says what a line of banned.txt matches.
type Kind string

const (
	// Word matches a part of a camel-case identifier, and a word of prose.
	Word Kind = "word"
	// Part matches a part of a camel-case identifier only, because the word
	// has an ordinary meaning in prose.
	Part Kind = "part"
	// Exact matches one whole identifier only, as it is written, in code and in prose.
	Exact Kind = "exact"
	// Phrase matches words that follow each other in prose.
	Phrase Kind = "phrase"
)

// A Banned is a private word that was replaced and must not come back.
type Banned struct {
	Kind        Kind
	Word        string
	Replacement string
	// Allowed lists what is not a use of the word in its private meaning:
	// whole identifiers as written, and phrases in lower case.
	Allowed []string
}

// BannedWords returns the list in banned.txt, whose head describes the form.
func BannedWords() []Banned {
	var all []Banned
	for line := range strings.Lines(bannedText) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line+"\t\t\t", "\t")
		for word := range strings.SplitSeq(fields[1], ",") {
			b := Banned{Kind: Kind(fields[0]), Word: word, Replacement: fields[2]}
			if fields[3] != "" {
				b.Allowed = strings.Split(fields[3], ",")
			}
			all = append(all, b)
		}
	}
	return all
}

// A Finding is one use of a banned word.
type Finding struct {
	// File is the slash-separated path from the root; Line counts from 1.
	File string
	Line int
	// Text is the identifier, or the words of prose.
	Text string
	// Identifier says that it is an identifier in Go code or a file's name.
	Identifier bool
	Banned     Banned
}

func (f Finding) String() string {
	return fmt.Sprintf("%s:%d: %q: say %s, not %q", f.File, f.Line, f.Text, f.Banned.Replacement, f.Banned.Word)
}

// A lexicon finds banned words in identifiers and in prose.
type lexicon struct {
	parts, prose, exact map[string]Banned
	phrases             []Banned
}

func newLexicon(banned []Banned) *lexicon {
	l := &lexicon{parts: map[string]Banned{}, prose: map[string]Banned{}, exact: map[string]Banned{}}
	for _, b := range banned {
		switch b.Kind {
		case Word:
			l.parts[b.Word], l.prose[b.Word] = b, b
		case Part:
			l.parts[b.Word] = b
		case Exact:
			l.exact[b.Word] = b
		case Phrase:
			l.phrases = append(l.phrases, b)
		}
	}
	return l
}

// identifier returns the banned word that the identifier is or contains.
func (l *lexicon) identifier(name string) (Banned, bool) {
	if b, ok := l.exact[name]; ok {
		return b, true
	}
	all := words(parts(name))
	for i, part := range all {
		if b, ok := l.parts[part.text]; ok && !slices.Contains(b.Allowed, name) && !allowedAround(all, i, b) {
			return b, true
		}
	}
	return Banned{}, false
}

// text calls found with each banned word of a text and the number of lines
// before it.
func (l *lexicon) text(text string, found func(b Banned, lines int, word string)) {
	words := split(text)
	for i, w := range words {
		for _, part := range parts(w.text) {
			if b, ok := l.prose[part]; ok && !slices.Contains(b.Allowed, w.text) && !allowedAround(words, i, b) {
				found(b, w.line, w.text)
			}
		}
		if b, ok := l.exact[w.text]; ok {
			found(b, w.line, w.text)
		}
		for _, b := range l.phrases {
			if follows(words[i:], b.Word) && !allowedAround(words, i, b) {
				found(b, w.line, b.Word)
			}
		}
	}
}

// allowedAround reports whether an allowed phrase covers the word at index i.
func allowedAround(words []word, i int, b Banned) bool {
	for _, phrase := range b.Allowed {
		last := i + strings.Count(b.Word, " ")
		for start := max(0, i-strings.Count(phrase, " ")); start <= min(last, len(words)-1); start++ {
			if follows(words[start:], phrase) {
				return true
			}
		}
	}
	return false
}

// follows reports whether the words begin with those of the phrase.
func follows(words []word, phrase string) bool {
	for want := range strings.FieldsSeq(phrase) {
		if len(words) == 0 || !strings.EqualFold(words[0].text, want) {
			return false
		}
		words = words[1:]
	}
	return true
}

// A word of prose, or an identifier in it.
type word struct {
	text string
	// line is the number of line ends before it.
	line int
}

// words returns texts as words of one line.
func words(texts []string) []word {
	all := make([]word, len(texts))
	for i, text := range texts {
		all[i].text = text
	}
	return all
}

// split returns the words of a text: runs of letters, digits, underscores, and
// apostrophes between letters.
func split(text string) []word {
	var words []word
	line := 0
	begin := -1
	for i, r := range text + "\n" {
		inside := unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '\'' && begin >= 0
		if inside && begin < 0 {
			begin = i
		}
		if !inside && begin >= 0 {
			words = append(words, word{strings.TrimRight(text[begin:i], "'"), line})
			begin = -1
		}
		if r == '\n' {
			line++
		}
	}
	return words
}

// parts returns the parts of a camel-case or snake-case identifier, in lower
// case: "inFlight_URLPath" has in, flight, url and path.
func parts(name string) []string {
	var all []string
	runes := []rune(name)
	begin := 0
	for i := 1; i <= len(runes); i++ {
		if i < len(runes) && !boundary(runes, i) {
			continue
		}
		if part := strings.ToLower(strings.Trim(string(runes[begin:i]), "_0123456789")); part != "" {
			all = append(all, part)
		}
		begin = i
	}
	return all
}

// boundary reports whether a part begins at index i.
func boundary(runes []rune, i int) bool {
	before, here := runes[i-1], runes[i]
	switch {
	case before == '_' || here == '_':
		return true
	case unicode.IsUpper(here):
		return !unicode.IsUpper(before) || i+1 < len(runes) && unicode.IsLower(runes[i+1])
	default:
		return unicode.IsDigit(before) && !unicode.IsDigit(here)
	}
}

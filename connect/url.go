package connect

import "strings"

// address is a URL whose scheme is known.
type address struct {
	url  string // the whole URL, its scheme in lower case
	rest string // what follows the colon after the scheme
}

const schemeLetters = "abcdefghijklmnopqrstuvwxyz0123456789+-."

// cutScheme cuts a URL at the colon after its scheme, which it converts to lower case. A single letter is not a scheme
// but a drive, and what is followed by a port alone is a host.
func cutScheme(url string) (name, rest string, ok bool) {
	name, rest, ok = strings.Cut(url, ":")
	if !ok || len(name) < 2 || strings.Trim(strings.ToLower(name), schemeLetters) != "" || isPort(rest) {
		return "", "", false
	}
	return strings.ToLower(name), rest, true
}

// isPort reports whether a text begins with a port that may be followed by a path or parameters.
func isPort(text string) bool {
	digits := text[:len(text)-len(strings.TrimLeft(text, "0123456789"))]
	after := text[len(digits):]
	return digits != "" && len(digits) <= 5 && (after == "" || strings.ContainsRune("/?,", rune(after[0])))
}

// fixSlashes returns rest, which follows a scheme, with the slashes at its beginning that a URL of this form has.
func fixSlashes(form, rest string) string {
	switch slashed := strings.HasPrefix(rest, "//"); {
	case strings.Contains(form, "://") && !slashed:
		return "//" + strings.TrimPrefix(rest, "/")
	case !strings.Contains(form, "://") && slashed:
		return strings.TrimPrefix(rest, "//")
	}
	return rest
}
